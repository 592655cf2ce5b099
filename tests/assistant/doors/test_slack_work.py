"""Many at once, stops and restarts, Slack away: every question is answered once, and no status outlives the work."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Assistant
from assistant.doors.slack_inbox import Inbox, Job
from assistant.doors.slack_work import STOPPING, TOO_LATE
from index.database import Database
from tests.assistant.doors.fake_slack import TEAM, FakeSlack, error, mention, message
from tests.assistant.doors.slack_world import World, play
from tests.assistant.postgres import postgres  # noqa: F401 (a fixture)
from tests.assistant.scripted import Scripted

EVENTS = int(os.environ.get("SLACK_EVENTS", "60"))  # 200 take about a minute
BRIDGE = "Who built the old bridge?"


def job(ts: str = "100.1", **more: Any) -> Job:
    given = {"thread": ts, "user": "U1", "text": BRIDGE, "direct": True, "asked": time.time(), **more}
    return Job(f"{TEAM}-D1-{ts}", TEAM, "D1", **given)


def inbox(folder: Path) -> Inbox:
    return Inbox(Database(f"sqlite:///{folder / 'conversations.db'}", "The inbox"))


def at_rest(slack: FakeSlack) -> bool:
    standing = [thread for thread, status in slack.statuses.items() if status]
    streaming = [one for one in slack.messages.values() if one["streaming"]]
    assert (standing, streaming) == ([], [])
    return True


def flood(count: int) -> list[dict[str, Any]]:
    """Questions in threads of their own, a tenth of them twice."""
    made = [mention(BRIDGE, ts=f"{n}.1") if n % 2 else message(BRIDGE, ts=f"{n}.1") for n in range(count)]
    return made + made[::10]


def test_each_of_many_is_answered_once_across_a_restart_while_slack_stumbles(town: Assistant, tmp_path: Path) -> None:
    async def run() -> FakeSlack:
        async with FakeSlack() as world.slack:
            world.slack.sometimes(0.05)
            async with world.running():
                replies = await asyncio.gather(*map(world.post, flood(EVENTS)))
                assert {reply.status_code for reply in replies} == {200}
                while len(world.slack.messages) < EVENTS // 3:
                    await asyncio.sleep(0.01)
            async with world.running():
                assert len(world.bot.work.running) > 0
                again = await asyncio.gather(*map(world.post, flood(EVENTS)[::7]))
                assert {reply.status_code for reply in again} == {200}
                await world.settled()
            return world.slack

    world = World(town.catalog, tmp_path, stop_after_s=0.0)
    slack = asyncio.run(run())
    for n in range(EVENTS):
        [said] = slack.thread(f"{n}.1")
        assert said["markdown"].count("built by Clara Voss") == 1, said
        assert STOPPING not in said["markdown"]
    assert at_rest(slack)


def test_a_stop_in_mid_answer_says_so_and_the_next_process_puts_the_answer_there(
    town: Assistant, tmp_path: Path
) -> None:
    async def run() -> FakeSlack:
        async with FakeSlack() as world.slack:
            slow = asyncio.Event()
            async with world.running():
                await world.post(message(BRIDGE))
                while not world.slack.messages:
                    await asyncio.sleep(0.01)
            [stopped] = world.slack.thread("100.1")
            assert STOPPING in stopped["markdown"]
            assert at_rest(world.slack)
            slow.set()
            async with world.running():
                await world.settled()
            return world.slack

    world = World(town.catalog, tmp_path, Sleepy(replies=["Clara Voss built the bridge [1]. It cost a lot [2]."] * 4))
    world.given["stop_after_s"] = 0.0
    slack = asyncio.run(run())
    [said] = slack.thread("100.1")
    assert said["markdown"].startswith("Clara Voss built the bridge.")
    assert STOPPING not in said["markdown"]
    assert at_rest(slack)


class Sleepy(Scripted):
    """Takes its time after the first sentence."""

    def _stream(self, messages: Any, stop: Any = None, run_manager: Any = None, **more: Any) -> Any:
        for number, chunk in enumerate(super()._stream(messages, stop, run_manager, **more)):
            if number == 14:
                time.sleep(0.7)
            yield chunk


def test_running_answers_end_before_the_bot_does(town: Assistant, tmp_path: Path) -> None:
    async def scenario(w: World) -> None:
        for n in range(5):
            await w.post(message(BRIDGE, ts=f"{n}.1"))

    slack = play(World(town.catalog, tmp_path), scenario)
    assert len(slack.messages) == 5
    assert all("Clara Voss" in one["markdown"] for one in slack.messages.values())


def test_what_a_killed_process_had_begun_is_finished_in_its_place(town: Assistant, tmp_path: Path) -> None:
    async def run() -> FakeSlack:
        async with FakeSlack() as world.slack:
            begun = {"channel": "D1", "thread_ts": "100.1", "recipient_user_id": "U1", "recipient_team_id": TEAM}
            ts = world.slack._chat_startStream({**begun, "chunks": [{"text": "“The old"}]})["ts"]
            before = inbox(tmp_path)
            assert before.accept(job("100.1"))
            assert before.accept(job("100.2"))
            before.show(job("100.1").key, [ts])
            before.database.close()
            async with world.running():
                await world.settled()
            return world.slack

    world = World(town.catalog, tmp_path)
    slack = asyncio.run(run())
    for ts in ("100.1", "100.2"):
        [said] = slack.thread(ts)
        assert said["markdown"].startswith("“👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss")
        assert said["blocks"][-1]["type"] == "context_actions"
    assert at_rest(slack)


def test_an_answer_that_slack_could_not_take_is_said_later_not_made_again(town: Assistant, tmp_path: Path) -> None:
    down = [True]

    async def run() -> FakeSlack:
        async with FakeSlack() as world.slack:
            world.slack.faults.append(
                lambda name, _: error("internal_error", 503) if down[0] and name != "auth.test" else None
            )
            async with world.running():
                await world.post(message(BRIDGE))
                await world.settled()
                assert world.slack.messages == {}
                down[0] = False
                await world.bot.work.resume()
                await world.settled()
                kept = world.bot.conversations.get(f"slack-{TEAM}-D1-100.1", f"slack:{TEAM}")
                assert kept.turn_count == 1
            return world.slack

    world = World(town.catalog, tmp_path)
    slack = asyncio.run(run())
    [said] = slack.thread("100.1")
    assert said["markdown"].count("Clara Voss") == 1
    assert at_rest(slack)


def test_a_question_from_long_ago_gets_an_apology(town: Assistant, tmp_path: Path) -> None:
    async def run() -> FakeSlack:
        async with FakeSlack() as world.slack:
            before = inbox(tmp_path)
            before.accept(job(asked=time.time() - 7200))
            before.database.close()
            async with world.running():
                await world.settled()
            return world.slack

    world = World(town.catalog, tmp_path)
    [said] = asyncio.run(run()).thread("100.1")
    assert said["markdown"] == TOO_LATE


@pytest.mark.parametrize("code", ["invalid_auth", "channel_not_found", "missing_scope"])
def test_what_slack_refuses_for_good_ends(town: Assistant, tmp_path: Path, code: str) -> None:
    async def scenario(w: World) -> None:
        for method in ("chat.startStream", "chat.postMessage", "chat.postEphemeral"):
            w.slack.once(method, lambda: error(code), times=99)
        await w.told(mention(BRIDGE))
        assert w.bot.inbox.left() == []

    assert at_rest(play(World(town.catalog, tmp_path), scenario))


def test_questions_in_one_thread_are_answered_in_their_order(town: Assistant, tmp_path: Path) -> None:
    async def scenario(w: World) -> None:
        asked = [BRIDGE, "What does the weekly market sell?", "What did the storm tear away?"]
        for n, question in enumerate(asked):
            await w.post(message(question, ts=f"5.{n}", thread_ts="5.0"))
        await w.settled()

    said = [one["markdown"] for one in play(World(town.catalog, tmp_path), scenario).thread("5.0")]
    assert [next(word for word in ("Voss", "cheese", "arches") if word in text) for text in said] == [
        "Voss",
        "cheese",
        "arches",
    ]


def test_a_job_is_kept_once_by_its_place_and_by_its_event(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    assert box.accept(job(), "Ev1")
    assert not box.accept(job(), "Ev2")
    assert not box.accept(job("100.2"), "Ev1")
    assert [one.key for one in box.left()] == [job().key]
    box.done(job().key)
    assert box.left() == []
    assert not box.accept(job(), "Ev3")
    box.choose(TEAM, "C1", ["a", "b"])
    box.choose(TEAM, "C1", ["b"])
    assert (box.chosen(TEAM, "C1"), box.chosen(TEAM, "C2")) == (("b",), ())
    box.database.close()


def test_what_cannot_be_kept_is_not_acknowledged_and_answered_when_it_comes_again(
    town: Assistant, tmp_path: Path
) -> None:
    async def scenario(w: World) -> None:
        database = w.bot.inbox.database
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE slack_jobs RENAME TO away")
        assert (await w.post(message(BRIDGE))).status_code == 500
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO slack_jobs")
        await w.told(message(BRIDGE))

    assert len(play(World(town.catalog, tmp_path), scenario).thread("100.1")) == 1


def test_a_job_is_taken_once_in_postgresql_too(postgres: str) -> None:  # noqa: F811
    database = Database(postgres, "The inbox")
    kept = Inbox(database)
    assert [kept.accept(job(), "E1"), kept.accept(job(), "E2"), kept.accept(job("100.2"), "E1")] == [True, False, False]
    assert kept.accept(job("100.3"), "E3")
    database.close()
