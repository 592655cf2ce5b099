"""Every door of the web in one application, and the server that runs it."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.doors import mcp, openai_api
from assistant.doors.api import application
from assistant.errors import BadSettings
from assistant.service import Service
from assistant.settings import Settings

TOLD_S = 2  # seconds after the time for running answers, to tell those that had to be cut


def composed(assistant: Assistant, conversations: Conversations, settings: Settings, *, keyed: bool = False) -> FastAPI:
    """The application: native API and page, OpenAI-compatible API, MCP, and Slack over HTTP where it is set up."""
    app = application(assistant, conversations, settings, keyed=keyed)
    app.include_router(openai_api.router)
    door = mcp.Door(app.state.service)
    app.router.routes.extend(mcp.routes(door))
    app.state.background.append(lambda: door.session_manager.run())
    if settings.slack_bot_token.get_secret_value() and settings.slack_signing_secret.get_secret_value():
        app.state.background.append(_slack(app, assistant, conversations))
    return app


def _slack(
    app: FastAPI, assistant: Assistant, conversations: Conversations
) -> Callable[[], AbstractAsyncContextManager[Any]]:
    from assistant.doors.slack import Bot  # here, not above: most servers have no use for it

    bot = Bot(assistant, conversations, http=True)
    app.router.routes.extend(bot.routes())
    return lambda: bot


class Server(uvicorn.Server):
    """Stops in two steps: at first new questions are refused and running answers go on, then all ends."""

    def __init__(self, app: FastAPI, host: str, port: int, notes: Console) -> None:
        super().__init__(
            uvicorn.Config(
                app, host, port, log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=TOLD_S,
            )
        )  # fmt: skip
        self.service: Service = app.state.service
        self.notes = notes
        self.deadline = 0.0

    def handle_exit(self, sig: int, frame: Any) -> None:
        if self.service.stopping:
            super().handle_exit(sig, frame)
        self.service.stopping = True
        self.deadline = time.monotonic() + self.service.settings.stop_after_s

    async def on_tick(self, counter: int) -> bool:
        if self.service.stopping and not self.should_exit:
            late = time.monotonic() > self.deadline
            if late:
                self.service.cut()
            self.should_exit = late or not self.service.busy
        return await super().on_tick(counter)

    async def startup(self, sockets: Any = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit as end:
            if not isinstance(end.__context__, OSError):
                raise
            where = f"port {self.config.port} of {self.config.host}: {end.__context__.strerror}"
            raise BadSettings(f"The server cannot listen at {where}. Name another with --port or --host.") from end
        if self.started:
            host, port = self.config.host, self.servers[0].sockets[0].getsockname()[1]
            self.notes.print(
                f"Article Assistant is at http://{f'[{host}]' if ':' in host else host}:{port}", soft_wrap=True
            )
