"""The manifests to paste where Slack makes an app: what it is called, what it may do, where it is reached."""

from typing import Any

PATH = "/slack/events"
COMMAND = "/article-assistant"
CHECK = "check"  # the callback id of the shortcut on a message
SCOPES = {
    "app_mentions:read": "to hear when it is mentioned",
    "assistant:write": "to show its status and suggest questions",
    "chat:write": "to answer",
    "commands": f"for {COMMAND} and the shortcut on messages",
    "files:read": "to read a file that is sent to it",
    "im:history": "to hear direct messages",
}
FOLLOWING = {
    "channels:history": "to follow threads in channels",
    "groups:history": "to follow threads in private channels",
}


def scopes(follow_threads: bool) -> dict[str, str]:
    """Each scope that the bot needs, and why."""
    return SCOPES | FOLLOWING if follow_threads else SCOPES


def manifest(http_url: str = "", *, follow_threads: bool = False) -> dict[str, Any]:
    """For Socket Mode, or for HTTP at the public address of the server."""
    where = {"url": http_url.rstrip("/") + PATH} if http_url else {}
    request = {"request_url": where["url"]} if http_url else {}
    events = ["app_home_opened", "app_mention", "message.im"]
    events += ["message.channels", "message.groups"] if follow_threads else []
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Article Assistant",
            "description": "Answers questions about articles; every sentence points at the exact words behind it.",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False,
            },
            "agent_view": {"agent_description": "Ask about the articles. Every answer quotes them exactly."},
            "bot_user": {"display_name": "Article Assistant", "always_online": True},
            "shortcuts": [
                {
                    "name": "Check with the article", "type": "message", "callback_id": CHECK,
                    "description": "Check this against the article: which of its sentences does it support?",
                }
            ],
            "slash_commands": [
                {
                    "command": COMMAND, "description": "Choose the article that this channel asks",
                    "usage_hint": "use ARTICLE | use all | articles", "should_escape": True, **where,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes(follow_threads))}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": events},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not http_url,
            "token_rotation_enabled": False,
        },
    }  # fmt: skip
