"""The Slack bot killed in mid-answer, again and again: SLACK_KILLS=5 python -m pytest tests/faults/test_slack.py"""

import asyncio
import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.assistant.doors.fake_slack import FakeSlack, message
from tests.assistant.doors.slack_world import begun

KILLS = int(os.environ.get("SLACK_KILLS", "0"))
COUNT = 12
QUESTION = "Why is Moscow ready to tolerate Baku's actions?"


@pytest.mark.skipif(not KILLS, reason="each kill starts the program twice; set SLACK_KILLS to how many")
@pytest.mark.parametrize("seed", range(KILLS))
def test_after_a_kill_every_question_that_was_taken_has_one_whole_answer(tmp_path: Path, seed: int) -> None:
    async def run() -> FakeSlack:
        async with FakeSlack() as slack:
            program = await begun(slack, tmp_path)
            sent = [await slack.send(message(QUESTION, ts=f"{n}.1")) for n in range(COUNT)]
            while len(slack.acknowledged) < COUNT:
                await asyncio.sleep(0.005)
            while not slack.messages:
                await asyncio.sleep(0.002)
            await asyncio.sleep(random.Random(seed).random())
            program.send_signal(signal.SIGKILL)
            await program.communicate()
            assert set(sent) == set(slack.acknowledged)
            program = await begun(slack, tmp_path)
            while not all(ended(slack, f"{n}.1") for n in range(COUNT)):
                await asyncio.sleep(0.02)
            program.send_signal(signal.SIGTERM)
            await program.communicate()
            return slack

    slack = asyncio.run(asyncio.wait_for(run(), 180))
    for n in range(COUNT):
        [said] = whole(slack, f"{n}.1")
        assert said["markdown"].count("North-South route") == 1
        # Slack may have begun a message whose name was not kept yet: it stays behind, without an end.
        assert len(slack.thread(f"{n}.1")) <= 2


def ended(slack: FakeSlack, thread: str) -> bool:
    return bool(whole(slack, thread))


def whole(slack: FakeSlack, thread: str) -> list[dict[str, Any]]:
    """The answers of a thread that have their buttons."""
    said = slack.thread(thread)
    return [one for one in said if one["blocks"] and one["blocks"][-1]["type"] == "context_actions"]
