"""The real bot against a fake Slack: what it says, where, and what it does when Slack or the model fails."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Assistant
from tests.assistant.doors.fake_slack import BOT, TEAM, FakeSlack, error, mention, message, overrun
from tests.assistant.doors.slack_world import World, play, words
from tests.assistant.scripted import Scripted

BRIDGE = "Who built the old bridge?"
VOSS = "👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903."
ASKED = ["chat.startStream", "chat.stopStream"]


@pytest.fixture
def world(town: Assistant, tmp_path: Path) -> World:
    return World(town.catalog, tmp_path)


def feedback_of(said: dict[str, Any]) -> dict[str, Any]:
    button: dict[str, Any] = said["blocks"][-1]["elements"][0]
    return button


def at_rest(slack: FakeSlack) -> bool:
    """No status stands, and no message is still streaming."""
    return not any(slack.statuses.values()) and not any(m["streaming"] for m in slack.messages.values())


@pytest.mark.parametrize("http", [True, False], ids=["http", "socket"])
def test_a_direct_message_is_answered_in_its_thread_with_sources_and_feedback(world: World, http: bool) -> None:
    async def scenario(w: World) -> None:
        if http:
            await w.told(message(BRIDGE))
        else:
            envelope = await w.slack.send(message(BRIDGE))
            while not w.slack.thread("100.1"):
                await asyncio.sleep(0.01)
            await w.settled()
            assert w.slack.acknowledged == {envelope: None}

    slack = play(world, scenario, http=http)
    [said] = slack.thread("100.1", "D1")
    assert said["markdown"].startswith(f"“{VOSS}")
    assert said["markdown"].strip().endswith("[1]")
    assert words(said["blocks"][:1]).startswith("*[1] The Old Bridge*\n“👩‍👩‍👧 The old bridge over the Elm")
    assert feedback_of(said)["type"] == "feedback_buttons"
    assert [name for name in slack.methods() if name.startswith("chat")] == ASKED
    assert [given["status"] for name, given in slack.calls if name == "assistant.threads.setStatus"] == [
        "is reading…",
        "",
    ]
    first = next(given for name, given in slack.calls if name == "assistant.threads.setStatus")
    assert (first["channel_id"], first["thread_ts"]) == ("D1", "100.1")
    assert first["loading_messages"]
    assert at_rest(slack)


def test_a_mention_is_answered_in_a_thread_and_a_follow_up_there_needs_no_subject(world: World) -> None:
    async def scenario(w: World) -> None:
        await w.told(mention(BRIDGE), mention("And when?", ts="100.2", thread_ts="100.1"))

    slack = play(world, scenario)
    first, second = slack.thread("100.1", "C1")
    assert "Clara Voss" in first["markdown"]
    assert "1903" in second["markdown"]
    assert re.match("Searched for: .*built the old bridge", words(second["blocks"]))
    start = next(given for name, given in slack.calls if name == "chat.startStream")
    assert (start["recipient_team_id"], start["recipient_user_id"]) == (TEAM, "U1")


@pytest.mark.parametrize("follow", [True, False])
def test_a_thread_is_followed_without_a_mention_only_where_that_is_set(
    town: Assistant, tmp_path: Path, follow: bool
) -> None:
    in_channel = {"channel": "C1", "channel_type": "channel"}

    async def scenario(w: World) -> None:
        await w.told(message("Who asks in a thread that is not mine?", ts="99.2", thread_ts="99.1", **in_channel))
        await w.told(mention(BRIDGE), message("And when?", ts="100.2", thread_ts="100.1", **in_channel))
        twice = mention("How much did it cost?", ts="100.3", thread_ts="100.1")
        await w.told(message(twice["event"]["text"], ts="100.3", thread_ts="100.1", **in_channel), twice)

    slack = play(World(town.catalog, tmp_path, slack_follow_threads=follow), scenario)
    assert len(slack.thread("100.1")) == (3 if follow else 2)
    assert slack.thread("99.1") == []


def test_what_is_not_found_says_how_much_was_read_and_what_is_nearest(world: World) -> None:
    slack = play(world, lambda w: w.told(message("How do I reverse a list in Python?")))
    [said] = slack.thread("100.1")
    assert said["markdown"] == "I could not find this in the 2 articles. I read all 6 sentences; the nearest are:"
    assert [block["type"] for block in said["blocks"]] == ["context"] * 3 + ["context_actions"]
    assert at_rest(slack)


def test_a_model_that_fails_leaves_the_articles_to_answer_and_says_so(town: Assistant, tmp_path: Path) -> None:
    model = Scripted(replies=[RuntimeError("no credit left")])
    slack = play(World(town.catalog, tmp_path, model), lambda w: w.told(message(BRIDGE)))
    [said] = slack.thread("100.1")
    assert VOSS in said["markdown"]
    assert "The model could not write the answer: " in words(said["blocks"])
    assert "no credit left" not in json.dumps(slack.calls)


def test_claims_of_a_model_stream_with_their_states(town: Assistant, tmp_path: Path) -> None:
    model = Scripted(replies=["Clara Voss built the bridge [1]. It has ten arches [1].", "-"])
    slack = play(World(town.catalog, tmp_path, model), lambda w: w.told(message(BRIDGE)))
    [said] = slack.thread("100.1")
    assert said["markdown"].startswith("Clara Voss built the bridge. [1]")
    assert "It has ten arches. (unsupported: " in said["markdown"]
    assert [name for name in slack.methods() if name.startswith("chat")][:2] == [
        "chat.startStream",
        "chat.appendStream",
    ]


def test_an_event_that_comes_again_is_answered_once(world: World) -> None:
    async def scenario(w: World) -> None:
        await asyncio.gather(*(w.post(mention(BRIDGE), x_slack_retry_num=str(n)) for n in range(4)))
        await w.settled()
        again = await w.post(mention(BRIDGE), x_slack_retry_num="1", x_slack_retry_reason="http_timeout")
        assert again.status_code == 200
        await w.settled()

    slack = play(world, scenario)
    assert len(slack.thread("100.1")) == 1


def test_a_first_delivery_over_the_socket_is_not_taken_for_a_retry(world: World) -> None:
    async def scenario(w: World) -> None:
        await w.slack.send(mention(BRIDGE), retry=0)
        while not w.slack.thread("100.1"):
            await asyncio.sleep(0.01)
        await w.settled()

    assert len(play(world, scenario, http=False).thread("100.1")) == 1


@pytest.mark.parametrize("method", ["chat.startStream", "chat.stopStream", "auth.test"])
@pytest.mark.parametrize("fault", [overrun, lambda: error("internal_error", 500)], ids=["429", "500"])
def test_a_call_that_slack_cannot_take_now_is_made_again(
    town: Assistant, tmp_path: Path, method: str, fault: Any
) -> None:
    async def run() -> FakeSlack:
        async with FakeSlack() as world.slack:
            world.slack.once(method, fault)
            async with world.running():
                await world.told(message(BRIDGE))
            return world.slack

    world = World(town.catalog, tmp_path)
    slack = asyncio.run(run())
    assert len(slack.thread("100.1")) == 1
    assert at_rest(slack)


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
def test_a_stream_that_expired_is_finished_by_changing_its_message(
    town: Assistant, tmp_path: Path, method: str
) -> None:
    def expire() -> Any:
        for one in world.slack.messages.values():
            one["streaming"] = False
        return error("message_not_in_streaming_state")

    async def scenario(w: World) -> None:
        w.slack.once(method, expire)
        await w.told(message(BRIDGE))

    model = Scripted(replies=["Clara Voss built the bridge [1]. It cost 40,000 crowns [2]."])
    world = World(town.catalog, tmp_path, model)
    slack = play(world, scenario)
    [said] = slack.thread("100.1")
    assert said["markdown"].count("Clara Voss built the bridge") == 1
    assert "40,000 crowns" in said["markdown"]
    assert feedback_of(said)
    assert "chat.update" in slack.methods()
    assert at_rest(slack)


def test_where_neither_stream_nor_change_is_taken_a_plain_message_answers(world: World) -> None:
    async def scenario(w: World) -> None:
        w.slack.once("chat.startStream", lambda: error("feature_not_enabled"))
        w.slack.once("chat.postMessage", lambda: error("invalid_blocks"))
        await w.told(message(BRIDGE))

    slack = play(world, scenario)
    [said] = slack.thread("100.1")
    assert "Clara Voss" in said["markdown"]
    assert "The Old Bridge" in said["markdown"]
    assert at_rest(slack)


def test_a_question_that_cannot_be_read_is_told_to_the_person_alone(world: World) -> None:
    async def scenario(w: World) -> None:
        await w.told(mention("x" * 2001), mention("", ts="100.2"))

    slack = play(world, scenario)
    assert slack.messages == {}
    assert [(one["user"], one["thread_ts"]) for one in slack.whispers] == [("U1", "100.1"), ("U1", "100.2")]
    assert "2,001 characters" in slack.whispers[0]["text"]
    assert at_rest(slack)


@pytest.mark.parametrize(
    "change",
    [
        {"subtype": "message_changed", "hidden": True},
        {"subtype": "bot_message", "bot_id": "B2"},
        {"bot_id": "B2"},
        {"user": BOT},
        {"text": ""},
        {"channel_type": "mpim", "channel": "G1"},
        {"channel_type": "channel", "channel": "C1"},
    ],
)
def test_what_nobody_asked_the_bot_is_acknowledged_and_left(world: World, change: dict[str, Any]) -> None:
    slack = play(world, lambda w: w.told(message(**{"text": BRIDGE, **change})))
    assert slack.methods() == []


def test_every_other_kind_of_request_is_acknowledged(world: World) -> None:
    async def scenario(w: World) -> None:
        event = {"type": "reaction_added", "user": "U1", "item": {"channel": "C1"}}
        given: list[dict[str, Any]] = [
            {"type": "event_callback", "team_id": TEAM, "event_id": "E9", "event": event},
            {"type": "app_rate_limited", "team_id": TEAM},
        ]
        for one in given:
            assert (await w.post(one)).status_code == 200
        pressed = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": "U1"}, "actions": [{"action_id": "x"}]}
        closed = {"type": "view_closed", "team": {"id": TEAM}, "user": {"id": "U1"}, "view": {"callback_id": "x"}}
        for payload in (pressed, closed, {"type": "odd", "team": {"id": TEAM}}):
            assert (await w.form(payload=payload)).status_code == 200

    assert play(world, scenario).methods() == []


def test_the_address_is_confirmed_when_slack_asks(world: World) -> None:
    async def scenario(w: World) -> None:
        reply = await w.post({"type": "url_verification", "challenge": "abc", "token": "t"})
        assert (reply.status_code, reply.json()) == (200, {"challenge": "abc"})

    play(world, scenario)


def test_opening_the_messages_suggests_questions(world: World) -> None:
    async def scenario(w: World) -> None:
        event = {"type": "app_home_opened", "tab": "messages", "channel": "D1", "user": "U1"}
        payload = {"type": "event_callback", "team_id": TEAM, "event_id": "EvH", "event": event}
        assert (await w.post(payload)).status_code == 200
        while "assistant.threads.setSuggestedPrompts" not in w.slack.methods():
            await asyncio.sleep(0.01)

    slack = play(world, scenario)
    [given] = [given for name, given in slack.calls if name == "assistant.threads.setSuggestedPrompts"]
    assert given["channel_id"] == "D1"
    assert "thread_ts" not in given
    assert 1 <= len(given["prompts"]) <= 4


def test_a_feedback_button_rates_the_turn_and_thanks_the_person_alone(world: World) -> None:
    async def scenario(w: World) -> None:
        await w.told(mention(BRIDGE))
        [said] = w.slack.thread("100.1")
        value = feedback_of(said)["negative_button"]["value"]
        pressed: dict[str, Any] = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": "U1"}, "channel": {"id": "C1"},
            "message": {"ts": said["ts"], "thread_ts": "100.1"}, "response_url": w.slack.url,
            "actions": [{"type": "feedback_buttons", "action_id": "feedback", "block_id": "b", "value": value}],
        }  # fmt: skip
        assert (await w.form(payload=pressed)).status_code == 200
        kept = w.bot.conversations.get(f"slack-{TEAM}-C1-100.1", f"slack:{TEAM}")
        assert [turn.rating for turn in kept.turns] == [-1]
        while not w.slack.whispers:
            await asyncio.sleep(0.01)
        pressed["actions"][0]["value"] = '{"conversation": "other", "turn": 1, "rating": 1}'
        assert (await w.form(payload=pressed)).status_code == 200

    assert [one["user"] for one in play(world, scenario).whispers] == ["U1"]


def test_sources_lead_to_the_page_where_it_has_an_address(town: Assistant, tmp_path: Path) -> None:
    world = World(town.catalog, tmp_path, public_url="https://ask.example.org")
    [said] = play(world, lambda w: w.told(message(BRIDGE))).thread("100.1")
    assert words(said["blocks"]).startswith("*<https://ask.example.org/#a=the-old-bridge&amp;c=")
