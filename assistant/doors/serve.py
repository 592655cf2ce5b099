"""`article-assistant serve`: every door of the web in one application; `keys` and `mcp` belong to it."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from assistant import logs
from assistant.errors import BadSettings
from assistant.keys import Keys
from assistant.settings import Settings, loopback
from index.database import Database

if TYPE_CHECKING:  # importing torch takes seconds
    from assistant.ask import Assistant
    from assistant.conversations import Conversations

notes = Console(stderr=True, highlight=False)
keys_app = typer.Typer(rich_markup_mode=None, help="The keys of those who may use the server.")


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    app.command()(serve)
    app.command()(mcp)
    app.add_typer(keys_app, name="keys")


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
) -> None:
    """Serve the page, the HTTP API, the OpenAI-compatible API and MCP, until stopped."""
    others = [name for name in (host, *sorted(context.obj.hosts)) if not loopback(name)]
    if others and not _keys(context.obj).all():
        raise BadSettings(
            f"Without keys the server answers this machine only, not at {' or '.join(others)}: anybody who reaches it "
            "could read and remove everything. Run: article-assistant keys add NAME"
        )
    logs.configure()
    with _opened(context.obj) as (made, kept):
        from assistant.doors.serve_app import Server, composed  # here, not above: no other command needs a server

        app = composed(made, kept, context.obj, keyed=bool(others))
        with notes.status("Loading the models…"):
            app.state.service.load()
        with suppress(KeyboardInterrupt):
            Server(app, host, port, notes).run()


def mcp(context: typer.Context) -> None:
    """Serve MCP over standard input and output, to a program that started this one."""
    logs.configure()
    from assistant.doors.mcp import Door
    from assistant.service import Service

    with _opened(context.obj) as (made, kept):
        service = Service(made, kept, context.obj)
        service.load()
        asyncio.run(Door(service).run_stdio_async())
        service.close()


@contextmanager
def _opened(settings: Settings) -> "Iterator[tuple[Assistant, Conversations]]":
    from assistant.assemble import assistant, conversations

    with notes.status("Opening the library…"):
        made = assistant(settings)
    try:
        yield made, conversations(settings)
    finally:
        made.catalog.close()


@keys_app.command("add")
def add_key(context: typer.Context, name: Annotated[str, typer.Argument(help="Whose key it is.")]) -> None:
    """Make a key and print it, this once; its hash is kept."""
    key = _keys(context.obj).add(name)
    notes.print("This is shown once. Send it as: Authorization: Bearer KEY", soft_wrap=True)
    sys.stdout.write(f"{key}\n")


@keys_app.command("list")
def list_keys(context: typer.Context) -> None:
    """List the names of the keys and when they were made."""
    for key in _keys(context.obj).all():
        sys.stdout.write(f"{key.name}\t{key.created:%Y-%m-%d %H:%M} UTC\n")


@keys_app.command("revoke")
def revoke_key(context: typer.Context, name: Annotated[str, typer.Argument(help="Whose key it is.")]) -> None:
    """Make a key useless at once, also to a server that runs."""
    _keys(context.obj).revoke(name)


def _keys(settings: Settings) -> Keys:
    """Those of the settings' database, without the library, which a running server has open."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Keys(Database(settings.conversations_url, "The database of keys"))
