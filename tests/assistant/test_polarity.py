import pytest

from assistant import polarity


@pytest.mark.parametrize(
    ("statement", "cited", "agree"),
    [
        ("It is safe.", "It is not safe.", False),
        ("It isn't safe.", "It is safe.", False),
        ("It is not safe.", "It isn't safe.", True),
        ("He declined to speak.", "He did not speak.", True),
        ("He spoke.", "He declined to speak.", False),
        ("It failed.", "It did not fail.", False),
        ("The bridge was closed.", "The bridge was closed, but the road was not.", True),
        ("The road was closed.", "The bridge was closed, but the road was not closed.", False),
        ("Imports fell.", "Imports rose while exports fell.", False),
        ("It opens before noon.", "It opens after noon.", False),
        ("At least 5 came.", "At most 5 came.", False),
        ("It rises.", "It may rise.", False),
        ("It may rise.", "It may rise.", True),
    ],
)
def test_a_statement_that_says_the_opposite_is_a_contradiction(statement: str, cited: str, agree: bool) -> None:
    there = [(cited, "en")]
    assert (polarity.denial(statement, there) + polarity.contradiction(statement, there) == "") == agree
