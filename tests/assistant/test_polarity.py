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
        ("All trees are exempt.", "Trees of two years are exempt.", False),
        ("All trees are exempt.", "Every tree is exempt.", True),
        ("Only groups need a permit.", "Groups need a permit.", False),
        ("The shares fell because reserves had doubled.", "Reserves doubled. The shares fell.", False),
        ("The shares fell because reserves had doubled.", "The shares fell after reserves doubled.", True),
        ("Permits cost nothing.", "Permits are free of charge.", True),
        ("Permits are not free of charge.", "Permits are free of charge.", False),
        ("The yacht must come back undamaged.", "The yacht must come back without damage.", True),
        ("The spire was only rebuilt in 1926.", "The spire was not rebuilt until 1926.", True),
        ("It is the largest cave in the country.", "It is the largest cave in the region.", False),
        ("His uncle paid.", "His brother paid.", False),
        ("The strike ended.", "The strike did not end.", False),
        ("The drug remains safe.", "The drug is not safe.", False),
        ("Only members may vote.", "Members may not vote.", False),
        ("She grew up there while prices fell.", "She was a child there while prices fell.", True),
        ("It was set up as prices fell.", "It was founded as prices fell.", True),
        ("Prices went up.", "Prices went down.", False),
        ("Only four members voted.", "Four members voted.", True),
        ("All were Danes except one.", "They were Danes, save for one.", True),
        ("Each team gets a field stove.", "Each team gets a crate it does not know, a field stove, and judges.", True),
        ("Each team knows its crate.", "Each team gets a crate it does not know, a field stove, and judges.", False),
        ("Entry is free of charge.", "Entry is not free of charge.", False),
        ("It was undamaged.", "It was not undamaged.", False),
        ("Meals include wine.", "Meals exclude wine.", False),
        ("Lost cards, on the other hand, are not replaced.", "Lost cards are not replaced, whereas others are.", True),
        ("Lost cards, on the other hand, are replaced.", "Lost cards are not replaced, whereas others are.", False),
    ],
)
def test_a_statement_that_says_the_opposite_is_a_contradiction(statement: str, cited: str, agree: bool) -> None:
    there = [(cited, "en")]
    assert (polarity.denial(statement, there) + polarity.contradiction(statement, there) == "") == agree
