import pytest

from assistant import bounds
from assistant.numbers import figures


@pytest.mark.parametrize(
    ("statement", "cited", "changed"),
    [
        ("up to 5 days", "at most 5 days", ""), ("as many as 5 days", "up to five days", ""), ("5 days", "5 days", ""),
        ("no fewer than 31 cats", "at least 31 cats", ""), ("30 or more", "at least 30", ""), ("about 5", "5", ""),
        ("over two years", "two years", ""), ("groups larger than 12", "more than 12 people", ""),
        ("they start at 8 euros", "at least 8 euros", ""), ("8 euros", "they start at 8 euros", ""),
        ("within 3 years", "3 years later", ""), ("up to 8 euros", "they start at 8 euros", "8 euros"),
        ("5 days", "up to 5 days", "5 days"), ("at most 30 cm", "at least 30 cm", "30 cm"),
        ("no more than 30 cm", "at least 30 cm", "30 cm"), ("more than 34 people", "34 people", "34"),
        ("under 30", "30 or more", "30"), ("over 200", "up to 200", "200"),
    ],
)  # fmt: skip
def test_a_number_keeps_its_bound(statement: str, cited: str, changed: str) -> None:
    assert bounds.changed(figures(statement), figures(cited)) == changed
