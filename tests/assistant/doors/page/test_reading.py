"""The article, and the way from a citation to its characters and back."""

import time

import pytest

from index.article import Article, Piece
from tests.assistant.doors.page.conftest import SIZES, STORM, WHO, Visit, Visiting, bridge
from tests.assistant.doors.page.site import Site

RATIO = """mark => { const box = mark.getBoundingClientRect(), pane = document.getElementById('article-scroller')
  .getBoundingClientRect(); return (box.top + box.height / 2 - pane.top) / pane.height }"""


def texts(visit: Visit) -> list[str]:
    return visit.page.locator(".text > *:not(.byline):not(ul), .text li").all_text_contents()


def test_the_article_stands_there_block_for_block_character_for_character(town: Site, visit: Visiting) -> None:
    article = bridge()
    assert texts(visit(town)) == [article.text[block.start : block.end] for block in article.blocks]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("question", [WHO, STORM])
def test_every_citation_marks_exactly_its_quote_in_view_and_focused(
    town: Site, visit: Visiting, question: str, size: str, dark: bool
) -> None:
    seen = visit(town, size, dark=dark).ask(question)
    page, before = seen.page, texts(seen)
    chips = page.locator(".answer .cite")
    assert chips.count() == (2 if question == WHO else 1)
    for n in range(chips.count()):
        quote = chips.nth(n).get_attribute("aria-label").partition(": ")[2]
        chips.nth(n).tap() if size == "phone" else chips.nth(n).click()
        page.wait_for_selector("#article mark")
        assert " ".join(seen.marked().split()) == quote
        assert page.evaluate("document.activeElement.tagName") == "MARK"
        assert 0.1 < page.locator("#article mark").first.evaluate(RATIO) < 0.9
        page.keyboard.press("Escape")
        assert page.locator("#article mark").count() == 0
        assert chips.nth(n).evaluate("chip => chip === document.activeElement")
    assert texts(seen) == before


