"""Bytes of every kind, and whether they become an article or one sentence."""

import io
import re
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.errors import BadSource
from index.formats import read, read_guarded


def lawful(article: Article) -> None:
    """The offset law, and each sentence found by its own offsets in a text that is rebuilt from its blocks."""
    assert Article(**{name: getattr(article, name) for name in article.__dataclass_fields__}) == article
    assert all(article.text[s.start : s.end] == article[s] != "" for s in article.sentences)
    assert article.text.strip() == article.text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\0\t", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a picture"),
        (b"GIF89a\1\0\1\0\0\0\0", "a picture"),
        (b"ID3\3\0\0\0\0\0\1TIT2" + b"\0\1" * 90, "a sound recording"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "a film"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3", "an archive of files"),
        (b"\x7fELF\2\1\1" + b"\0" * 60, "a program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60, "an old Office file"),
        (b"SQLite format 3\0" + b"\1\0" * 50, "a database"),
        (rb"{\rtf1\ansi text}", "RTF"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "XML data"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><text>t</text></svg>", "XML data"),
        (bytes(range(256)) * 4, "program's own data|encoding"),
        (b"... --- !!!", "no text in it"),
        (b"x" * 3_000_001, "3,000,001 characters"),
        (b"PK\3\4 not much of a zip", "damaged archive"),
        (b"%PDF-1.7\nnot much of a PDF", "damaged|no pages"),
    ],
)
def test_what_cannot_be_an_article_is_named_in_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(BadSource, match=says) as told:
        read(data, name="../../etc/passwd.txt")
    assert "\n" not in str(told.value)
    assert "passwd" not in str(told.value)


@pytest.mark.parametrize(
    ("entry", "says"), [("xl/workbook.xml", "spreadsheet"), ("ppt/a.xml", "slide"), ("a", "archive")]
)
def test_an_archive_that_is_not_word_is_named(entry: str, says: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(entry, "x")
    with pytest.raises(BadSource, match=says):
        read(packed.getvalue())


def test_the_content_says_what_a_file_is_and_not_its_name() -> None:
    markdown = b"# The canal\n\nIt was *opened* in [1810](http://x.y).\n"
    page = b"<!-- c --><!DOCTYPE html><title>T</title><p>It was <b>opened</b> in 1810."
    assert read(markdown, name="a.pdf").text == "The canal\n\nIt was opened in 1810."
    assert read(page, name="a.md").text == "It was opened in 1810."
    assert read(b"It was *opened* in 1810.", name="a.html").text == "It was *opened* in 1810."
    assert read(b"It was *opened* in 1810.", name="a.md").text == "It was opened in 1810."


def test_windows_line_ends_do_not_change_what_a_text_is() -> None:
    table = b"Year | Boats\n---|---\n1900 | 12\n"
    assert read(table.replace(b"\n", b"\r\n")) == read(table)
    assert [block.kind for block in read(table).blocks] == ["table row", "table row"]


WORDS = "Статья о канале, который был открыт в 1810 году и закрыт через сто лет. Её написал историк."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1251", "koi8-r"])
def test_text_is_read_in_the_encoding_it_is_in(encoding: str) -> None:
    assert read((WORDS * 3).encode(encoding)).text == WORDS * 3


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("L'été à Nîmes, où ça coûte déjà très cher, le roi a reçu une lettre. ", "cp1252"),
        ("El niño nació el año pasado en España, según su mamá. ", "cp1252"),
        ("Die Straße über die Brücke führt nach Köln, für 5 €. ", "cp1252"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy, řekl král, a potom odešel. ", "cp1250"),
        ("Zażółć gęślą jaźń, powiedział król, i poszedł do domu. ", "cp1250"),
        ("Η αγορά άνοιξε σήμερα το πρωί στην Αθήνα, είπε ο βασιλιάς. ", "cp1253"),
        ("日本の経済は今年も成長を続けている。", "shift_jis"),
    ],
)
def test_old_encodings_are_told_apart_by_their_letters_and_language(words: str, encoding: str) -> None:
    assert read((words * 4).encode(encoding)).text == (words * 4).strip()


def test_a_page_says_its_own_encoding_and_a_cut_letter_does_not_change_it() -> None:
    page = f"<html><head><meta charset=windows-1251></head><body><p>{WORDS}</p></body></html>"
    assert read(page.encode("cp1251")).text == WORDS
    for no_encoding in ("hex", "undefined", "idna", "utf-16", "unheard-of"):
        assert read(page.replace("windows-1251", no_encoding).encode("cp1251")).text == WORDS
    assert read(("Ünïcödé wörds are hére. " * 4).encode() + b"\xc3").text.startswith("Ünïcödé wörds")


PAGE_IN = "<html><head><meta charset={}><title>T</title></head><body><p>{}</p></body></html>"


@pytest.mark.parametrize(
    ("label", "encoding", "words"),
    [
        ("iso-8859-1", "cp1252", "From 1990–1995 it’s €5, they say."),
        ("us-ascii", "cp1252", "From 1990–1995 it’s €5, they say."),
        ("ISO-8859-9", "cp1254", "Işık – “şeker” €5."),
        ("gb2312", "gb18030", "市議會批准了明年的預算。"),
        ("x-sjis", "cp932", "①番の髙橋さんは来年の予算を承認した。"),
        ("ks_c_5601-1987", "cp949", "똠방각하는 내년 예산을 승인했다."),
        ("tis-620", "cp874", "ราคา €5 – ในปีหน้า"),
    ],
)
def test_an_encoding_named_by_a_page_is_the_one_browsers_take(label: str, encoding: str, words: str) -> None:
    assert read(PAGE_IN.format(label, words).encode(encoding)).text == words


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("ISO-8859-2", "Rada miasta Łódź podjęła uchwałę w sprawie budżetu na następny rok."),
        ('"windows-1254"', "Belediye meclisi bütçesini onayladı. Çocuklar için ışık ve şeker dağıtıldı."),
        ("iso-8859-15", "Le conseil a payé 5 € aux Français."),
    ],
)
def test_an_encoding_named_by_the_header_alone_is_taken_before_the_page_s_own(label: str, words: str) -> None:
    content_type = f"text/html; charset={label}"
    for page in (PAGE_IN.replace("<meta charset={}>", "").format(words), PAGE_IN.format("koi8-r", words)):
        assert read(page.encode(label.strip('"')), content_type=content_type).text == words
        assert read(page.encode(), content_type=content_type).text == words
    page = PAGE_IN.format("windows-1251", WORDS).encode("cp1251")
    for unused in ("text/html; charset=utf-8", "text/html; charset=unheard-of", "text/html"):
        assert read(page, content_type=unused).text == WORDS


