"""Choosing articles, reading files and links, checking messages."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from tests.assistant.doors.fake_slack import TEAM, error, mention, message
from tests.assistant.doors.slack_world import World, play, words

LAKE = b"# The Lake\n\nLake Orm is 84 metres deep. It freezes every January.\n"


@pytest.fixture
def world(tmp_path: Path, embedder: Embedder) -> Iterator[World]:
    """A library of its own: these scenarios add to it."""
    catalog = Catalog(tmp_path, lambda: embedder, BUNDLED)
    pieces = [Piece("paragraph", "The weekly market sells cheese, wool and honey. It opens on Thursdays at six.")]
    catalog.add(Article.of(pieces, title="The Market"))
    yield World(catalog, tmp_path)
    catalog.close()


def upload(name: str = "lake.md", **more: Any) -> dict[str, Any]:
    return message("read this", subtype="file_share", files=[{"id": "F1", "name": name}], **more)


def test_a_file_sent_in_a_direct_message_is_read_for_the_workspace(world: World) -> None:
    async def scenario(w: World) -> None:
        w.slack.files["F1"] = ("lake.md", LAKE)
        await w.told(upload(), message("How deep is Lake Orm?", ts="100.2"), upload(ts="100.3"))
        assert [entry.owner for entry in w.catalog.entries(f"slack:{TEAM}")] == ["", f"slack:{TEAM}"]
        assert [entry.id for entry in w.catalog.entries("slack:T2")] == ["the-market"]

    slack = play(world, scenario)
    assert slack.thread("100.1")[0]["markdown"].startswith("I have read “The Lake”; its sentences are 2.")
    assert "84 metres" in slack.thread("100.2")[0]["markdown"]
    assert slack.thread("100.3")[0]["markdown"].startswith("I already know “The Lake”")
    assert not any(slack.statuses.values())


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (message("read this"), "There is nothing to read. Send a file or a link"),
        (upload(name="gone.md"), "Slack does not show me the file (file_not_found)."),
        (message("read this <http://127.0.0.1:8080/x>"), "is not a public web address"),
        (message("read this", files=[{"id": "F2", "name": "photo.png"}]), "It looks like a picture, not an article"),
        (message("read this", files=[{"id": "F3", "name": "away.md"}]), "The file is kept outside Slack."),
    ],
)
def test_what_cannot_be_read_is_said_in_words(world: World, event: dict[str, Any], said: str) -> None:
    async def scenario(w: World) -> None:
        w.slack.files["F2"] = ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        outside = {"file": {"id": "F3", "url_private_download": "https://files.slack.com.evil.example/x"}}
        w.slack.faults.append(lambda name, given: _reply(outside) if given.get("file") == "F3" else None)
        await w.told(event)

    slack = play(world, scenario)
    [answer] = slack.thread("100.1")
    assert said in answer["markdown"].replace("\u2060", "")
    assert not any(slack.statuses.values())


def test_one_bad_file_does_not_keep_the_others_out(world: World) -> None:
    async def scenario(w: World) -> None:
        w.slack.files |= {"F1": ("lake.md", LAKE), "F2": ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))}
        files = [{"id": "F2", "name": "photo.png"}, {"id": "F9", "name": "gone.md"}, {"id": "F1", "name": "lake.md"}]
        await w.told(message("read this", subtype="file_share", files=files))
        assert "the-lake" in [entry.id for entry in w.catalog.entries(f"slack:{TEAM}")]

    [answer] = play(world, scenario).thread("100.1")
    first, second, third = answer["markdown"].strip().split("\n\n")
    assert first.startswith("photo.png: ")
    assert second.startswith("gone.md: Slack does not show me the file")
    assert third.startswith("I have read “The Lake”")


def _reply(data: dict[str, Any]) -> Any:
    from aiohttp import web

    return web.json_response({"ok": True, **data})


def test_in_a_channel_nothing_is_read_for_the_workspace(world: World) -> None:
    slack = play(world, lambda w: w.told(mention("read this <https://example.org>")))
    assert "direct message" in slack.whispers[0]["text"]


def test_a_channel_asks_the_article_that_it_chose(world: World) -> None:
    async def scenario(w: World) -> None:
        w.slack.files["F1"] = ("lake.md", LAKE)
        await w.told(upload(), mention("use the-lake", ts="1.1"), mention("What does the market sell?", ts="1.2"))
        await w.told(message("What does the market sell?", ts="1.3"), mention("use nothing-known", ts="1.4"))
        await w.told(mention("use all", ts="1.5"), mention("What does the market sell?", ts="1.6"))
        await w.told(mention("articles", ts="1.7"))

    slack = play(world, scenario)
    assert slack.thread("1.1")[0]["markdown"].startswith("Questions here are now asked of “The Lake” only.")
    [narrow] = slack.thread("1.2")
    assert narrow["markdown"].startswith("I could not find this in the article. I read all 2 sentences")
    assert "Asked of The Lake only" in words(narrow["blocks"])
    assert "cheese" in slack.thread("1.3")[0]["markdown"]
    assert "No article with 'nothing-known'" in slack.whispers[0]["text"]
    assert "cheese" in slack.thread("1.6")[0]["markdown"]
    assert "`the-lake` The Lake" in slack.thread("1.7")[0]["markdown"]


def test_the_command_chooses_too(world: World) -> None:
    async def scenario(w: World) -> None:
        async def command(text: str) -> Any:
            given = {
                "command": "/article-assistant",
                "text": text,
                "team_id": TEAM,
                "channel_id": "C1",
                "user_id": "U1",
            }
            return (await w.form(**given)).json()

        assert (await command("use the-market"))["response_type"] == "in_channel"
        assert w.bot.inbox.chosen(TEAM, "C1") == ("the-market",)
        assert "No article with" in (await command("use other"))["text"]
        assert "the-market" in (await command("articles"))["text"]
        assert (await command("help"))["response_type"] == "ephemeral"

    play(world, scenario)


def shortcut(text: str, w: World) -> dict[str, Any]:
    return {
        "type": "message_action", "callback_id": "check", "team": {"id": TEAM}, "user": {"id": "U1"},
        "channel": {"id": "C1"}, "trigger_id": "1.2.3", "action_ts": "1",
        "message": {"type": "message", "user": "U2", "ts": "7.1", "text": text},
        "response_url": w.slack.url.replace("/api/", "/respond"),
    }  # fmt: skip


POSTED = "The market sells cheese and wool. It opens on Thursdays at six.\n• It sells ten cars."


def test_the_shortcut_checks_each_sentence_of_a_message_once(world: World) -> None:
    async def scenario(w: World) -> None:
        for _ in range(2):
            assert (await w.form(payload=shortcut(POSTED, w))).status_code == 200
        await w.settled()

    slack = play(world, scenario)
    [said] = slack.thread("7.1", "C1")
    first, second, third = said["markdown"].strip().splitlines()
    assert first.endswith("[1]")
    assert second == "- “It opens on Thursdays at six.” [2]"
    assert third.startswith("- It sells ten cars. (unsupported: ")
    assert words(said["blocks"]).startswith("2 of 3 statements are supported by the articles.\n*[1] The Market*")


def test_where_the_bot_is_not_in_the_channel_the_check_goes_to_the_person_alone(world: World) -> None:
    async def scenario(w: World) -> None:
        for method in ("chat.startStream", "chat.postMessage"):
            w.slack.once(method, lambda: error("not_in_channel"), times=99)
        assert (await w.form(payload=shortcut(POSTED, w))).status_code == 200
        await w.settled()

    slack = play(world, scenario)
    [said] = slack.responses
    assert said["response_type"] == "ephemeral"
    assert "It opens on Thursdays at six." in said["blocks"][0]["text"]


def test_a_check_of_nothing_says_so(world: World) -> None:
    async def scenario(w: World) -> None:
        assert (await w.form(payload=shortcut("…", w))).status_code == 200
        await w.settled()
        await asyncio.sleep(0)

    assert "There is nothing to check." in play(world, scenario).whispers[0]["text"]
