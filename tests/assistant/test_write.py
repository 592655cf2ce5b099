"""Answers that a chat model writes, by a scripted model, on two small articles."""

import gc
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from assistant.answer import Answer, Claim
from assistant.ask import Assistant
from assistant.claims import Shown
from assistant.settings import Settings
from assistant.write import numbered, shown
from tests.assistant.scripted import Scripted, Speaking
from tests.assistant.test_claims import kept

BUILT = "Clara Voss built the old bridge over the Elm in 1903 [{built}]."
COST = "It cost 40,000 crowns [{cost}]."


class Endless(Speaking):
    """Says `text` 500 times, a hundredth of a second apart; `said` holds how often so far."""

    said: list[int]
    text: str

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        for number in range(500):
            self.said.append(number)
            time.sleep(0.01)
            yield ChatGenerationChunk(message=AIMessageChunk(self.text))


def ask(town: Assistant, replies: list[Any], question: str = "Who built the old bridge?", **given: Any) -> Answer:
    """The answer of a model that writes `replies`; {built} and {cost} stand for the numbers of two sentences."""
    numbers = number_of(town, question)
    filled = [reply.format(**numbers) if isinstance(reply, str) else reply for reply in replies]
    settings = Settings(model="openai:scripted", doubt_floor=0.0, **given)
    return Assistant(town.catalog, settings, Scripted(replies=filled, prompts=[])).ask(question)


def number_of(town: Assistant, question: str) -> dict[str, int]:
    reading = town._reading(town._retrieve(town._stand_alone(asked(town, question)), {})).reading
    found = shown(reading, town.catalog.snapshot())
    return {
        "built": next(one.n for one in found if "was built by" in one.text),
        "cost": next(one.n for one in found if "40,000" in one.text),
        "storm": next(one.n for one in found if "storm" in one.text),
        "unseen": len(found) + 1,
    }


def asked(town: Assistant, question: str) -> Any:
    from assistant.asked import Asked

    return Asked(question, (), town.catalog.snapshot())


def test_statements_that_the_sentences_support_are_claims_with_citations(town: Assistant) -> None:
    answer = ask(town, [f"{BUILT} {COST}"])
    assert [(claim.text, claim.state) for claim in answer.claims] == [
        ("Clara Voss built the old bridge over the Elm in 1903. ", "supported"),
        ("It cost 40,000 crowns.", "quoted"),
    ]
    quotes = [citation.quote for citation in answer.citations]
    assert quotes[0].endswith("The old bridge over the Elm was built by Clara Voss in 1903.")
    assert quotes[1] == "It cost 40,000 crowns."
    assert (answer.found, answer.answered_by, answer.model_failure) == (True, "model: openai:scripted", "")
    assert re.fullmatch(r"[0-9a-f]{12}", answer.prompt_version)


def test_consecutive_sentences_are_one_citation(town: Assistant) -> None:
    answer = ask(
        town, ["The old bridge over the Elm was built by Clara Voss and cost 40,000 crowns [{built}, {cost}]."]
    )
    [citation] = answer.citations
    assert citation.quote.endswith("in 1903. It cost 40,000 crowns.")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("Clara Voss built the bridge in 1904 [{built}].", "1904"),
        ("Clara Voss did not build the old bridge over the Elm [{built}].", "not"),
        ("The bridge was built by Karl Voss in 1903 [{built}].", "Karl"),
        ("The article says “built by Clara Voss in 1904” [{built}].", "built by Clara Voss in 1904"),
        ("Clara Voss built the old bridge over the Elm in 1903 [{unseen}].", "not shown"),
        ("Clara Voss built the old bridge over the Elm in 1903.", "cites nothing"),
    ],
)
def test_what_the_sentences_do_not_say_is_unsupported_and_cites_nothing(
    town: Assistant, statement: str, reason: str
) -> None:
    answer = ask(town, [f"{COST} {statement}", ""])
    [good, bad] = answer.claims
    assert (good.state, bad.state, bad.citations) == ("quoted", "unsupported", ())
    assert reason in bad.reason


def test_an_unsupported_statement_may_be_withheld(town: Assistant) -> None:
    answer = ask(town, [f"{COST} It burned in 1999 [{{cost}}].", ""], unsupported="withhold")
    assert [claim.state for claim in answer.claims] == ["quoted"]


