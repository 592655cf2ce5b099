import pytest

from assistant.standalone import leans, standalone, widened
from assistant.turn import Turn

SAID = "The bridge was built by Clara Voss in 1903."


def before(question: str, said: str = SAID) -> list[Turn]:
    return [Turn(question, question, True, said)]


@pytest.mark.parametrize(
    ("earlier", "said", "question", "whole"),
    [
        ("Who built the bridge?", SAID, "When was it opened?", "When was the bridge opened?"),
        ("Who built the bridge?", SAID, "Did she sell it?", "Did Clara Voss sell the bridge?"),
        ("Who built the bridge?", SAID, "And what did her brother do?", "What did Clara Voss's brother do?"),
        ("How did Tom Hill die?", "", "When?", "When did Tom Hill die?"),
        ("When did the fair open?", "", "Why?", "Why did the fair open?"),
        ("Who built the bridge?", SAID, "Why?", "Why was it that Clara Voss built the bridge?"),
        ("How many people came in 2022?", "", "And in 2023?", "How many people came in 2023?"),
        ("How many people came?", "", "And in May 2023?", "How many people came in May 2023?"),
        ("What does a day ticket cost?", "", "What about a week ticket?", "What does a week ticket cost?"),
        ("How many people live in Esk?", "", "And in Varnow?", "How many people live in Varnow?"),
        ("What does line 2 join?", "", "and line 5?", "What does line 5 join?"),
        ("What did Otto Brand say?", "", "How about Petra Lindt?", "What did Petra Lindt say?"),
        ("What does Otto Brand fear?", "", "And the Greens?", "What do the Greens fear?"),
        ("Who came to the fair?", "", "Who else?", "Who else came to the fair?"),
        ("Which villages are flooded?", "", "Where are they?", "Where are the flooded villages?"),
        ("Where do swifts nest?", "", "How old do they get?", "How old do swifts get?"),
        ("How are nests protected in Amsterdam?", "", "Who lives there?", "Who lives in Amsterdam?"),
        ("What happened in 1903?", "", "Who was king then?", "Who was king in 1903?"),
        ("Who is Clara Voss?", SAID, "What about the mayor?", "Who is the mayor?"),
        ("How did Tom Hill die?", "", "when was that", "When did Tom Hill die?"),
        ("How did the fair end?", "", "Why did this happen?", "Why did the fair end?"),
        ("How did the fair end?", "", "In what year?", "In what year did the fair end?"),
        ("When did the fair open?", "", "And ?", "And ?"),
        ("When did the fair open?", "", "What about ...?", "What about ...?"),
        ("When did the fair open?", "", "why so late?", "Why did the fair open so late?"),
        ("Did anyone die?", "", "what of?", "What did anyone die of?"),
        ("Did Ann Hall move?", "", "And where to?", "Where did Ann Hall move to?"),
        ("Who led them?", "Danish sailors were led by Ann Hall.", "When did she die?", "When did Ann Hall die?"),
        ("Who led them?", "In November the Danish sailors rose.", "Why did he go?", "Why did he go?"),
        ("When did the town sell the mill?", "", "what for?", "Why did the town sell the mill?"),
        ("When did they get a new roof?", "", "What did that cost?", "What did the new roof cost?"),
        ("How deep is the oldest well?", "", "And the newest one?", "How deep is the newest well?"),
        ("Who ran the first race of the year?", "", "and the second one", "Who ran the second race of the year?"),
        ("Who was the mayor's clerk?", "", "and the baker?", "Who was the baker?"),
        ("Did the town buy steam engines?", "", "Did they work?", "Did engines work?"),
        ("Was anybody hurt?", "Tom Birch broke a leg.", "How did he get home?", "How did Tom Birch get home?"),
        ("Where did they meet after the war?", "", "And before?", "Where did they meet before the war?"),
        ("Where are Ann Hall's notes?", "The Elm Bank has them.", "Who is her son?", "Who is Ann Hall's son?"),
        ("Who paid?", "The Elm Bank paid, said Ann Hall.", "Who is she?", "Who is Ann Hall?"),
        ("What is the old bell worth?", "", "Who made it?", "Who made the old bell?"),
        ("Who sold the mill?", "Otto Brand sold it.", "Did they pay him?", "Did they pay Otto Brand?"),
        ("How many came in 2023?", "", "Why the drop?", "Why the drop (came in 2023)?"),
    ],
)
def test_a_question_that_leans_on_the_one_before_is_made_whole(
    earlier: str, said: str, question: str, whole: str
) -> None:
    assert standalone(question, before(earlier, said), "en") == whole


