import pytest

from assistant.ask import Assistant
from assistant.check import check_text
from assistant.errors import BadQuestion
from assistant.settings import Settings

POSTED = """# Our town

Clara Voss built the bridge in 1903. The bridge cost 50,000 crowns.

- The town council paid for new ones.
- A storm in 1954 tore away two arches, and the town council paid for new ones [7].
"""


def test_each_sentence_comes_back_with_its_state_and_what_supports_it(town: Assistant) -> None:
    claims = check_text(town, POSTED)
    assert [claim.state for claim in claims] == ["supported", "unsupported", "quoted", "supported"]
    assert [[c.quote for c in claim.citations] for claim in claims] == [
        ["👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903."],
        [],
        ["The town council paid for new ones."],
        ["A storm tore away two of its arches in 1954. The town council paid for new ones."],
    ]
    assert claims[1].reason == "“50,000 crowns” does not stand in the cited sentences."
    assert claims[3].text.strip().endswith("for new ones.")


def test_every_citation_is_exact_and_numbered_through(town: Assistant) -> None:
    claims = check_text(town, POSTED)
    cited = [c for claim in claims for c in claim.citations]
    assert [c.n for c in cited] == [1, 2, 3]
    for c in cited:
        assert town.catalog.article(c.article).text[c.start : c.end] == c.quote


def test_only_the_articles_named_are_held_against_it(town: Assistant) -> None:
    [claim] = check_text(town, "Clara Voss built the bridge in 1903.", ["the-market"])
    assert claim.state == "unsupported"


def test_a_large_library_is_searched(town: Assistant) -> None:
    narrow = Assistant(town.catalog, Settings(read_all_sentences=1, candidates=1))
    [claim] = check_text(narrow, "The market sells cheese, wool and honey.")
    assert claim.state == "supported"


@pytest.mark.parametrize("text", ["", "…", "word " * 3000, "One is one. " * 62])
def test_what_cannot_be_checked_is_refused_in_words(town: Assistant, text: str) -> None:
    with pytest.raises(BadQuestion, match="at most 12,000 characters and 60 sentences"):
        check_text(town, text)


def test_an_unknown_article_is_named(town: Assistant) -> None:
    for name in ("nope", "the-old"):  # of a removed article, another's id may be the beginning
        with pytest.raises(KeyError, match=f"No article with '{name}'"):
            check_text(town, "A word.", [name])