def test_a_citation_over_two_paragraphs_is_one_mark_in_each(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(STORM)
    seen.page.press(".cite", "Enter")
    seen.page.wait_for_selector("#article mark")
    assert seen.marked() == "A storm tore away two of its arches in 1954.\n\nThe town council paid for new ones."


def test_one_mark_at_a_time_and_the_address_says_which(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO)
    for n, words in enumerate(["Clara Voss", "40,000 crowns"]):
        seen.page.locator(".cite").nth(n).click()
        seen.page.wait_for_function("words => document.querySelector('mark')?.textContent.includes(words)", arg=words)
        assert seen.page.locator("#article mark").count() == 1
        assert seen.page.url.endswith(seen.page.locator(".cite").nth(n).get_attribute("href"))


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_deep_link_opens_the_article_at_its_characters(town: Site, visit: Visiting, size: str) -> None:
    text = bridge().text
    start = text.index("𝔐any")
    seen = visit(town, size, at=f"#a=the-old-bridge&c={start}-{start + 14}")
    seen.page.wait_for_selector("#article mark")
    assert seen.marked() == "𝔐any cross it."
    seen.page.evaluate("location.hash = '#a=the-market&c=12-22'")
    seen.page.wait_for_function("() => document.querySelector('mark')?.textContent === 'The weekly'")


@pytest.mark.parametrize("fragment", ["#a=the-old-bridge&c=900000-900009", "#a=the-old-bridge&c=9-3"])
def test_a_deep_link_beyond_the_text_says_so(town: Site, visit: Visiting, fragment: str) -> None:
    seen = visit(town, at=fragment)
    seen.page.wait_for_selector("#place:not([hidden])")
    assert seen.page.inner_text("#place") == "The article has changed since; this passage is no longer in it."


def test_a_deep_link_to_an_article_that_is_gone_says_so(town: Site, visit: Visiting) -> None:
    seen = visit(town, at=None)
    seen.forgiven = ("Failed to load resource",)
    seen.page.goto(f"{town.url}/#a=nowhere&c=1-2")
    seen.page.wait_for_selector("#article .note")
    assert "not in the library any more" in seen.page.inner_text("#article")


def test_back_to_the_answer_returns_focus_and_keeps_the_place(town: Site, visit: Visiting) -> None:
    seen = visit(town, "phone").ask(WHO).ask(STORM).ask(WHO)
    page = seen.page
    chip = page.locator(".turn").nth(1).locator(".cite")
    chip.scroll_into_view_if_needed()
    before = page.evaluate("document.getElementById('thread-scroller').scrollTop")
    chip.tap()
    page.wait_for_selector("#article mark")
    assert page.locator("#pane-chat").is_hidden()
    page.tap("#back")
    assert chip.evaluate("chip => chip === document.activeElement")
    assert page.evaluate("document.getElementById('thread-scroller').scrollTop") == before


def test_the_quote_shows_on_hover_and_on_focus_and_covers_no_citation(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO)
    page = seen.page
    for n in range(2):
        chip = page.locator(".cite").nth(n)
        chip.hover()
        assert chip.get_attribute("aria-label").partition(": ")[2] in page.inner_text("#quote")
        box = page.locator("#quote").bounding_box()
        for other in page.locator(".cite").all():
            at = other.bounding_box()
            apart = (
                at["x"] >= box["x"] + box["width"]
                or at["x"] + at["width"] <= box["x"]
                or at["y"] >= box["y"] + box["height"]
                or at["y"] + at["height"] <= box["y"]
            )
            assert apart
    page.mouse.move(5, 5)
    page.wait_for_selector("#quote", state="hidden")
    page.keyboard.press("Tab")
    page.locator(".cite").first.focus()
    page.wait_for_selector("#quote:not([hidden])")
    page.keyboard.press("Escape")
    assert page.locator("#quote").is_hidden()


def test_each_pane_scrolls_alone_and_the_page_never(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO).ask(STORM).ask(WHO).ask(STORM)
    overflow = "[...document.querySelectorAll('html, body')].map(one => getComputedStyle(one).overflowY)"
    assert seen.page.evaluate(overflow) == ["hidden", "hidden"]
    assert seen.page.evaluate("document.documentElement.scrollHeight") == SIZES["desktop"][1]


def long_article() -> Article:
    """200,000 characters; equal paragraphs are evidence once, so that few sentences have to be embedded."""
    line = "The mill by the river grinds rye, wheat and oats for nine villages, and it has done so for 300 years. "
    pieces = [Piece("heading", "The Mill", level=1)]
    pieces += [Piece("paragraph", line * 6 + f"👩‍👩‍👧 Number {n % 3}.") for n in range(330)]
    return Article.of([*pieces, Piece("paragraph", "At the very end stands an old oak.")], title="The Mill")


def test_an_article_of_200_000_characters_is_usable_at_once(town: Site, visit: Visiting) -> None:
    article = long_article()
    assert len(article.text) > 200_000
    name = town.add(article)
    try:
        began = time.perf_counter()
        seen = visit(town, at=f"#a={name}&c=10-19")
        seen.page.wait_for_selector("#article mark")
        assert time.perf_counter() - began < 2
        start = article.text.index("an old oak")
        took = seen.page.evaluate(
            """async hash => { const began = performance.now(); location.hash = hash;
            const there = () => document.querySelector('mark')?.textContent === 'an old oak';
            while (!there()) await new Promise(requestAnimationFrame);
            return performance.now() - began }""",
            f"#a={name}&c={start}-{start + 10}",
        )
        print(f"chip to mark in 200,000 characters: {took:.0f} ms")  # noqa: T201
        assert took < 300
        assert 0.1 < seen.page.locator("#article mark").evaluate(RATIO) < 0.9
    finally:
        town.catalog.remove(name)
