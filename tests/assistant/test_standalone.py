import pytest

from assistant.standalone import Turn, leans, standalone

BEFORE = [Turn("Who built the bridge?", "Who built the bridge?", True)]


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "And in 2025?",
        "When was it opened?",
        "Who were they?",
        "what about the town",
        "How so?",
        "Did he sell it?",
    ],
)
def test_a_question_that_leans_on_the_one_before_is_searched_with_it(question: str) -> None:
    assert standalone(question, BEFORE, "en") == f"Who built the bridge? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "When was the treaty signed in Vienna?",
        "Why did the mayor of the town sell his house?",
        "which villages are threatened by the flood",
        "What is the capital of France?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone(question, BEFORE, "en") == question


def test_the_first_question_of_a_conversation_is_left_as_it_is() -> None:
    assert standalone("Why?", [], "en") == "Why?"


@pytest.mark.parametrize(("question", "language"), [("Und 2025?", "de"), ("А почему?", "ru"), ("Pourquoi ?", "fr")])
def test_in_other_languages_a_question_with_hardly_a_word_of_substance_leans(question: str, language: str) -> None:
    assert leans(question, language)
