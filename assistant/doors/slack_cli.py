"""`article-assistant slack`: run the bot, print its manifest, check how it is set up."""

import asyncio
import json
import signal
import sys
from typing import Annotated

import typer

from assistant import logs
from assistant.doors.slack_manifest import manifest as manifest_of
from assistant.errors import BadSettings
from assistant.settings import Settings

# Bolt, Slack's SDK and the models are imported where they are needed: no other command shall wait for them.

slack_app = typer.Typer(
    invoke_without_command=True, rich_markup_mode=None, help="Answer in Slack, in Socket Mode, until stopped."
)


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    app.add_typer(slack_app, name="slack")


@slack_app.callback()
def run(context: typer.Context) -> None:
    """Answer in Slack, in Socket Mode, until stopped; over HTTP, `serve` does it."""
    if context.invoked_subcommand is None:
        if over_http(context.obj):
            raise BadSettings("SLACK_SIGNING_SECRET is set: Slack comes over HTTP. Run: article-assistant serve")
        logs.configure()
        asyncio.run(_run(context.obj))


@slack_app.command()
def manifest(
    context: typer.Context,
    http: Annotated[str, typer.Option(help="The public address of the server; without it, for Socket Mode.")] = "",
) -> None:
    """Print the manifest to paste at https://api.slack.com/apps."""
    if http and not http.startswith("https://"):
        raise BadSettings(f"--http cannot be {http!r}: Slack wants an address that begins with https://.")
    made = manifest_of(http, follow_threads=context.obj.slack_follow_threads)
    sys.stdout.write(json.dumps(made, indent=2, ensure_ascii=False) + "\n")


@slack_app.command()
def check(context: typer.Context) -> None:
    """Ask Slack whether the tokens and scopes are right; exit with 3 where one is not."""
    found, wrong = asyncio.run(checked(context.obj))
    sys.stdout.write("\n".join([found, *(wrong or ["It has every scope that it needs."]), ""]))
    raise typer.Exit(3 if wrong else 0)


def over_http(settings: Settings) -> bool:
    """Whether Slack comes to the server, rather than we to Slack."""
    return bool(settings.slack_signing_secret.get_secret_value() and not settings.slack_app_token.get_secret_value())


async def checked(settings: Settings) -> tuple[str, list[str]]:
    """Who the bot is, and a sentence for each thing that is wrong.

    Raises BadSettings when a token is missing or Slack refuses it, Unreachable.
    """
    import aiohttp

    from assistant.doors.slack import client_of
    from assistant.doors.slack_check import connects, identity, lacking, needed

    http = over_http(settings)
    needed(settings, http=http)
    async with aiohttp.ClientSession() as session:
        client = client_of(settings, session)
        who = await identity(client)
        if not http:
            await connects(client, settings.slack_app_token.get_secret_value())
    said = f"It is {who.name} in {who.team_name}, {'over HTTP' if http else 'in Socket Mode'}."
    return said, lacking(who, follow_threads=settings.slack_follow_threads)


async def _run(settings: Settings) -> None:
    from assistant.assemble import assistant, conversations
    from assistant.doors.slack import Bot
    from assistant.doors.slack_check import needed
    from assistant.doors.slack_socket import socket

    needed(settings, http=False)
    made = assistant(settings)
    try:
        made.ready()
        bot = Bot(made, conversations(settings), http=False)
        end = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, end.set)
        async with bot, socket(bot):
            sys.stderr.write(f"{bot.who.name} answers in {bot.who.team_name}. Stop it with Ctrl-C.\n")
            await end.wait()
    finally:
        made.catalog.close()
