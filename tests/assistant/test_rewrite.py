"""A follow-up that a scripted model makes whole, and what becomes of what it should not have said."""

from threading import Event
from typing import Any

import pytest

from assistant.ask import Assistant
from assistant.rewrite import Rewriter, trimmed
from assistant.settings import Settings
from assistant.turn import Turn
from tests.assistant.scripted import Scripted

BEFORE = [
    Turn("Who built the old bridge?", "Who built the old bridge?", True, "It was built by Clara Voss in 1903."),
    Turn("How much did it cost?", "How much did the old bridge cost?", True, "It cost 40,000 crowns."),
]


def rewriter(model: Scripted, tokens: int = 1500) -> Rewriter:
    return Rewriter(model, None, 5.0, tokens, Event())


def test_the_model_makes_a_follow_up_whole_and_is_shown_what_was_said() -> None:
    model = Scripted(replies=["“When did Clara Voss build the old bridge?”\n"], prompts=[])
    assert rewriter(model)("When did she?", BEFORE, "en") == "When did Clara Voss build the old bridge?"
    [prompt] = model.prompts
    assert "Question: How much did the old bridge cost?\nAnswer: It cost 40,000 crowns." in prompt
    assert prompt.index("Clara Voss") < prompt.index("40,000") < prompt.index("The last question: When did she?")


@pytest.mark.parametrize("question", ["What does the weekly market sell?", "Why did the council sell its house?"])
def test_a_question_that_leans_on_nothing_is_not_given_to_the_model(question: str) -> None:
    assert rewriter(Scripted(replies=[], prompts=[]))(question, BEFORE, "en") == question
    assert rewriter(Scripted(replies=[], prompts=[]))("Why?", [], "en") == "Why?"


@pytest.mark.parametrize(
    "reply",
    [
        "", "  \n", "It cost 40,000 crowns.", "x" * 600 + "?", "When?\nIn 1903.", "x" * 9000,
        TimeoutError(), ConnectionError(), ValueError("sk-123"), ("When was the", ConnectionError()),
    ],
)  # fmt: skip
def test_a_rewrite_that_is_none_leaves_it_to_the_rules(reply: Any) -> None:
    model = Scripted(replies=[reply], prompts=[], chunk=50)
    assert rewriter(model)("When was it built?", BEFORE, "en") == "When was the old bridge built?"


def test_in_other_languages_the_model_sees_every_later_question() -> None:
    model = Scripted(replies=["Wann hat Clara Voss die Brücke gebaut?"], prompts=[])
    assert rewriter(model)("Wann hat sie die Brücke gebaut?", BEFORE, "de") == "Wann hat Clara Voss die Brücke gebaut?"


def test_the_newest_turns_are_shown_within_the_budget() -> None:
    turns = [Turn(f"Question {n}?", f"Question {n}?", True, "word " * 20) for n in range(50)]
    shown = trimmed(turns, 1000)
    assert 800 <= len(shown) <= 1000
    assert "Question 49?" in shown
    assert "Question 10?" not in shown
    assert shown.index("Question 48?") < shown.index("Question 49?")
    assert trimmed([Turn("Why?", "Why?", True, "word " * 900)], 1000).startswith("Question: Why?")


def test_an_assistant_with_a_model_searches_for_the_rewritten_question(town: Assistant) -> None:
    model = Scripted(replies=["How much did the old bridge cost?", "It cost 40,000 crowns [2]."], prompts=[])
    assistant = Assistant(town.catalog, Settings(model="openai:any", doubt_floor=0.0), model)
    answer = assistant.ask("And how much did it cost?", BEFORE[:1])
    assert (answer.question, answer.searched_for) == ("And how much did it cost?", "How much did the old bridge cost?")
    assert len(model.prompts) >= 2
