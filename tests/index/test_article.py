"""The offset law, for whatever an article is made of, and what becomes of each language's sentences."""

import re
import sys
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import (
    LONGEST_SENTENCE,
    MOST_CHARACTERS,
    Article,
    Block,
    Kind,
    Piece,
    Span,
    canonical,
    detect,
    first_words,
    flat,
)

FAMILY = "👨\u200d👩\u200d👧"
PERSIAN = "می\u200cخواهم"
DEVANAGARI = "क्\u200dष"
INGREDIENTS = [
    *(
        "One sentence here. ",
        "Two? ",
        "Three! ",
        "Nov. 9, 2020 ",
        "3.5 ",
        "word",
        " ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
    ),
    *("\xa0", "\u3000", "\u2028", "\x85", "\x0b", "\x0c", "\x00", "\x1b[0m", "\x1c", "\ufeff", "\ufffe", "\ufdd0"),
    *("co\xadop", "ﬁ", "İ", "ẞ", "e\u0301", "\u0301", "\u0338", "a\u0323\u0307", "ཱི", "각", "각", "Å", "Ω"),
    *(
        FAMILY,
        "👍🏽",
        "🇩🇪",
        "🏴\U000e0067\U000e0062\U000e007f",
        "❤\ufe0f",
        "\ufe0f\ufe0e",
        "\U000e0101",
        "葛\U000e0100",
    ),
    *("\u200b", "\u200c", "\u200d", "\u2060", "\u034f", "\u115f", "\u3164", "\ud800", "\udfff", "\U000e0041"),
    *("שלום עולם. ", "مرحبا بالعالم. ", "\u202etxt\u202c", "\u2066x\u2069", "\u200e", "\u061c", "؟ ", "、", "。", "।"),
    *(
        PERSIAN,
        DEVANAGARI,
        "[1]",
        "¹",
        "*",
        "| a | b |",
        "- item",
        "    if x:\n\treturn 1",
        "“Quoted.” ",
        "… ",
        "—",
        "!!",
    ),
]
texts = st.lists(st.sampled_from(INGREDIENTS) | st.text(max_size=8), max_size=14).map("".join)
headings = st.builds(Piece, st.just("heading"), texts, st.integers(1, 6))
others = st.builds(
    Piece, st.sampled_from([k for k in get_args(Kind) if k != "heading"]), texts, st.just(0), st.booleans()
)
pieces = st.lists(headings | others, max_size=6)
# By Unicode's own lists; joiners and variation selectors have honest work, and have tests of their own.
UNSEEN = regex.compile(
    r"[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\p{Cs}--[\n\u200c\u200d\ufe00-\ufe0f]]", regex.V1
)


def paragraphs(*texts: str, **known: str) -> Article:
    return Article.of([Piece("paragraph", text) for text in texts], **known)


def sentences(article: Article) -> list[str]:
    return [article[sentence] for sentence in article.sentences]


def home(article: Article, sentence: Span) -> Block:
    [block] = [b for b in article.blocks if b.start <= sentence.start and sentence.end <= b.end]
    return block


# --- the offset law ---------------------------------------------------------------------------------------------------


@given(pieces, texts)
@settings(max_examples=300)
def test_the_offset_law_holds_whatever_an_article_is_made_of(found: list[Piece], title: str) -> None:
    article = Article.of([*found, Piece("paragraph", "The last word.")], title=title, language="en")
    ends = [0, *(edge for block in article.blocks for edge in (block.start, block.end)), len(article.text)]
    assert ends == sorted(ends)
    assert [article.text[b.start : b.end] for b in article.blocks] == [article[b] for b in article.blocks]
    last = 0
    for sentence in article.sentences:
        block = home(article, sentence)
        assert block.kind != "heading"
        assert not block.aside
        assert last <= sentence.start
        assert 0 < sentence.end - sentence.start <= LONGEST_SENTENCE
        assert article[sentence] == article.text[sentence.start : sentence.end].strip() != ""
        last = sentence.end
    assert sentences(article)[-1] == "The last word."
    assert replace(article) == article  # built once more, by its constructor's checks


