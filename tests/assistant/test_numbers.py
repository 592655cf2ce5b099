import pytest

from assistant import numbers


def number_missing(statement: str, cited: str, continental: bool = False) -> str:
    return numbers.missing(numbers.figures(statement, continental), numbers.figures(cited, continental))


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("three things: skis, sledges and boots", "sledges, boots or skis"),
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
        ("a fifth of it", "20 percent"), ("80 %", "four fifths"), ("two in three homes", "two-thirds"),
        ("two decades", "twenty years"), ("a two-day strike", "48 hours"), ("twelve months", "for a year"),
        ("seven days", "a week's notice"), ("for 48 hours", "the first two days"), ("a fifth bridge", "the 5th"),
        ("two men", "both men"), ("6 per cent", "by 89 per cent, the other by 6."), ("5 %", "cut from 5 to 3 %"),
        ("2 June", "moved from 2 to 16 June"), ("between 2 and 16 June", "from 2 June until 16 June"),
        ("tripled", "rose threefold"), ("a 5-fold rise", "fivefold"), ("thousands of men", "thousands"),
        ("thousands of men", "12,000 men"), ("Python 3.11.4", "3.11.4"), ("10⁶ cells", "a million cells"),
        ("ſix men", "six men"), ("12 MİL", "12 mil"), ("12 APRİL", "12 April"),
    ],
)  # fmt: skip
def test_a_number_may_be_written_in_other_ways(statement: str, cited: str) -> None:
    assert number_missing(statement, cited) == ""


@pytest.mark.parametrize(
    ("statement", "cited", "missing"),
    [
        ("four things: skis, sledges and boots", "sledges, boots or skis", "four"), ("5", "6", "5"), ("5", "-5", "5"),
        ("two things: skis and sledges", "skis", "two"), ("-5", "5", "-5"), ("5 kg", "5 km", "5 kg"), ("5 million",
        "5 billion", "5 million"),
        ("$5", "€5", "$5"), ("5 %", "5", "5 %"), ("5", "5 %", "5"), ("5 %", "5 percentage points", "5 %"),
        ("1994", "1990s", "1994"), ("2021", "9 May 2020", "2021"), ("9 May", "9 June", "9 May"),
        ("9 May 2020", "9 May 2021", "9 May 2020"), ("9 May 2020", "May 2020", "9 May 2020"), ("third", "3", "third"),
        ("3-1", "1-3", "3-1"), ("7 a.m.", "7 p.m.", "7 a.m."), ("44 BC", "44 AD", "44 BC"), ("one boat",
        "two boats", "one"),
        ("1.5", "1,500", "1.5"), ("25", "2.5", "25"), ("thirteen", "thirty", "thirteen"), ("doubled", "2", "doubled"),
        ("two days", "48 minutes", "two days"), ("12 months", "12 years", "12 months"), ("a fifth", "30 %", "a fifth"),
        ("three in four homes", "3 titles in 4 years", "three in four"), ("24 gigabits", "24 terabits", "24 gigabits"),
        ("in May", "from May to June", "in May"), ("twice", "thrice", "twice"), ("two hundred", "200,000",
        "two hundred"),
        ("tenfold", "threefold", "tenfold"), ("Millions fled", "Thousands fled", "Millions"),
        ("Dozens", "7 men", "Dozens"), ("3.12.9", "3.11.4", "3.12.9"), ("10⁹ cells", "10⁶ cells", "10"),
        ("6 %", "89 % of 6 villages", "6 %"), ("two men", "three men", "two"), ("3 June", "from 2 to 16 June",
        "3 June"),
    ],
)  # fmt: skip
def test_another_number_is_missing_and_named(statement: str, cited: str, missing: str) -> None:
    assert number_missing(statement, cited) == missing


def test_a_point_may_group_thousands_where_the_language_does() -> None:
    assert [number_missing("1.500", "1500", continental) for continental in (True, False)] == ["", "1.500"]
