"""Numbers, dates and names in all their forms, and who did what."""

import pytest

from assistant import names, numbers, polarity, roles


def number_missing(statement: str, cited: str, continental: bool = False) -> str:
    return numbers.missing(numbers.figures(statement, continental), numbers.figures(cited, continental))


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("twelve", "12"), ("a dozen", "12"), ("two million", "2,000,000"), ("2m", "2 million"), ("2 m", "two metres"),
        ("40,000", "40 000"), ("40000", "40,000"), ("6%", "six per cent"), ("6 %", "6 percent"), ("1st", "first"),
        ("twenty-first", "21st"), ("half", "50 %"), ("2½", "2.5"), ("1/2", "half"), ("two-thirds", "2/3"),
        ("3,5 kg", "3.5 kilograms"), ("$5", "5 dollars"), ("£3 million", "3 million pounds"), ("5 to 10", "5–10"),
        ("minus five", "-5"), ("−5", "-5"), ("one hundred and five", "105"), ("1990s", "1994"), ("2020", "9 May 2020"),
        ("9 May", "May 9th, 2020"), ("2020-05-09", "9 May 2020"), ("09.05.2020", "9 May 2020"), ("5/9/2020",
        "9 May 2020"),
        ("the 9th", "9 May"), ("7 pm", "19:00"), ("7:30 p.m.", "19:30"), ("5 degrees", "5 °C"), ("one boat", "a boat"),
        ("no one came", "nobody came"), ("doubled", "twice"), ("44 BC", "44 BC"), ("9 mai 2020", "9 May 2020"),
        ("in May", "9 May 2020"), ("F-16", "F-16"), ("a third of it", "one third"), ("3 Mrd. Euro", "€3 billion"),
    ],
)  # fmt: skip
def test_a_number_may_be_written_in_other_ways(statement: str, cited: str) -> None:
    assert number_missing(statement, cited) == ""


@pytest.mark.parametrize(
    ("statement", "cited", "missing"),
    [
        ("5", "6", "5"), ("5", "-5", "5"), ("-5", "5", "-5"), ("5 kg", "5 km", "5 kg"), ("5 million",
        "5 billion", "5 million"),
        ("$5", "€5", "$5"), ("5 %", "5", "5 %"), ("5", "5 %", "5"), ("5 %", "5 percentage points", "5 %"),
        ("1994", "1990s", "1994"), ("2021", "9 May 2020", "2021"), ("9 May", "9 June", "9 May"),
        ("9 May 2020", "9 May 2021", "9 May 2020"), ("9 May 2020", "May 2020", "9 May 2020"), ("third", "3", "third"),
        ("3-1", "1-3", "3-1"), ("7 a.m.", "7 p.m.", "7 a.m."), ("44 BC", "44 AD", "44 BC"), ("one boat",
        "two boats", "one"),
        ("1.5", "1,500", "1.5"), ("25", "2.5", "25"), ("thirteen", "thirty", "thirteen"), ("doubled", "2", "doubled"),
        ("in May", "from May to June", "in May"), ("twice", "thrice", "twice"), ("two hundred", "200,000",
        "two hundred"),
    ],
)  # fmt: skip
def test_another_number_is_missing_and_named(statement: str, cited: str, missing: str) -> None:
    assert number_missing(statement, cited) == missing


def test_a_point_may_group_thousands_where_the_language_does() -> None:
    assert [number_missing("1.500", "1500", continental) for continental in (True, False)] == ["", "1.500"]


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
        ("Россия", "России"), ("In short: The mill", "the mill"),
    ],
)  # fmt: skip
def test_a_name_may_be_written_in_other_ways(statement: str, cited: str) -> None:
    assert names.missing(statement, [cited], []) == ""


@pytest.mark.parametrize(
    ("statement", "cited", "missing"),
    [
        ("Clara Bauer", "Clara Voss met Karl Bauer", "Clara Bauer"), ("Sweden", "Norway", "Sweden"),
        ("President Voss", "Voss", "President Voss"), ("the US", "tell us", "US"), ("Nigerian", "Niger", "Nigerian"),
        ("the EU", "the United Nations", "EU"), ("Olsen came.", "He came.", "Olsen"), ("Port Asker", "Port Elm",
        "Port Asker"),
        ("University of Elm", "University of Oak near Elm", "University of Elm"),
    ],
)  # fmt: skip
def test_another_name_is_missing_and_named(statement: str, cited: str, missing: str) -> None:
    assert names.missing(statement, [cited], []) == missing


def test_a_title_above_the_sentence_may_supply_a_name() -> None:
    assert names.missing("The Elm Bridge", ["It is old."], ["The Elm Bridge"]) == ""


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


@pytest.mark.parametrize(
    ("statement", "cited", "agree"),
    [
        ("Ann sued Bob.", "Bob sued Ann.", False),
        ("Ann was sued by Bob.", "Bob sued Ann.", True),
        ("Ann met Bob.", "Bob met Ann.", True),
        ("Ann won 5 cups.", "Ann won 7 cups and Bob won 5 cups.", False),
        ("Bob won 5 cups.", "Ann won 7 cups and Bob won 5 cups.", True),
        ("Bob led the choir.", "Ann led the choir, while Bob sang.", False),
        ("Bob sang.", "Ann led the choir, while Bob sang.", True),
    ],
)
def test_nobody_is_given_what_another_did(statement: str, cited: str, agree: bool) -> None:
    assert (roles.exchanged(statement, [cited]) == "") == agree
