import pytest

from assistant import roles


@pytest.mark.parametrize(
    ("statement", "cited", "agree"),
    [
        ("Ann sued Bob.", "Bob sued Ann.", False),
        ("Ann was sued by Bob.", "Bob sued Ann.", True),
        ("Ann met Bob.", "Bob met Ann.", True),
        ("Ann won 5 cups.", "Ann won 7 cups and Bob won 5 cups.", False),
        ("Bob won 5 cups.", "Ann won 7 cups and Bob won 5 cups.", True),
        ("Bob led the choir.", "Ann led the choir, while Bob sang.", False),
        ("Doors need 25 cm and panels 80 cm.", "Keep 80 cm from doors and 25 cm from panels.", False),
        ("Panels need 25 cm and doors 80 cm.", "Keep 80 cm from doors and 25 cm from panels.", True),
        ("It begins at 09:00 and ends at 17:00.", "It begins at 17:00 and ends at 09:00.", False),
        ("In 1954 a storm tore away two arches.", "A storm tore away two of its arches in 1954.", True),
        ("Bob sang.", "Ann led the choir, while Bob sang.", True),
    ],
)
def test_nobody_is_given_what_another_did(statement: str, cited: str, agree: bool) -> None:
    assert (roles.exchanged(statement, [cited]) == "") == agree
