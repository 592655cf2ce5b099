from dataclasses import replace

import pytest

from assistant.claims import Shown
from assistant.support import Supporter
from index.embedder import Embedder
from index.trained import TRAINED
from index.verifier import verifier
from tests.assistant.test_claims import kept

SENTENCES = [
    "The old mill on the Elm was built by Clara Voss.",
    "It burned down in a storm.",
    "A museum stands there now.",
]


def shown(embedder: Embedder, *numbers: int, language: str = "en") -> list[Shown]:
    home = replace(kept(SENTENCES, "The mill", language), sentence_vectors=embedder.embed(SENTENCES))
    return [Shown(number + 1, home, number) for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "sound", "false"),
    [
        ([0], "Clara Voss is the one who had the mill built.", "Clara Voss had the mill pulled down."),
        ([0, 1], "The mill that Clara Voss built was lost in a fire.", "The mill that Clara Voss built was sold."),
        ([2], "There is a museum at the place today.", "There was a museum at the place until the war."),
    ],
)
def test_what_the_sentences_say_is_likelier_than_what_they_do_not(
    embedder: Embedder, numbers: list[int], sound: str, false: str
) -> None:
    support = Supporter(embedder, verifier(TRAINED))
    cited = shown(embedder, *numbers)
    assert 0 <= support(false, cited)[0] < support(sound, cited)[0] <= 1
    assert support(sound, cited)[1]


def test_sentences_are_read_in_their_order_however_they_are_cited(embedder: Embedder) -> None:
    support = Supporter(embedder, verifier(TRAINED))
    statement = "The mill burned down, and a museum was put in its place."
    assert support(statement, shown(embedder, 2, 1)) == support(statement, shown(embedder, 1, 2))
    assert support(statement, shown(embedder, 1, 2)) != support(statement, shown(embedder, 0, 2))


def test_without_a_verifier_and_in_other_languages_words_and_meaning_count(embedder: Embedder) -> None:
    plain, statement = Supporter(embedder, None), "The mill burned down in a storm."
    chance, read = plain(SENTENCES[1], shown(embedder, 1))
    assert 0.8 < chance <= 0.851
    assert not read
    assert plain("Nobody likes rice.", shown(embedder, 1))[0] < 0.3 < plain(statement, shown(embedder, 1))[0]
    russian = shown(embedder, 1, language="ru")
    assert Supporter(embedder, verifier(TRAINED))(statement, russian) == plain(statement, russian)
