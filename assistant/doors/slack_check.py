"""Is the bot set up as it should be? What Slack says, in words."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from assistant.doors.slack_manifest import scopes
from assistant.errors import BadSettings
from assistant.settings import Settings
from index.errors import Unreachable

WHERE = {
    "SLACK_BOT_TOKEN": "It begins with xoxb- and is under OAuth & Permissions at https://api.slack.com/apps.",
    "SLACK_APP_TOKEN": "It begins with xapp-, has the scope connections:write and is under Basic Information.",
    "SLACK_SIGNING_SECRET": "It is under Basic Information of the app at https://api.slack.com/apps.",
}


@dataclass(frozen=True)
class Identity:
    """Who the bot is, where, and which scopes it has."""

    team: str
    team_name: str
    user: str
    bot: str
    name: str
    scopes: frozenset[str]


def needed(settings: Settings, *, http: bool) -> None:
    """Raises BadSettings with the words for the first setting that is missing or is another one's."""
    tokens = {"SLACK_BOT_TOKEN": (settings.slack_bot_token.get_secret_value(), "xoxb-")}
    if http:
        tokens["SLACK_SIGNING_SECRET"] = (settings.slack_signing_secret.get_secret_value(), "")
    else:
        tokens["SLACK_APP_TOKEN"] = (settings.slack_app_token.get_secret_value(), "xapp-")
    for name, (token, start) in tokens.items():
        if not token:
            raise BadSettings(f"{name} is not set. {WHERE[name]}")
        if not token.startswith(start):
            raise BadSettings(f"{name} is not the right one. {WHERE[name]}")


async def identity(client: AsyncWebClient) -> Identity:
    """Raises BadSettings when Slack does not know the token, Unreachable when it cannot be asked."""
    try:
        told = await client.auth_test()
    except SlackApiError as error:
        raise _refused("SLACK_BOT_TOKEN", error) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreachable(f"Slack does not answer at {client.base_url}. Check the network, and try again.") from error
    held = {name.lower(): value for name, value in told.headers.items()}.get("x-oauth-scopes", "")
    names = frozenset(name.strip() for name in held.split(",") if name.strip())
    team, bot, name = (str(told.get(member) or "") for member in ("team", "bot_id", "user"))
    return Identity(told["team_id"], team, told["user_id"], bot, name, names)


async def connects(client: AsyncWebClient, token: str) -> None:
    """Raises BadSettings when Slack opens no socket for the app's token."""
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        raise _refused("SLACK_APP_TOKEN", error) from error


def _refused(name: str, error: SlackApiError) -> Exception:
    if passing(error):
        return Unreachable(f"Slack is in trouble: {error.response['error']}. Try again later.")
    return BadSettings(f"Slack refuses {name}: {error.response['error']}. {WHERE[name]}")


def lacking(found: Identity, *, follow_threads: bool) -> list[str]:
    """A sentence for each scope that the bot lacks; none when it has all."""
    return [
        f"The scope {name} is missing, {why}. Add it under OAuth & Permissions and install the app again."
        for name, why in scopes(follow_threads).items()
        if name not in found.scopes
    ]


def passing(error: BaseException) -> bool:
    """Whether Slack may take the same a little later: it was away, in trouble or overrun."""
    if isinstance(error, SlackApiError):
        return int(getattr(error.response, "status_code", 0) or 0) in (429, *range(500, 600))
    return isinstance(error, (aiohttp.ClientError, TimeoutError))