@pytest.mark.parametrize(
    "question",
    [
        "When was the treaty signed in Vienna?",
        "Why did the mayor of the town sell his house?",
        "which villages are threatened by the flood",
        "What is the capital of France?",
        "What does Baku do when it wants more?",
        "Are there ships in the harbour?",
        "Who is the mayor?",
        "Did that bridge ever fall down?",
        "Why was the bridge closed?",
        "When is the fair?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone(question, before("Who built the bridge?"), "en") == question


@pytest.mark.parametrize(
    ("question", "wider"),
    [
        ("did it help", "did it help (built the bridge)?"),
        ("Was anybody hurt?", "Was anybody hurt (built the bridge)?"),
        ("How many people live in the capital of France?", ""),
    ],
)
def test_a_question_that_names_little_is_widened_by_what_the_one_before_asked_about(question: str, wider: str) -> None:
    assert widened(question, before("Who built the bridge?"), "en") == wider
    assert widened(question, [], "en") == widened(question, before("Wer?"), "de") == ""


def test_how_many_is_no_topic() -> None:
    assert widened("was it", before("How many cheeses were recalled?"), "en") == "was it (cheeses were recalled)?"


def test_a_pronoun_goes_on_pointing_at_the_one_it_pointed_at() -> None:
    earlier = [
        Turn("Who was Ann Rowe's father?", "Who was Ann Rowe's father?", True, "Her father, Jonas Rowe, was a smith."),
        Turn("What did she learn?", "What did Ann Rowe learn?", True, "Ann Rowe learnt to sing from Berta Lang."),
    ]
    assert standalone("Where did she sing?", earlier, "en") == "Where did Ann Rowe sing?"
    assert standalone("And where did he work?", earlier, "en") == "Where did Jonas Rowe work?"


def test_no_pronoun_is_put_in_the_place_of_a_pronoun() -> None:
    earlier = [Turn("Where was she from?", "Where was she from (painted it)?", True, "She was born in Oslo.")]
    assert standalone("how much did they pay her?", earlier, "en") == "How much did they pay her?"


def test_it_is_what_the_question_before_was_answered_with_where_that_asked_what() -> None:
    for words, whole in (("a mosaic", "the mosaic"), ("sold the barn", "the barn"), ("", "the barn")):
        found = Turn("What did they do with the barn?", "What did they do with the barn?", True, "They did.", words)
        assert standalone("Where is it?", [found], "en") == f"Where is {whole}?"


@pytest.mark.parametrize(
    ("asked", "words", "question", "whole"),
    [
        ("Who pumped the air?", "by two boys", "What did they get?", "What did the two boys get?"),
        ("Who wants to drain the ponds?", "Kelm Holdings", "Will they succeed?", "Will Kelm Holdings succeed?"),
        ("Who wants to drain the ponds?", "Kelm Holdings", "How deep are they?", "How deep are the ponds?"),
        ("Who owns the ponds?", "", "Did they freeze?", "Did the ponds freeze?"),
    ],
)
def test_they_are_those_who_did_it_where_that_was_asked(asked: str, words: str, question: str, whole: str) -> None:
    found = Turn(asked, asked, True, "So it was.", words)
    assert standalone(question, [found], "en") == whole


def test_the_first_question_of_a_conversation_is_left_as_it_is() -> None:
    assert standalone("Why?", [], "en") == "Why?"


@pytest.mark.parametrize(
    "question", ["it", "And?", "?", "he he he", "what about", "What about it?", "and (", "Why [a?"]
)
def test_odd_follow_ups_are_made_into_some_question(question: str) -> None:
    for earlier in ("Who built the bridge?", "bridge", "(", "Why?", "And?"):
        assert standalone(question, before(earlier), "en")


@pytest.mark.parametrize(("question", "language"), [("Und 2025?", "de"), ("А почему?", "ru"), ("Pourquoi ?", "fr")])
def test_in_other_languages_a_question_with_hardly_a_word_of_substance_leans(question: str, language: str) -> None:
    assert leans(question, language)
    assert standalone(question, before("Wer?"), language) == f"Wer? {question}"
