import random

import pytest

from index.training.twins import Pool, altered, edit, names_in, statement, words_of

POOL = Pool(["Clara Voss", "Elm Street", "Oslo"], ["1903"], ["harbour", "treaty"], {"mill": ["brewery"]})
NOTHING = Pool([], [], [], {})


@pytest.mark.parametrize(
    "question",
    ["When did Anna Berg open the first mill?", "how many of the 1200 soldiers won", "What was the largest bridge?"],
)
def test_an_altered_question_differs_in_one_place(question: str) -> None:
    for seed in range(30):
        changed = altered(question, POOL, random.Random(seed))
        assert changed is not None
        assert changed != question
        kept = set(question.split()) & set(changed.split())
        assert len(kept) >= len(question.split()) - 2


def test_nothing_to_change_gives_nothing() -> None:
    assert altered("Why?", NOTHING, random.Random(0)) is None


def test_a_changed_number_is_another_number() -> None:
    for seed in range(20):
        assert altered("By 1954?", NOTHING, random.Random(seed)) not in ("By 1954?", None)


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("When was the mill built?", "in 1903", "in 1903 was the mill built"),
        ("the mill was built by who", "Clara Voss", "the mill was built by Clara Voss"),
        ("What year did it burn?", "1954", "1954 did it burn"),
        ("Is it open?", "yes", None),
    ],
)
def test_a_statement_has_the_answer_in_the_place_of_the_question_word(
    question: str, answer: str, said: str | None
) -> None:
    assert statement(question, answer) == said


def test_names_and_words_are_found() -> None:
    assert names_in("The mill of Clara Voss stands in Oslo.") == ["Clara Voss", "Oslo"]
    assert words_of("What did the first miller of Oslo build?") == ["miller", "build"]


def test_an_edit_is_what_people_changed_when_that_was_one_thing() -> None:
    assert edit("Who abolished the old law?", "Who kept the old law?") == ("abolished", "kept")
    assert edit("Who abolished the old law?", "When did they keep it?") is None
    drawn = {altered("the mill burned", Pool([], [], [], {"the mill": ["a farm"]}), random.Random(s)) for s in range(9)}
    assert drawn == {"a farm burned"}