@given(texts)
@settings(max_examples=500)
def test_making_a_text_canonical_twice_changes_nothing(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once == unicodedata.normalize("NFC", once)
    assert flat(flat(text)) == flat(text) == canonical(flat(text))


@given(pieces)
@settings(max_examples=200)
def test_nothing_hidden_is_left_in_the_text_or_the_title(found: list[Piece]) -> None:
    article = Article.of([*found, Piece("paragraph", "word")], title="".join(p.text for p in found), language="en")
    assert UNSEEN.findall(article.text + article.title) == []
    assert re.findall("[\ufe00-\ufe0f]{2}|[\u200c\u200d]{2}", article.text) == []


def test_every_character_that_unicode_calls_ignorable_is_taken_out() -> None:
    every = [chr(point) for point in range(sys.maxunicode + 1) if UNSEEN.match(chr(point))]
    spaces = set("\t\x0b\x0c\r\x85")
    left = [f"U+{ord(c):04X}" for c in every if c not in spaces and canonical(f"a{c}b") != "ab"]
    assert left == []


@given(texts, texts)
def test_a_code_block_keeps_its_lines_and_their_indents(above: str, below: str) -> None:
    article = Article.of([Piece("code", f"x{above}\n    y{below}")], language="en")
    assert article[article.blocks[0]] == canonical(f"x{above}\n    y{below}")
    assert all("\n" not in line for line in sentences(article))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("  a line  \n\tindented \xa0\n", "a line\n    indented"),
        ("co\xadop\u200ber\ufeffate", "cooperate"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("e\u0301 A\u030a \u212b", "é Å Å"),
        ("ﬁne İ ½", "ﬁne İ ½"),
        ("a\u200db zero\u200cwidth", "ab zerowidth"),
        ("hi\U000e0068\U000e0069", "hi"),
        ("x\ud83d\udc00", "x"),
        ("❤\ufe0f\ufe0e\ufe0f", "❤\ufe0f"),
        ("", ""),
        ("\u200b \n\x00", ""),
    ],
)
def test_a_text_is_kept_in_its_canonical_form(text: str, kept: str) -> None:
    assert canonical(text) == kept


def test_of_a_heap_of_marks_on_one_letter_thirty_are_kept() -> None:
    assert canonical("b" + "\u0323\u0305" * 100_000) == "ḅ" + "\u0323" * 14 + "\u0305" * 15


@pytest.mark.parametrize("text", [PERSIAN, DEVANAGARI, FAMILY, "👍🏽", "🇩🇪", "❤\ufe0f\u200d🔥", "נוֹעַם", "İstanbul"])
def test_joiners_and_marks_that_change_what_is_shown_survive(text: str) -> None:
    assert sentences(paragraphs(f"{text} is shown.", language="en")) == [f"{text} is shown."]


@pytest.mark.parametrize("text", [PERSIAN, DEVANAGARI])
def test_a_joiner_typed_twice_is_kept_once(text: str) -> None:
    assert canonical(re.sub("[\u200c\u200d]", lambda found: found[0] * 2, text)) == text


def test_a_text_on_one_line_has_single_spaces() -> None:
    assert flat(" one\t two\u2003three\n\n four\u200b \u200bfive ") == "one two three four five"


def test_the_hash_depends_on_the_text_only() -> None:
    article = paragraphs("One here.", "Two here.", title="A", language="en")
    other = replace(article, title="B", language="de", source="s", url="u", sentences=(), blocks=())
    assert other.hash == article.hash
    assert replace(article, text=f"{article.text}!").hash != article.hash
    assert paragraphs("One\xa0here.", "\tTwo  here.\u200b").hash == article.hash


def test_a_value_that_has_been_hashed_equals_one_that_has_not() -> None:
    used, unused = paragraphs("One here."), paragraphs("One here.")
    assert used.hash
    assert used.section(0) == ""
    assert used == unused


def test_blocks_stand_a_line_apart_and_rows_and_items_of_one_list_together() -> None:
    article = Article.of(
        [
            Piece("heading", "Title", 1),
            Piece("paragraph", " two\nlines "),
            Piece("paragraph", "  "),
            Piece("list item", "first"),
            Piece("list item", "second"),
            Piece("table row", "a | b"),
            Piece("table row", "c | d"),
            Piece("code", "x\n  y"),
        ]
    )
    assert article.text == "Title\n\ntwo lines\n\nfirst\nsecond\n\na | b\nc | d\n\nx\n  y"
    assert [article[block] for block in article.blocks] == [
        "Title",
        "two lines",
        "first",
        "second",
        "a | b",
        "c | d",
        "x\n  y",
    ]


def test_an_article_of_one_word_is_one_sentence() -> None:
    assert Article.of([Piece("paragraph", "word")]) == Article(
        title="word", text="word", blocks=(Block(0, 4),), sentences=(Span(0, 4),), language="en"
    )


