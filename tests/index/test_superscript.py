"""What stands before a raised number says how it reads."""

import pytest

from index.superscript import superscript


@pytest.mark.parametrize(
    ("before", "mark", "reads"),
    [
        ("10", "6", "⁶"),
        ("10", "-3", "⁻³"),
        ("5 km", "2", "²"),
        ("locks", "2", "[2]"),
        ("in 2020", "1", "[1]"),
        ("locks", "1,2", "[1,2]"),
        ("1", "st", "st"),
        ("Canal", "™", "™"),
    ],
)
def test_a_raised_number_is_a_note_unless_it_is_an_exponent(before: str, mark: str, reads: str) -> None:
    assert superscript(before, mark) == reads
