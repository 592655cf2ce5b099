"""Conversations in real databases: SQLite files, and PostgreSQL where a server can be started."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.answer import Answer, Citation, Claim
from assistant.ask import Assistant
from assistant.conversations import Conversation, Conversations, turns
from assistant.errors import ArticleGone, BadQuestion, Busy, UnknownConversation, UnknownTurn
from index.database import Database
from index.errors import UnknownArticle
from tests.assistant.postgres import postgres  # noqa: F401 (a fixture)

ROOT = Path(__file__).parents[2]
CITED = Citation(1, "a", "A title", "A section", "It’s “so” 👍🏽.", 3, 14, "0" * 64, "https://example.org/é", (5, 9))
ANSWER = Answer(
    "And why?", "Why is it so?", (Claim(CITED.quote, "quoted", (CITED,)), Claim("No.", "unsupported", (), "it is not")),
    (), 0.5, 3, 3, 1, "reader", 0.25, "it did not answer in time", "abc", (("read", 0.1),),
)  # fmt: skip


def in_file(folder: Path) -> Conversations:
    return Conversations(Database(f"sqlite:///{folder / 'conversations.db'}", "The database of conversations"))


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Conversations]:
    if request.param == "sqlite":
        made = in_file(tmp_path)
    else:
        made = Conversations(Database(request.getfixturevalue("postgres"), "The database of conversations"))
    yield made
    with made.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM turns")
        connection.exec_driver_sql("DELETE FROM conversations")
    made.database.close()


def turn(kept: Conversations, held: Conversation, question: str, answer: Answer | None = ANSWER) -> int:
    number = kept.begin(held.id, held.owner, question)
    kept.end(held.id, number, answer and replace(answer, question=question))
    return number


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_a_turn_is_kept_whole_with_its_quotes_offsets_and_hash(kept: Conversations) -> None:
    held = kept.start("ann")
    turn(kept, held, "And why?")
    [back] = kept.get(held.id, "ann").turns
    assert (back.number, back.question, back.cut, back.rating) == (1, "And why?", False, 0)
    assert back.answer == ANSWER
    assert back.claims == ANSWER.claims
    assert back.asked.tzinfo is not None


def test_turns_come_in_order_and_the_first_question_is_the_title(kept: Conversations) -> None:
    held = kept.start("ann", articles=["b", "a"])
    numbers = [turn(kept, held, f"Question {n}?") for n in range(12)]
    got = kept.get(held.id, "ann")
    assert numbers == [one.number for one in got.turns] == list(range(1, 13))
    assert [one.question for one in got.turns] == [f"Question {n}?" for n in range(12)]
    assert (got.title, got.articles, got.turn_count) == ("Question 0?", ("b", "a"), 12)
    assert [one.searched_for for one in got.earlier] == ["Why is it so?"] * 12


def test_conversations_are_listed_with_the_last_that_changed_first(kept: Conversations) -> None:
    first, second, third = (kept.start("ann") for _ in range(3))
    turn(kept, first, "Why?")
    assert [one.id for one in kept.all("ann")] == [first.id, third.id, second.id]
    assert [one.turn_count for one in kept.all("ann")] == [1, 0, 0]
    assert kept.all("bob") == []


def test_a_conversation_is_renamed_and_given_other_articles(kept: Conversations) -> None:
    held = kept.start("ann")
    assert kept.change(held.id, "ann", title=" A\nname " + "x" * 200).title == ("A name " + "x" * 200)[:80]
    assert kept.change(held.id, "ann", articles=["a"]).articles == ("a",)
    turn(kept, held, "Why?")
    assert kept.get(held.id, "ann").title.startswith("A name")


def test_anothers_conversation_reads_like_an_unknown_one(kept: Conversations) -> None:
    held = kept.start("ann", id="slack:1")
    turn(kept, held, "Why?")
    acts: list[Any] = [
        lambda id: kept.get(id, "bob"),
        lambda id: kept.start("bob", id=id) if id == "slack:1" else kept.get(id, "bob"),
        lambda id: kept.change(id, "bob", title="mine"),
        lambda id: kept.delete(id, "bob"),
        lambda id: kept.rate(id, "bob", 1, 1),
        lambda id: kept.begin(id, "bob", "Why?"),
    ]
    for act in acts:
        with pytest.raises(UnknownConversation) as real:
            act("slack:1")
        with pytest.raises(UnknownConversation) as unknown:
            act("slack:2")
        assert str(real.value) == str(unknown.value).replace("slack:2", "slack:1")
    assert kept.start("ann", id="slack:1") == kept.get("slack:1", "ann")
    assert kept.get("slack:1", "ann").turn_count == 1


def test_a_rating_is_kept_and_taken_back(kept: Conversations) -> None:
    held = kept.start("ann")
    turn(kept, held, "Why?")
    kept.rate(held.id, "ann", 1, -1, "wrong year")
    assert [(one.rating, one.comment) for one in kept.get(held.id, "ann").turns] == [(-1, "wrong year")]
    kept.rate(held.id, "ann", 1, 0)
    assert [(one.rating, one.comment) for one in kept.get(held.id, "ann").turns] == [(0, "")]
    with pytest.raises(UnknownTurn, match="no turn 2"):
        kept.rate(held.id, "ann", 2, 1)


def test_the_character_nul_fails_in_no_database(kept: Conversations) -> None:
    held = kept.start("ann")
    turn(kept, held, "Why?")
    kept.rate(held.id, "ann", 1, -1, "wrong\0\nyear")
    assert kept.get(held.id, "ann").turns[0].comment == "wrong\nyear"
    with pytest.raises(UnknownConversation):
        kept.get("\0", "ann")


# --- turns that overlap, and turns that are cut -----------------------------------------------------------------------


def test_a_second_turn_is_refused_while_one_is_open_and_nothing_is_lost(kept: Conversations) -> None:
    held = kept.start("ann")
    number = kept.begin(held.id, "ann", "Why?")
    with pytest.raises(Busy, match="still being answered"):
        kept.begin(held.id, "ann", "When?")
    assert kept.get(held.id, "ann").turns == ()
    kept.end(held.id, number, ANSWER)
    assert turn(kept, held, "When?") == 2


def test_a_cut_turn_is_marked_and_asked_again_takes_its_place(kept: Conversations) -> None:
    held = kept.start("ann")
    number = kept.begin(held.id, "ann", "Why?")
    kept.end(held.id, number, None, ANSWER.claims)
    [cut] = kept.get(held.id, "ann").turns
    assert (cut.cut, cut.answer, [claim.text for claim in cut.claims]) == (True, None, [CITED.quote, "No."])
    assert kept.get(held.id, "ann").earlier == ()
    assert turn(kept, held, "Why?") == 1
    assert [one.cut for one in kept.get(held.id, "ann").turns] == [False]
    assert turn(kept, held, "Why?") == 2  # a whole one is asked again as a new turn
    assert turn(kept, held, "How?", None) == 3
    assert turn(kept, held, "When?") == 4  # another question after a cut one


def test_a_turn_that_ends_twice_keeps_its_first_end(kept: Conversations) -> None:
    held = kept.start("ann")
    number = turn(kept, held, "Why?")
    kept.end(held.id, number, None)
    assert kept.get(held.id, "ann").turns[0].answer == replace(ANSWER, question="Why?")


def test_twenty_threads_on_one_conversation_get_one_turn_at_a_time(kept: Conversations) -> None:
    held = kept.start("ann")

    def ask(n: int) -> bool:
        try:
            turn(kept, held, f"Question {n}?")
        except Busy:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        went = sum(pool.map(ask, range(60)))
    got = kept.get(held.id, "ann").turns
    assert 1 <= went == len(got)
    assert [one.number for one in got] == list(range(1, went + 1))
    assert not any(one.cut for one in got)


def test_twenty_threads_with_a_conversation_each_lose_nothing(kept: Conversations) -> None:
    def talk(n: int) -> list[str]:
        held = kept.start(f"owner {n % 4}")
        for k in range(5):
            turn(kept, held, f"Question {k}?")
        return [one.question for one in kept.get(held.id, held.owner).turns]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(talk, range(20))) == [[f"Question {k}?" for k in range(5)]] * 20
    assert [len(kept.all(f"owner {n}")) for n in range(4)] == [5] * 4


def test_twenty_threads_start_one_conversation_of_a_name(kept: Conversations) -> None:
    with ThreadPoolExecutor(20) as pool:
        assert {one.id for one in pool.map(lambda _: kept.start("ann", id="slack:9"), range(20))} == {"slack:9"}


# --- the file ---------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.assistant.test_conversations import in_file, turn
kept = in_file(Path(sys.argv[1]))
held = kept.start("ann", id="talk")
turn(kept, held, "Why?")
kept.begin("talk", "ann", "When?")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_in_mid_turn_leaves_every_other_turn_whole_and_that_one_cut(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    kept = in_file(tmp_path)
    held = kept.get("talk", "ann")
    assert [(one.question, one.cut) for one in held.turns] == [("Why?", False), ("When?", True)]
    assert held.turns[0].answer == replace(ANSWER, question="Why?")
    assert turn(kept, held, "When?") == 2
    assert [(one.question, one.cut) for one in kept.get("talk", "ann").turns] == [("Why?", False), ("When?", False)]
    kept.database.close()


def test_what_is_deleted_is_no_longer_in_the_file(tmp_path: Path) -> None:
    kept = in_file(tmp_path)
    held, other = kept.start("ann"), kept.start("ann")
    turn(kept, held, "What is the secretword?")
    turn(kept, other, "Why?")
    kept.delete(held.id, "ann")
    assert [one.id for one in kept.all("ann")] == [other.id]
    with kept.database.begin() as connection:
        assert connection.execute(sa.select(turns.c.conversation)).scalars().all() == [other.id]
    kept.database.close()
    assert not any(b"secretword" in file.read_bytes() for file in tmp_path.iterdir())


# --- with an assistant ------------------------------------------------------------------------------------------------


def ask(kept: Conversations, assistant: Assistant, question: str, held: Conversation) -> Answer:
    *_, answer = kept.stream(assistant, question, held, scope=None)
    assert isinstance(answer, Answer)
    return answer


def test_a_conversation_remembers_what_was_asked(kept: Conversations, town: Assistant) -> None:
    held = kept.start("ann", articles=["the-old-bridge"])
    first = ask(kept, town, "Who built the old bridge?", held)
    second = ask(kept, town, "And how much did it cost?", held)
    assert second.searched_for == "How much did the old bridge cost?"
    assert "40,000" in second.claims[0].text
    assert second.articles_held == 1
    assert [one.answer and one.answer.citations for one in kept.get(held.id, "ann").turns] == [
        first.citations,
        second.citations,
    ]


def test_a_question_that_cannot_be_asked_leaves_no_turn(kept: Conversations, town: Assistant) -> None:
    held = kept.start("ann")
    with pytest.raises(BadQuestion):
        kept.stream(town, " ?", held, scope=None)
    missing = kept.start("ann", articles=["gone"])
    with pytest.raises(KeyError, match="gone"):
        kept.stream(town, "Why?", missing, scope=None)
    assert (kept.get(held.id, "ann").turn_count, kept.get(missing.id, "ann").turn_count) == (0, 0)


def test_a_cut_turn_outlives_a_try_to_ask_it_of_an_article_that_is_gone(kept: Conversations, town: Assistant) -> None:
    held = kept.start("ann")
    kept.end(held.id, kept.begin(held.id, "ann", "Who built it?"), None, ANSWER.claims)
    gone = kept.change(held.id, "ann", articles=["gone"])
    with pytest.raises(UnknownArticle):
        kept.stream(town, "Who built it?", gone, scope=None)
    [left] = kept.get(held.id, "ann").turns
    assert (left.cut, [claim.text for claim in left.claims]) == (True, [claim.text for claim in ANSWER.claims])


def test_a_conversation_whose_article_is_gone_asks_no_other_whose_id_begins_so(
    kept: Conversations, town: Assistant
) -> None:
    held = kept.start("ann", articles=["the-old"])
    with pytest.raises(ArticleGone, match="No article with 'the-old'. There is: the-old-bridge, the-market"):
        kept.stream(town, "Who built the old bridge?", held, scope=None)
    assert kept.get(held.id, "ann").turn_count == 0


def test_a_turn_that_nobody_reads_to_its_end_is_cut_with_what_was_shown(kept: Conversations, town: Assistant) -> None:
    held = kept.start("ann")
    parts = kept.stream(town, "Who built the old bridge?", held, scope=None)
    shown = next(part for part in parts if isinstance(part, Claim))
    parts.close()  # type: ignore[attr-defined]
    [cut] = kept.get(held.id, "ann").turns
    assert (cut.cut, [claim.text for claim in cut.claims]) == (True, [shown.text])
    assert ask(kept, town, "Who built the old bridge?", held).found
    assert kept.get(held.id, "ann").turn_count == 1


def test_a_failure_on_the_way_leaves_a_cut_turn_that_can_be_asked_again(kept: Conversations, town: Assistant) -> None:
    class Broken(Assistant):
        def _read(self, asked: Any) -> Any:
            raise RuntimeError("broken")

    held = kept.start("ann")
    with pytest.raises(RuntimeError):
        ask(kept, Broken(town.catalog, town.settings), "Who built the old bridge?", held)
    assert [one.cut for one in kept.get(held.id, "ann").turns] == [True]
    assert ask(kept, town, "Who built the old bridge?", held).found