def test_a_byte_that_an_encoding_leaves_undefined_is_replaced() -> None:
    assert read(PAGE_IN.format("latin1", "caf\xe9 \x81 closed").encode("latin1")).text == "café � closed"


def test_a_page_that_needs_too_much_memory_is_refused_and_the_reader_lives_on() -> None:
    page = b"<html><body>" + b"<p>a b c d" * 400_000
    before = time.monotonic()
    with pytest.raises(BadSource, match="memory|crash|longer|damaged"):
        read_guarded(page)
    assert time.monotonic() - before < 35


def test_a_text_of_200_000_characters_is_read_in_seconds() -> None:
    before = time.monotonic()
    article = read(("The canal was opened. " * 10 + "\n\n").encode() * 900)
    assert len(article.text) > 190_000
    assert time.monotonic() - before < 10


@settings(max_examples=300)
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_an_article_or_a_bad_source(data: bytes) -> None:
    try:
        lawful(read(data))
    except BadSource as error:
        told = str(error)
    else:
        told = "."
    assert told.endswith(".")


STRANGE = [
    "one\r\ntwo", "a\u00a0b", "soft\u00adhyphen", "ﬁsh ﬂew", "👩\u200d👩\u200d👧 family", "e\u0301a\u0308", "שלום עולם",
    "İstanbul", "a | b", "- item", "1. item", "`code`", "note[^1]", "2020<sup>1</sup>", "word", "\u202eevil", "\u200b",
    "# h", "&amp; &lt;b&gt;", "<b>bold</b>", "***", "", "\n\n", "Ⅷ¼", "字字\n字字", "> quote", "|a|b|\n|-|-|\n|1|2|",
    "```\nx\n```",
]  # fmt: skip


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(STRANGE) | st.text(max_size=20), min_size=1, max_size=8),
    st.sampled_from(["{}", "# A heading\n\n{}\n\n## More", "<body><p>{}</p><h2>A</h2>", "<article>{}</article>"]),
)
def test_the_offset_law_holds_whatever_stands_in_a_file(parts: list[str], around: str) -> None:
    text = around.replace("{}", "Some words.\n\nSome more. " + "\n".join(parts))  # a sentence, whatever follows
    try:
        lawful(read(text.encode("utf-8", "replace")))
    except BadSource as error:
        told = str(error)
    else:
        told = ""
    assert not told or re.search("program's own data|XML", told)


def test_both_readers_give_the_same_article() -> None:
    strange = "İ e\u0301 👩\u200d👩\u200d👧 שלום a\u00a0b soft\u00adhyphen ﬁsh"
    page = f"<body><article><h3>Head</h3><p>{strange}</p><p class=byline>Noah</p></article>".encode()
    article = read_guarded(page, url="https://x.y")
    assert article == read(page, url="https://x.y")
    assert "İ é 👩\u200d👩\u200d👧 שלום a b softhyphen ﬁsh" in article.text
    blocks = [(block.kind, block.level, block.aside) for block in article.blocks]
    assert blocks == [("heading", 3, False), ("paragraph", 0, False), ("paragraph", 0, True)]