@pytest.mark.parametrize("unit", ["a", "ab ", "क", "天", "word, "])
def test_a_long_text_without_full_stops_is_cut_into_readable_parts(unit: str) -> None:
    text = (unit * 200_000)[:200_000].strip()
    article = paragraphs(text, language="en")
    found = sentences(article)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert max(map(len, found)) <= LONGEST_SENTENCE
    assert min(map(len, found[:-1])) >= LONGEST_SENTENCE // 3


def test_a_long_sentence_is_cut_at_a_clause_before_it_is_cut_at_a_space() -> None:
    clause = "word " * 60 + "end,"
    assert sentences(paragraphs(f"{clause} {clause} {clause}", language="en")) == [clause, clause, clause]


def test_a_long_sentence_is_not_cut_inside_a_character_of_several_code_points() -> None:
    text = "a" + FAMILY * 500
    assert [s for s in sentences(paragraphs(text, language="en")) if s[0] == "\u200d" or s[-1] == "\u200d"] == []


def best_of_three(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of three runs."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return min(took)


@pytest.mark.parametrize(
    "unit", ["a", "ab ", "A short sentence. ", "Ft. Worth ", "1. ", "It was.¹", "\u0301a", "\u200ba\u200d"]
)
def test_four_times_the_text_takes_less_than_twelve_times_as_long(unit: str) -> None:
    short, long = (unit * 50_000)[:50_000], (unit * 200_000)[:200_000]
    quick = best_of_three(lambda: paragraphs(short, language="en"))
    assert best_of_three(lambda: paragraphs(long, language="en")) < 12 * quick + 0.05


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [[], [""], ["  \n", "\u200b\xad"], ["—", "…!"], ["\ud800"]])
def test_an_article_without_a_word_is_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError, match=r"^there is no text in it$"):
        paragraphs(*texts)


@pytest.mark.parametrize("pieces", [[Piece("heading", "Only this", 1)], [Piece("caption", "A photo.", aside=True)]])
def test_an_article_without_a_sentence_is_refused(pieces: list[Piece]) -> None:
    with pytest.raises(ValueError, match=r"^there is no sentence in it, only headings or captions$"):
        Article.of(pieces)


def test_a_text_that_is_too_long_is_refused_and_one_that_just_fits_is_not() -> None:
    line = "x" * 99
    fits = [Piece("list item", line)] * (MOST_CHARACTERS // 100)
    assert len(Article.of(fits, language="en").text) == MOST_CHARACTERS - 1
    with pytest.raises(ValueError, match=r"^its text has 2,000,099 characters, more than 2,000,000$"):
        Article.of([*fits, fits[0]], language="en")


TWO = Article("", "One two.\n\nThree.", (Block(0, 8), Block(10, 16)), (Span(0, 8), Span(10, 16)))


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"text": "One two.\r\nThree. "}, "the text of an article must be canonical"),
        ({"text": "One two.\n\nThre\u200b."}, "the text of an article must be canonical"),
        ({"blocks": (Block(0, 11), Block(10, 16))}, "blocks must follow one another inside the text"),
        ({"blocks": (Block(10, 16), Block(0, 8))}, "blocks must follow one another inside the text"),
        ({"blocks": (Block(0, 8), Block(10, 17))}, "blocks must follow one another inside the text"),
        ({"blocks": (Block(0, 8), Block(9, 9))}, "blocks must follow one another inside the text"),
        ({"blocks": (Block(-1, 8),)}, "blocks must follow one another inside the text"),
        ({"sentences": (Span(0, 16),)}, "every sentence must lie inside one block, after the one before"),
        ({"sentences": (Span(0, 8), Span(4, 8))}, "every sentence must lie inside one block, after the one before"),
        ({"sentences": (Span(10, 16), Span(0, 8))}, "every sentence must lie inside one block, after the one before"),
        ({"sentences": (Span(3, 3),)}, "every sentence must lie inside one block, after the one before"),
        ({"sentences": (Span(8, 10),)}, "every sentence must lie inside one block, after the one before"),
        ({"sentences": (Span(10, 17),)}, "every sentence must lie inside one block, after the one before"),
        ({"blocks": ()}, "every sentence must lie inside one block, after the one before"),
        ({"sentences": (Span(0, 4),)}, "a sentence must begin and end with a visible character"),
        ({"sentences": (Span(3, 8),)}, "a sentence must begin and end with a visible character"),
    ],
)
def test_an_article_that_breaks_a_law_cannot_be_made(change: dict[str, Any], law: str) -> None:
    with pytest.raises(ValueError, match=f"^{law}$"):
        replace(TWO, **change)


