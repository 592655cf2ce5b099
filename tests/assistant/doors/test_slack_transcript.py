"""Everything that Slack is told, call by call, the same over HTTP and over the socket."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Assistant
from tests.assistant.doors.fake_slack import TEAM, FakeSlack, error, mention, message, overrun
from tests.assistant.doors.slack_world import World, play, words
from tests.assistant.scripted import Scripted

BRIDGE = "Who built the old bridge?"
VOSS = "👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903."
SOURCE = f"*[1] The Old Bridge*\n“{VOSS}”"
BUTTONS = "[Good] [Bad]"
NEAREST = "I could not find this in the 2 articles. I read all 6 sentences; the nearest are:"
FAILED = "The model could not write the answer: "

READING = "setStatus {at}: is reading…"
REST = "setStatus {at}: "
START = f"startStream {{at}} for {TEAM} U1: “{VOSS}” [1]"
STOP = f"stopStream 1: {SOURCE} {BUTTONS}"


def told(call: tuple[str, dict[str, Any]], names: dict[str, str]) -> str:
    """A call in a line: the method, the place or the message, and what is said."""
    method, given = call
    blocks = [block for block in given.get("blocks") or [] if isinstance(block, dict)]
    said = "".join(chunk["text"] for chunk in given.get("chunks") or [])
    said += "".join(block["text"] for block in blocks if block["type"] == "markdown")
    under = words(blocks) + (f" {BUTTONS}" if any(block["type"] == "context_actions" for block in blocks) else "")
    said = " | ".join(filter(None, (said.strip(), under.strip()))) or given.get("status", "") or given.get("text", "")
    place = f"{given.get('channel') or given.get('channel_id')} {given.get('thread_ts', '')}".strip()
    place = names.setdefault(given["ts"], str(len(names) + 1)) if "ts" in given else place
    whom = f" for {given['recipient_team_id']} {given['recipient_user_id']}" if "recipient_user_id" in given else ""
    return f"{method.rpartition('.')[2]} {place}{whom}: {said}"


def transcript(slack: FakeSlack) -> list[str]:
    names: dict[str, str] = {}
    return [told(call, names) for call in slack.calls if call[0] not in ("auth.test", "apps.connections.open")]


def at(place: str, *lines: str) -> list[str]:
    return [line.replace("{at}", place) for line in lines]


SCENES: dict[str, tuple[Sequence[dict[str, Any]], list[str]]] = {
    "direct message": ([message(BRIDGE)], at("D1 100.1", READING, START, STOP, REST)),
    "mention": ([mention(BRIDGE)], at("C1 100.1", READING, START, STOP, REST)),
    "mention in a thread": ([mention(BRIDGE, thread_ts="99.1")], at("C1 99.1", READING, START, STOP, REST)),
    "the same event again": ([mention(BRIDGE)] * 3, at("C1 100.1", READING, START, STOP, REST)),
    "a bot's message": ([message(BRIDGE, bot_id="B7")], []),
    "an edited message": ([message(BRIDGE, subtype="message_changed")], []),
    "nothing asked": (
        [mention("")],
        [*at("C1 100.1", READING), f"postEphemeral C1 100.1: {'Ask me a question'}", *at("C1 100.1", REST)],
    ),
}


@pytest.mark.parametrize("http", [True, False], ids=["http", "socket"])
@pytest.mark.parametrize("scene", SCENES)
def test_every_call_is_the_expected_one(town: Assistant, tmp_path: Path, scene: str, http: bool) -> None:
    events, expected = SCENES[scene]
    slack = play(World(town.catalog, tmp_path), lambda w: given(w, events, http=http), http=http)
    lines = transcript(slack)
    assert [
        line[: len(wanted)] if "Ephemeral" in wanted else line for line, wanted in zip(lines, expected, strict=True)
    ] == (expected)


async def given(world: World, events: Sequence[dict[str, Any]], *, http: bool) -> None:
    """Send events by either way and wait until all is said."""
    for event in events:
        if http:
            await world.told(event)
            continue
        envelope = await world.slack.send(event)
        while envelope not in world.slack.acknowledged:
            await asyncio.sleep(0.005)
        await world.settled()


def test_not_found(town: Assistant, tmp_path: Path) -> None:
    slack = play(World(town.catalog, tmp_path), lambda w: w.told(message("How do I reverse a list in Python?")))
    reading, start, stop, rest = transcript(slack)
    assert [reading, rest] == at("D1 100.1", READING, REST)
    assert start.startswith(f"startStream D1 100.1 for {TEAM} U1: {NEAREST}")
    assert stop.startswith("stopStream 1: *[1] ")
    assert stop.endswith(BUTTONS)


def test_a_model_that_fails(town: Assistant, tmp_path: Path) -> None:
    world = World(town.catalog, tmp_path, Scripted(replies=[RuntimeError("broken")]))
    reading, start, stop, rest = transcript(play(world, lambda w: w.told(message(BRIDGE))))
    assert [reading, start, rest] == at("D1 100.1", READING, START, REST)
    assert stop.startswith(f"stopStream 1: {FAILED}")
    assert stop.endswith(f"{SOURCE} {BUTTONS}")


def test_an_expired_stream(town: Assistant, tmp_path: Path) -> None:
    async def scenario(w: World) -> None:
        def expire() -> Any:
            for one in w.slack.messages.values():
                one["streaming"] = False
            return error("message_not_in_streaming_state")

        w.slack.once("chat.stopStream", expire)
        await w.told(message(BRIDGE))

    assert transcript(play(World(town.catalog, tmp_path), scenario)) == at(
        "D1 100.1", READING, START, "stopStream 1: ", f"update 1: “{VOSS}” [1] | {SOURCE} {BUTTONS}", REST
    )


def test_no_streams_at_all(town: Assistant, tmp_path: Path) -> None:
    async def scenario(w: World) -> None:
        w.slack.once("chat.startStream", lambda: error("unknown_method"))
        w.slack.once("chat.postMessage", overrun)
        await w.told(message(BRIDGE))

    assert transcript(play(World(town.catalog, tmp_path), scenario)) == at(
        "D1 100.1", READING, f"postMessage D1 100.1: “{VOSS}” [1] | {SOURCE} {BUTTONS}", REST
    )
