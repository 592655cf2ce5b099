"""Words as they are matched in several languages, and BM25 on texts few enough to work out by hand."""

from math import log

import numpy as np
import pytest

from index.keywords import Keywords, terms


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The dogs were running to a house.", "en", ["dog", "run", "hous"]),
        ("the dog's owner and Moscow’s price", "en", ["dog", "owner", "moscow", "price"]),
        ("3.5 percent of 5,461 on 1.2.2023, not 10,", "en", ["3.5", "percent", "5,461", "1.2.2023", "10"]),
        ("COVID-19, B2B, the 2020s", "en", ["covid", "19", "b2b", "2020"]),
        ("ﬁne Ｆｕｌｌ １２ ²", "en", ["fine", "full", "12", "2"]),
        ("Die Straßen der STRASSE", "de", ["strass", "strass"]),
        ("Московский и в Москве", "ru", ["московск", "москв"]),
        ("天然气和石油。天", "zh", ["天然", "然气", "气和", "和石", "石油", "天"]),
        ("2020年", "zh", ["2020", "年"]),
        ("iPhone手机很贵", "zh", ["iphone", "手机", "机很", "很贵"]),
        ("ประเทศไทย", "th", ["ปร", "ระ", "ะเ", "เท", "ทศ", "ศไ", "ไท", "ทย"]),
        ("सड़क नवंबर", "hi", ["सड़क", "नवंबर"]),
        ("सडक छ कि", "ne", ["सडक"]),  # to Snowball the other two are endings
        ("cafe\u0301 CAFÉ", "xx", ["cafe", "cafe"]),
        ("the of and", "en", []),
        ("— … !?", "en", []),
        ("", "en", []),
    ],
)
def test_a_text_is_matched_by_its_terms(text: str, language: str, expected: list[str]) -> None:
    assert terms(text, language) == expected


@pytest.mark.parametrize("texts", [[], [("", "en")], [("the of", "en"), ("—", "de")]])
def test_texts_without_words_score_nothing(texts: list[tuple[str, str]]) -> None:
    keywords = Keywords(texts)
    assert keywords.scores(["road"]).tolist() == [0.0] * len(texts)
    assert keywords.document_frequencies(["road", "gas"]).tolist() == [0.0, 0.0]


def test_a_long_run_of_accents_is_taken_off_at_once() -> None:
    assert terms("a" + "\u0323" * 200_000 + "b", "en") == ["ab"]  # it would take minutes one by one


SMALL = [("cat dog", "en"), ("cat cat cat", "en"), ("fish", "en"), ("", "en")]


def test_the_score_is_that_of_lucenes_bm25() -> None:
    k1, b = 1.2, 0.6
    lengths, average = np.array([2, 3]), (2 + 3 + 1 + 0) / 4
    counts, having = np.array([1, 3]), 2
    rarity = log(1 + (4 - having + 0.5) / (having + 0.5))
    expected = rarity * counts / (counts + k1 * (1 - b + b * lengths / average))
    scores = Keywords(SMALL, k1=k1, b=b).scores(["cat"])
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [*expected, 0, 0], rtol=1e-5)


def test_a_question_may_have_a_word_of_which_nothing_stays() -> None:
    keywords = Keywords([("مدينة كبيرة", "ar"), ("cat", "en")])
    asked = [keywords.question_terms(question) for question in ("cat", "cat ـ", "ـ")]
    assert [keywords.scores(words).astype(bool).tolist() for words in asked] == [[False, True]] * 2 + [[False, False]]


@pytest.mark.parametrize("words", [[], ["bird"], ["bird", "stone"]])
def test_words_that_stand_nowhere_score_nothing(words: list[str]) -> None:
    assert Keywords(SMALL).scores(words).tolist() == [0.0, 0.0, 0.0, 0.0]


def test_an_unknown_word_takes_nothing_from_the_known_ones() -> None:
    keywords = Keywords(SMALL)
    assert keywords.scores(["bird", "dog"]).tolist() == keywords.scores(["dog"]).tolist()


def test_document_frequencies_count_the_texts_and_not_the_repeats() -> None:
    assert Keywords(SMALL).document_frequencies(["cat", "dog", "fish", "bird"]).tolist() == [2.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("question", "best_first"),
    [
        ("Who signed the treaty?", [1, 2]),  # one more of its words
        ("What does the pipeline carry?", [3, 0]),  # the shorter of two that have one of its words each
        ("roads and villages", [4]),
        ("Zangezur", []),
    ],
)
def test_the_text_that_has_more_of_the_rarer_words_in_fewer_comes_first(question: str, best_first: list[int]) -> None:
    texts = [
        "A pipeline runs from the sea through the mountains to the south and feeds half of the towns on the coast.",
        "The president signed the treaty in February.",
        "The treaty is old and the parliament has not seen it since the winter.",
        "The pipeline is full.",
        "A road joins the village to the town.",
    ]
    keywords = Keywords([(text, "en") for text in texts])
    scores = keywords.scores(keywords.question_terms(question))
    assert [int(place) for place in np.argsort(-scores, kind="stable") if scores[place] > 0] == best_first


def test_a_question_is_read_in_every_language_of_the_index_without_repeats() -> None:
    keywords = Keywords([("cat", "en"), ("Katze", "de")])
    assert keywords.languages == ["de", "en"]
    assert keywords.question_terms("Hunde hunting Hunde") == ["hund", "hunting", "hunt"]


def test_a_length_that_counts_for_nothing_leaves_long_texts_as_good_as_short_ones() -> None:
    texts = [("road", "en"), ("road gas price village treaty", "en")]
    level = Keywords(texts, b=0.0).scores(["road"])
    assert level[0] == level[1] > 0
    short, long = Keywords(texts).scores(["road"])
    assert short > long