@pytest.mark.parametrize("home", [Block(0, 8, "heading", 1), Block(0, 8, "caption", aside=True)])
def test_an_article_with_a_sentence_in_a_heading_or_an_aside_cannot_be_made(home: Block) -> None:
    with pytest.raises(ValueError, match="sentence"):
        replace(TWO, blocks=(home, TWO.blocks[1]))


# --- what is evidence -------------------------------------------------------------------------------------------------


def test_headings_asides_and_repeated_blocks_are_never_sentences() -> None:
    article = Article.of(
        [
            Piece("heading", "A heading is no evidence.", 1),
            Piece("paragraph", "Said once. And once more."),
            Piece("caption", "A photo of it.", aside=True),
            Piece("paragraph", "Said once. And once more."),
            Piece("paragraph", "* * *"),
            Piece("list item", "Said last."),
        ]
    )
    assert sentences(article) == ["Said once.", "And once more.", "Said last."]
    assert len(article.blocks) == 6


@pytest.mark.parametrize("kind", ["paragraph", "table row"])
def test_what_is_said_again_below_another_heading_is_evidence_there(kind: Kind) -> None:
    groups = [[Piece("heading", name, 2), *[Piece(kind, "Five euros a day.")] * 2] for name in ("Children", "Students")]
    article = Article.of([piece for group in groups for piece in group], title="Fees")
    assert [article.section(sentence.start) for sentence in article.sentences] == ["Children", "Students"]


@pytest.mark.parametrize(
    "words",
    ["Share", "SHARE THIS ARTICLE", "Share on Facebook", "Tweet", "12 comments", "Advertisement", "Read more…",
     "E-mail", "Subscribe!", "Skip to main content", "Related stories:"],
)  # fmt: skip
def test_what_pages_print_around_an_article_is_an_aside(words: str) -> None:
    article = paragraphs("The first.", words, "The last.")
    assert sentences(article) == ["The first.", "The last."]
    assert [(article[b], b.aside) for b in article.blocks] == [
        ("The first.", False),
        (words, True),
        ("The last.", False),
    ]


@pytest.mark.parametrize("words", ["Share prices fell.", "Read more books.", "Comments are closed, said the minister."])
def test_a_sentence_that_only_begins_like_that_is_evidence(words: str) -> None:
    assert sentences(paragraphs(words)) == [words]


def test_a_table_row_is_one_sentence_and_a_line_of_code_is_one() -> None:
    row = "U.S. | Up. Then down. | 3.5"
    code = "def f(x):\n\n    return x. y"
    assert sentences(Article.of([Piece("table row", row), Piece("code", code)])) == [row, "def f(x):", "return x. y"]


def test_a_section_is_the_path_of_headings_above() -> None:
    article = Article.of(
        [
            Piece("paragraph", "Before."),
            Piece("heading", "Title", 1),
            Piece("paragraph", "Under the title."),
            Piece("heading", "Part", 2),
            Piece("heading", "Detail", 3),
            Piece("paragraph", "In detail."),
            Piece("heading", "Next", 2),
            Piece("paragraph", "Next thing."),
            Piece("heading", "Appendix", 1),
            Piece("paragraph", "At last."),
        ],
        title="Title",
    )
    assert {article[s]: article.section(s.start) for s in article.sentences} == {
        "Before.": "",
        "Under the title.": "",
        "In detail.": "Part › Detail",
        "Next thing.": "Next",
        "At last.": "Appendix",
    }
    assert article.section(article.text.index("Detail")) == "Part › Detail"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Short enough.", "Short enough."),
        ("First line.\nSecond", "First line."),
        ("word " * 20, "word word word word word word word word word word word word…"),
        ("x" * 70, "x" * 60 + "…"),
    ],
)
def test_an_article_without_a_title_is_called_by_its_first_words(text: str, title: str) -> None:
    assert first_words(text) == title


