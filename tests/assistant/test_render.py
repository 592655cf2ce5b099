"""What claims become on the page: exact words, a chip for each citation, nothing active."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from assistant.answer import Citation, Claim, State
from assistant.render import Rendering, blocks

ATTACKS = Path(__file__).parents[3] / "shared" / "data" / "attacks"
OWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![](http://192.0.2.1/a.png)",
    "![a](data:image/png;base64,AAAA)",
    "[a](javascript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](/v1/session)",
    "[a](//192.0.2.1/x)",
    "<javascript:alert(1)>",
    "[r]\n\n[r]: javascript:alert(1)",
    '```"onmouseover=alert(1)\nx\n```',
    "\ufdd00\ufdd1 and \ufdd07\ufdd1 and \ufdd0",
    "<style>@import 'http://192.0.2.1'</style>",
    "<a href='#a=x&c=1-2' class='cite'>1</a>",
    "| <svg onload=alert(1)> | b |\n|---|---|\n| `<b>` | d |",
]
ACTIVE = ("script", "img", "style", "svg", "iframe", "form", "input", "link")
ALLOWED_ATTRIBUTES = {"aria-label", "class", "data-n", "href", "rel", "role", "start", "target", "title"}


def citation(n: int = 1, quote: str = 'It cost 40,000 <crowns> & "more".') -> Citation:
    return Citation(n, "bridge", "The Bridge", "", quote, 10 * n, 10 * n + 5, "hash", "")


def claim(text: str, *numbers: int, state: State = "supported", reason: str = "") -> Claim:
    return Claim(text, state, tuple(citation(n) for n in numbers), reason)


def quoted(text: str) -> Claim:
    return Claim(text, "quoted", (citation(1, text),))


def shown(*claims: Claim) -> html.HtmlElement:
    return html.fragment_fromstring("".join(blocks(claims)), create_parent="div")


def test_a_quoted_claim_stands_in_quotation_marks_with_its_chip() -> None:
    [block] = blocks([Claim("The bridge.", "quoted", (Citation(3, "b", "B", "", "The bridge.", 4, 15, "h", ""),))])
    assert block == (
        '<p><span class="claim quoted">“The bridge.”</span><a class="cite quoted" role="doc-noteref" '
        'href="#a=b&amp;c=4-15" data-n="3" aria-label="Source 3: The bridge." rel="noopener noreferrer">3</a></p>\n'
    )


@pytest.mark.parametrize(
    "words", ["1. It *cost* 3_4_5 # <b>", "- a", "# Title", "`x` [1](http://a.b) ~~c~~", "> é 👩‍👩‍👧"]
)
def test_the_articles_own_words_are_no_markdown(words: str) -> None:
    [p] = shown(quoted(words))
    assert (p.tag, p.text_content()) == ("p", f"“{words}”1")


def test_claims_join_into_one_text_as_the_model_wrote_it() -> None:
    page = shown(
        claim("# The bridge\n\n**It is old.** ", 1),
        claim("It *cost much. ", 2),
        claim("Too* much.\n\n", state="unsupported", reason="“7 %” does not stand there."),
        claim("- one\n", 3),
        claim("- two\n", 4),
    )
    assert [child.tag for child in page] == ["h4", "p", "ul"]
    assert [li.text_content() for li in page.findall("ul/li")] == ["one3", "two4"]
    assert [span.text_content() for span in page.find_class("unsupported")] == ["Too", "much."]
    assert [badge.text_content() for badge in page.find_class("unfound")] == ["not found in the article"]
    assert [reason.text_content() for reason in page.find_class("why")] == ["“7 %” does not stand there."]
    assert [a.get("data-n") for a in page.find_class("cite")] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "text",
    [
        "`code`",
        "```\ncode\n```",
        "    indented code",
        "| a | b |\n|---|---|\n| c | d |\n",
        "a | b\n---|---\nc | d",
        "**bold.**",
        "_slanted._",
        "Over.\n\n---\n",
        "Over\n====",
        "> said",
        "[a](http://b.c/d",
        "[a](http://b.c 'd e",
        "[a]: http://b.c/d",
        "see <http://b.c/d>",
        "a\\",
        "a \\[1] b",
    ],
)
def test_whatever_a_claim_ends_with_its_chips_appear_once_and_its_text_is_unharmed(text: str) -> None:
    page = shown(claim(text, 1, 2))
    assert [a.get("data-n") for a in page.find_class("cite")] == ["1", "2"]
    plain = re.sub(r"\s", "", shown(claim(text)).text_content())
    assert re.sub(r"\s", "", page.text_content()) in (plain + "12", plain.rstrip() + "12")


def test_a_line_break_in_a_cell_is_one() -> None:
    text = "| a |\n|---|\n| It rose.<br>It `<br>` fell. |\n"
    cell = html.fromstring("".join(blocks([Claim(text, "supported", (citation(),))]))).find(".//td")
    assert (len(cell.findall(".//br")), cell.text_content()) == (1, "It rose.\nIt <br> fell.1")


def test_brackets_in_the_text_are_no_citations() -> None:
    page = shown(claim("As [1] says, `[1]` and [1](http://a.b). ", 2))
    assert [a.get("data-n") for a in page.find_class("cite")] == ["2"]
    assert "[1] says, [1] and 1" in page.text_content()


def test_a_further_claim_sends_only_the_blocks_it_changed() -> None:
    rendering = Rendering()
    claims = [claim("One. ", 1), claim("Two.\n\n", 2), claim("Three. ", 3), claim("Four.", 4)]
    page: list[str] = []
    places = []
    for one in claims:
        place, made = rendering.add(one)
        page[place:] = made
        places.append(place)
        assert page == blocks(rendering.claims)
    assert places == [0, 0, 1, 1]


def test_a_long_answer_streams_in_little_time() -> None:
    rendering, began = Rendering(), time.perf_counter()
    for n in range(1, 61):
        rendering.add(claim(f"Sentence {n} says *something* of no great length about the bridge. ", n))
    assert time.perf_counter() - began < 3


def active(page: html.HtmlElement) -> list[str]:
    """What of a page could do or fetch something."""
    found = [
        e.tag for e in page.iter() if e.tag in ("script", "img", "style", "svg", "iframe", "form", "input", "link")
    ]
    for element in page.iter():
        found += [name for name in element.attrib if name not in ALLOWED_ATTRIBUTES]
    addresses = (element.get("href", "") for element in page.iter())
    return found + [a for a in addresses if a and not re.match(r"https?://|mailto:|#a=bridge&c=\d+-\d+$", a, re.I)]


@pytest.mark.parametrize("text", OWN)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    for n in range(len(text) + 1):  # at every prefix of a stream
        assert active(shown(claim(text[:n], 1))) == []
        if text[:n]:
            assert active(shown(quoted(text[:n]))) == []
    reasoned = claim("a", state="unsupported", reason=text)
    assert active(shown(reasoned)) == []


@pytest.mark.skipif(not ATTACKS.exists(), reason="the lists of attacks are not beside the project")
def test_no_string_of_the_lists_of_attacks_does_anything() -> None:
    texts = (ATTACKS / "xss.txt").read_text(encoding="utf-8", errors="replace").splitlines()[::7]
    texts += json.loads((ATTACKS / "naughty-strings.json").read_text(encoding="utf-8"))
    texts = [text for text in texts if isinstance(text, str) and text.strip()]
    found = [text for text in texts if active(shown(claim(text, 1), quoted(text)))]
    assert found == []


def test_the_search_for_active_things_finds_them() -> None:
    assert active(html.fragment_fromstring("<div><img src=x onerror=a><a href='javascript:a'>b</a></div>"))


@given(st.lists(st.tuples(st.text("ab.*_`[]()<>|#-~!\\ \n1&:", max_size=30), st.booleans()), max_size=4))
def test_any_text_keeps_all_its_chips_in_order_of_the_claims(texts: list[tuple[str, bool]]) -> None:
    claims = [claim(text, n) for n, (text, _) in enumerate(texts, 1)]
    found = sorted(int(a.get("data-n")) for a in shown(*claims).find_class("cite"))
    assert found == [n for n, (text, _) in enumerate(texts, 1) if any(map(str.isalnum, text))]
