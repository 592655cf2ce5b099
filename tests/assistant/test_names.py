import pytest

from assistant import names


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("Voss came.", "Clara Voss came."), ("Clara Voss", "Clara M. Voss"), ("Mr. Voss", "Clara Voss"),
        ("Kenyan tea", "tea from Kenya"), ("Kenya's tea", "Kenyan tea"), ("the Kenyans", "Kenya"), ("Norway",
        "Norwegian"),
        ("Italian", "Italy"), ("Ås", "As"), ("the UN", "the United Nations"), ("the United Nations", "the U.N."),
        ("USA", "U.S."), ("the Town Council", "the town council"), ("However, it rose.", "It rose."),
        ("Ministry of Trade of Kenya", "Kenya's Ministry of Trade"), ("Prices rose.", "the price rose"),
        ("Anna-Marie", "Anna-Marie"),
        ("Revenue rose.", "Sales rose."), ("Don't wait.", "Claim soon."), ("It was 45 °C.", "at 45 degrees Celsius"),
        ("Россия", "России"), ("In short: The mill", "the mill"),
        ("Workshop Price: 45 euros", "The workshop costs 45 euros"),
    ],
)  # fmt: skip
def test_a_name_may_be_written_in_other_ways(statement: str, cited: str) -> None:
    assert names.missing(statement, [cited], []) == ""


@pytest.mark.parametrize(
    ("statement", "cited", "missing"),
    [
        ("Clara Bauer", "Clara Voss met Karl Bauer", "Clara Bauer"), ("Sweden", "Norway", "Sweden"),
        ("President Voss", "Voss", "President Voss"), ("the US", "tell us", "US"), ("Nigerian", "Niger", "Nigerian"),
        ("Workshop Leader Olsen: 45 euros", "The workshop costs 45 euros", "Workshop Leader Olsen"),
        ("the EU", "the United Nations", "EU"), ("Olsen came.", "He came.", "Olsen"), ("Port Asker", "Port Elm",
        "Port Asker"),
        ("University of Elm", "University of Oak near Elm", "University of Elm"), ("Mark spoke.", "He spoke.", "Mark"),
        ("Apple paid.", "Elmtec paid.", "Apple"), ("Warsaw fell.", "It fell.", "Warsaw"),
    ],
)  # fmt: skip
def test_another_name_is_missing_and_named(statement: str, cited: str, missing: str) -> None:
    assert names.missing(statement, [cited], []) == missing


def test_a_title_above_the_sentence_may_supply_a_name() -> None:
    assert names.missing("The Elm Bridge", ["It is old."], ["The Elm Bridge"]) == ""