# --- languages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expected",
    [
        ["The declaration of Nov. 9, 2020 put it in their care.", "It still does."],
        ["He spoke of the U.S. penetration of the region.", "Moscow was not pleased."],
        ["Dr. Smith and Mrs. Jones agreed.", "Nobody else did."],
        ["It rose by 3.5 percent to $5.4 billion.", "That is a lot."],
        ["“Is it so?” he asked.", "She nodded!", "Then they left."],
        ["See e.g. the treaty, i.e. its first page.", "It is short."],
        ["It opened at 5 p.m. on Friday.", "J. R. R. Tolkien came."],
    ],
    ids=lambda expected: expected[0],
)
def test_an_english_sentence_ends_at_its_end_and_not_at_an_abbreviation(expected: list[str]) -> None:
    assert sentences(paragraphs(" ".join(expected))) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["The firm is in Ft. Worth.", "It has approx. 500 people.", "See vol. 3 and ch. 2.", "So it is."]),
        ("en", ["The wall is 5 ft.", "It is high.", "Five came."]),
        ("en", ["Prices rose.¹", "Wages did not.²³", "The bank acted.[note]", "Then it rained.[1][2]", "It fell.¹"]),
        ("en", ["it was late.", "he left."]),
        ("en", ["1. First of all it rained.", "It stopped."]),
        ("fr", ["Il est venu.", "M. Dupont et Mme. Petit aussi.", "L'art. 5 de la loi le dit.", "Voilà."]),
        ("de", ["Es wurde im 19. Jahrhundert gebaut.", "Der 2. Weltkrieg kam.", "Es war 1990.", "Dann nicht."]),
        ("en", ["See Eq. 4 and Figs. 2 and 3.", "It holds max. 10 boats.", "So it is."]),
        ("de", ["Die Fa. Müller kam.", "Dann nicht."]),
        ("fr", ["Le Dr. Petit est de St. Louis.", "Voilà."]),
        ("ru", ["Это видно на рис. 3.", "Это всё."]),
        ("cs", ["Bylo to 3. října 1990.", "Konec."]),
        ("pl", ["W 1990 r. wyjechał do miasta.", "Potem wrócił."]),
        ("ru", ["Живёт ок. 5 тыс. человек.", "Здесь 3 млн. жителей, т. е. больше.", "Это всё."]),
    ],
    ids=str,
)
def test_a_sentence_goes_on_after_what_is_no_end_and_keeps_its_notes(language: str, expected: list[str]) -> None:
    assert sentences(paragraphs(" ".join(expected), language=language)) == expected


def test_a_bracket_that_closes_stays_with_the_sentence_before() -> None:
    assert sentences(paragraphs("『はい。』彼は来ました。", language="ja")) == ["『はい。』", "彼は来ました。"]


LANGUAGES = {
    "de": [
        "Der Präsident hat am 9. November 2020 eine Erklärung unterzeichnet.",
        "Die Anlage kostet z. B. 3,5 Mio. Euro im Jahr.",
        "Wer trägt die Kosten?",
        "Das weiß niemand!",
    ],
    "ru": [
        "Президент подписал заявление 9 ноября 2020 г. в Москве.",
        "Стороны обсудили поставки газа и нефти.",
        "Кто заплатит за дорогу?",
        "Этого никто не знает.",
    ],
    "zh": [
        "总统于二〇二〇年十一月九日签署了声明。",
        "双方讨论了天然气和石油的供应问题。",
        "谁来支付这条公路的费用？",
        "没有人知道这件事情的答案！",
    ],
    "hi": [
        "राष्ट्रपति ने नौ नवंबर को घोषणा पर हस्ताक्षर किए।",
        "दोनों पक्षों ने गैस की आपूर्ति पर चर्चा की।",
        "सड़क का खर्च कौन देगा?",
        "यह कोई नहीं जानता।",
    ],
    "ar": [
        "وقع الرئيس البيان في التاسع من نوفمبر.",
        "ناقش الطرفان إمدادات الغاز والنفط.",
        "من سيدفع ثمن الطريق؟",
        "لا أحد يعرف الجواب.",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_split_into_the_sentences_of_its_language(language: str) -> None:
    between = "" if language == "zh" else " "
    assert sentences(paragraphs(between.join(LANGUAGES[language]), language=language)) == LANGUAGES[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_a_text_is_detected(language: str) -> None:
    assert paragraphs(" ".join(LANGUAGES[language])).language == language


@pytest.mark.parametrize("text", ["", "Wer?", "1 2 3 4 5 6 7 8 9 10", "x = y + z", "✈ ✈ ✈"])
def test_too_few_words_to_tell_a_language_are_taken_for_english(text: str) -> None:
    assert detect(text) == "en"


def test_a_language_that_is_given_is_not_detected_again() -> None:
    assert paragraphs(" ".join(LANGUAGES["de"]), language="nl").language == "nl"