def test_an_unsupported_statement_is_sent_back_once_and_may_be_mended(town: Assistant) -> None:
    answer = ask(town, [f"{COST} Clara Voss built it in 1904 [{{built}}].", f"1. {BUILT}"])
    assert [claim.state for claim in answer.claims] == ["quoted", "supported"]


def test_an_unsupported_statement_may_be_withdrawn(town: Assistant) -> None:
    answer = ask(town, [f"{COST} Clara Voss built it in 1904 [{{built}}].", "1. -"])
    assert [claim.state for claim in answer.claims] == ["quoted"]


def test_nothing_supported_is_not_found_and_nothing_of_it_is_shown(town: Assistant) -> None:
    answer = ask(town, ["It was the Romans.", "1. It was the Romans, in 40 BC."])
    assert (answer.found, answer.claims) == (False, ())
    assert len(answer.nearest) == 3


def test_everything_was_read_when_nothing_that_the_model_wrote_is_supported(shipped: Assistant) -> None:
    quotes = shipped.ask("Who insulted Putin?")
    assert quotes.sentences_read < quotes.sentences_held
    model = Scripted(replies=["It was the Romans.", ""], prompts=[])
    answer = Assistant(shipped.catalog, Settings(model="openai:scripted"), model).ask("Who insulted Putin?")
    assert (answer.found, answer.sentences_read) == (False, answer.sentences_held)


def test_the_model_may_say_that_it_found_nothing(town: Assistant) -> None:
    answer = ask(town, ["NOT FOUND"])
    assert (answer.found, answer.claims, answer.model_failure) == (False, (), "")


class RateLimitError(Exception):
    status_code = 429


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (RateLimitError("busy"), "rate limit"),
        (TimeoutError(), "in time"),
        (ConnectionError("10.0.0.7:8080"), "could not be reached"),
        (ValueError("key sk-123"), "it failed (ValueError)"),
        ("", "it wrote nothing"),
    ],
)
def test_when_the_model_fails_the_articles_answer_and_the_answer_says_why(
    town: Assistant, reply: Any, says: str
) -> None:
    answer = ask(town, [reply])
    assert says in answer.model_failure
    assert "10.0.0.7" not in answer.model_failure
    assert "sk-123" not in answer.model_failure
    assert [claim.state for claim in answer.claims] == ["quoted"] * len(answer.claims)
    assert "Clara Voss" in answer.claims[0].text
    assert answer.answered_by.startswith("reader")


def test_what_was_said_before_the_connection_was_lost_stays(town: Assistant) -> None:
    numbers = number_of(town, "Who built the old bridge?")
    answer = ask(town, [(f"{COST} And then".format(**numbers), ConnectionError())])
    assert answer.claims[0].text.strip() == "It cost 40,000 crowns."
    assert "Clara Voss" in answer.claims[1].text
    assert "connection was lost" in answer.model_failure


def test_a_model_that_never_ends_is_stopped(town: Assistant) -> None:
    answer = ask(town, [f"{BUILT} " * 2000, ""])
    assert answer.found
    assert sum(len(claim.text) for claim in answer.claims) < 50_000


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_an_answer_that_is_left_does_not_hear_the_model_out(town: Assistant) -> None:
    built = BUILT.format(**number_of(town, "Who built the old bridge?"))
    model = Endless(said=[], text=f"{built} ")
    parts = Assistant(town.catalog, Settings(model="openai:scripted", doubt_floor=0.0), model).stream("Who built it?")
    assert any(isinstance(part, Claim) for part in parts)
    parts.close()  # type: ignore[attr-defined]
    gc.collect()
    assert len(model.said) < 50


def test_the_model_is_not_asked_when_nothing_answers(town: Assistant) -> None:
    settings = Settings(model="openai:scripted", doubt_floor=0.9)
    model = Scripted(replies=[], prompts=[])
    assert not Assistant(town.catalog, settings, model).ask("How do I bake bread?").found
    assert model.prompts == []


def test_sentences_are_shown_by_number_under_their_title(town: Assistant) -> None:
    reading = town._reading(town._retrieve(town._stand_alone(asked(town, "the bridge")), {})).reading
    text = numbered(shown(reading, town.catalog.snapshot()))
    assert "## The Old Bridge › Damage\n[3] A storm tore away two of its arches in 1954." in text
    assert numbered([Shown(1, kept(["It burned in 1954.[1][2, 3] It lay open."]), 0)]).endswith(
        "[1] It burned in 1954. It lay open."
    )
    assert text.count("\n[") + text.startswith("[") == town.catalog.snapshot().sentence_count
