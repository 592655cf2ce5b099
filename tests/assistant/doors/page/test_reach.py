"""Who can use the page, and what can harm it: the keyboard, small screens, assistive technology, hostile text."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from index.article import Article, Piece
from tests.assistant.doors.page.conftest import EVERYTHING, SLOW, STORM, UNKNOWN, WHO, Visit, Visiting
from tests.assistant.doors.page.site import Site

ATTACKS = Path(__file__).parents[5] / "shared" / "data" / "attacks" / "xss.txt"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![](http://192.0.2.1/a.png)",
    "[a](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "<iframe src=http://192.0.2.1/></iframe>",
]


def complaints(visit: Visit) -> list[str]:
    """What axe finds, each rule with where."""
    found = Axe().run(visit.page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "tablet", "phone"])
def test_axe_finds_nothing_in_any_state(town: Site, visit: Visiting, size: str, dark: bool) -> None:
    seen = visit(town, size, dark=dark)
    page = seen.page
    page.wait_for_selector("#suggestions:not([hidden])")
    found = {"empty": complaints(seen)}
    seen.ask(EVERYTHING).ask(UNKNOWN)
    found["answered"] = complaints(seen)
    page.fill("#question", SLOW)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn:last-child .cite")
    found["streaming"] = complaints(seen)
    page.click("#stop")
    page.wait_for_selector(".turn:last-child .note")
    found["stopped"] = complaints(seen)
    page.locator(".cite").first.click()
    page.wait_for_selector("#article mark")
    found["marked"] = complaints(seen)
    page.click("#open-library")
    page.wait_for_selector("#articles .grow")
    found["library"] = complaints(seen)
    page.keyboard.press("Escape")
    page.click("#open-talks")
    page.wait_for_selector("#talk-list .grow")
    found["conversations"] = complaints(seen)
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('sign-in').showModal()")
    found["signing in"] = complaints(seen)
    assert found == dict.fromkeys(found, [])


def test_axe_finds_what_is_wrong(town: Site, visit: Visiting) -> None:
    seen = visit(town)
    seen.page.evaluate("document.getElementById('send').removeAttribute('aria-label')")
    seen.page.evaluate("document.getElementById('send').removeAttribute('title')")
    assert [one.partition(":")[0] for one in complaints(seen)] == ["button-name"]


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_scrolls_sideways(town: Site, visit: Visiting, width: int) -> None:
    seen = visit(town, {320: "small", 390: "phone", 768: "tablet", 1280: "desktop"}[width]).ask(EVERYTHING).ask(UNKNOWN)
    page = seen.page
    page.click("#open-library")
    page.wait_for_selector("#articles .grow")
    page.keyboard.press("Escape")
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    page.locator(".cite").first.click()
    page.wait_for_selector("#article mark")
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    inside = "['#article-scroller', '#thread-scroller'].every(id => { const one = document.querySelector(id); "
    assert widths == [width, width]
    assert page.evaluate(inside + "return one.scrollWidth <= one.clientWidth })")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_citations_are_large_enough_to_touch_and_named(town: Site, visit: Visiting, size: str) -> None:
    seen = visit(town, size).ask(WHO).ask(EVERYTHING)
    for chip in seen.page.locator(".cite").all():
        box = chip.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        assert chip.get_attribute("role") == "doc-noteref"
        assert chip.get_attribute("aria-label").startswith(f"Source {chip.get_attribute('data-n')}: ")


def test_it_can_be_used_with_the_keyboard_alone(fresh: Site, visit: Visiting) -> None:
    page = visit(fresh).page
    page.wait_for_selector(".suggestion")
    press = page.keyboard.press
    focused = "document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
    press("Tab")
    assert page.evaluate(focused) == "skip"
    press("Enter")
    assert page.evaluate(focused) == "question"
    press("Shift+Tab")
    assert page.evaluate(focused) == "suggestion"
    press("Enter")
    page.wait_for_selector(".turn .after .tool")
    assert page.evaluate(focused) == "question"
    for _ in range(20):
        if page.evaluate(focused).startswith("cite"):
            break
        press("Shift+Tab")
    press("Enter")
    page.wait_for_selector("#article mark")
    assert page.evaluate(focused) == "MARK"
    press("Escape")
    assert page.evaluate(focused).startswith("cite")
    page.focus("#article-scroller")
    press("End")
    page.wait_for_function("() => document.getElementById('article-scroller').scrollTop > 100")


def test_tabs_are_there_on_narrow_screens_only_and_obey_the_arrows(town: Site, visit: Visiting) -> None:
    page = visit(town, "phone").page
    assert page.get_by_role("tab", selected=True).inner_text() == "Chat"
    page.get_by_role("tab", selected=True).focus()
    page.keyboard.press("ArrowLeft")
    assert page.get_by_role("tab", selected=True).inner_text() == "Article"
    assert page.locator("#pane-article").get_attribute("role") == "tabpanel"
    assert page.locator("#pane-chat").is_hidden()
    page.set_viewport_size({"width": 761, "height": 800})
    page.wait_for_selector("#pane-chat", state="visible")
    assert page.get_by_role("tablist").count() == 0
    assert page.get_by_role("tabpanel").count() == 0
    assert page.locator("#pane-article").is_visible()
    page.set_viewport_size({"width": 760, "height": 800})
    page.wait_for_selector("#pane-chat", state="hidden")


def test_the_live_region_says_answering_then_the_answer_once(town: Site, visit: Visiting) -> None:
    page = visit(town).page
    page.evaluate(
        """() => { window.said = []; new MutationObserver(() => { const words =
        document.getElementById('live').textContent; if (words) window.said.push(words) })
        .observe(document.getElementById('live'), {childList: true}) }"""
    )
    page.fill("#question", WHO)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn .after .tool")
    page.wait_for_function("() => window.said.length > 1")
    answer = "The old bridge over the Elm was built by Clara Voss in 1903.  It cost 40,000 crowns. 2 sources."
    assert page.evaluate("window.said") == ["Answering…", answer]


def test_a_touch_screen_lists_the_sources_under_the_answer(town: Site, visit: Visiting) -> None:
    seen = visit(town, "phone").ask(WHO)
    assert seen.page.locator(".sources .passage").first.is_visible()
    assert not visit(town).ask(WHO).page.locator(".sources .passage").first.is_visible()


def test_the_readers_own_colours_and_stillness_are_respected(town: Site, visit: Visiting) -> None:
    seen = visit(town, forced_colors="active").ask(STORM)
    seen.page.locator(".cite").click()
    seen.page.wait_for_selector("#article mark")
    style = "mark => { const s = getComputedStyle(mark); return [s.borderBottomStyle, s.animationName] }"
    assert seen.page.locator("#article mark").first.evaluate(style) == ["double", "none"]
    assert seen.page.locator(".cite").evaluate("chip => getComputedStyle(chip).borderTopStyle") == "solid"


def test_more_contrast_is_given_by_day_and_by_night(town: Site, visit: Visiting) -> None:
    for dark in (False, True):
        page = visit(town, dark=dark, contrast="more").page
        colour = "name => getComputedStyle(document.documentElement).getPropertyValue(name)"
        assert page.evaluate(colour, "--soft") == page.evaluate(colour, "--ink")


def test_all_of_the_article_and_of_the_answers_is_printed(town: Site, visit: Visiting) -> None:
    page = visit(town, dark=True).ask(EVERYTHING).ask(UNKNOWN).ask(WHO).page
    page.emulate_media(media="print")
    cut = """[...document.querySelectorAll('body, main, .pane, .scroller')]
        .filter(one => getComputedStyle(one).overflowY !== 'visible' || one.scrollHeight > one.clientHeight + 1)
        .map(one => one.id || one.tagName)"""
    assert page.evaluate(cut) == []
    assert page.evaluate("getComputedStyle(document.documentElement).overflowY") == "visible"
    assert page.locator(".sources .passage").first.is_visible()
    assert page.locator("#composer").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(35, 32, 27)"


def test_text_from_right_to_left_stands_so_wherever_it_is(town: Site, visit: Visiting, speaker: Any) -> None:
    said = "הגשר הישן נבנה בשנת 1903."
    pieces = [Piece("heading", "הגשר", level=1), Piece("paragraph", said), Piece("list item", "Elm 3, אלם.")]
    name = town.add(Article.of(pieces, title="הגשר"))
    speaker.script["מתי נבנה הגשר?"] = [f"- {said} [@בשנת]"]
    try:
        page = visit(town, at=f"#a={name}").ask("מתי נבנה הגשר?").page
        way = "ones => ones.map(one => getComputedStyle(one).direction)"
        assert page.locator(".text h2, .text p:not(.byline), .question, .answer li").evaluate_all(way) == ["rtl"] * 4
        assert page.locator(".text li, .byline, .searched").evaluate_all(way) == ["ltr"] * 3
        assert page.evaluate("getComputedStyle(document.querySelector('.text li')).marginLeft") != "0px"
    finally:
        town.catalog.remove(name)


def hostile_article() -> Article:
    pieces = [Piece("paragraph", f"The word of number {n} is {text} indeed.") for n, text in enumerate(HOSTILE, 1)]
    return Article.of([Piece("heading", HOSTILE[1], level=1), *pieces], title=HOSTILE[1])


def test_hostile_text_in_question_article_and_answer_does_nothing(town: Site, visit: Visiting, speaker: Any) -> None:
    name = town.add(hostile_article())
    for n, text in enumerate(HOSTILE, 1):
        speaker.script[f"Say {text}"] = [f"The word of number {n} is {text} indeed. [@number {n}]\n\n", text]
    try:
        seen = visit(town, at=f"#a={name}&c=0-5")
        for text in HOSTILE:
            seen.ask(f"Say {text}")
        page = seen.page
        for chip in page.locator(".cite").all():
            chip.click()
            page.wait_for_selector("#article mark")
        assert HOSTILE[0] in page.inner_text("#article")
        assert page.locator("main").locator("img, script, iframe, svg[onload]").count() == 0
        page.click("#open-library")
        page.wait_for_selector("#articles .grow")
        page.keyboard.press("Escape")
        page.click("#open-talks")
        page.wait_for_selector("#talk-list .grow")
    finally:
        town.catalog.remove(name)


@pytest.mark.skipif(not ATTACKS.exists(), reason="the list of attacks is not beside the project")
def test_no_attack_of_the_list_does_anything_as_an_article(town: Site, visit: Visiting) -> None:
    lines = ATTACKS.read_text(encoding="utf-8", errors="replace").splitlines()[::3]
    pieces = [Piece("paragraph", line, aside=True) for line in lines if line.strip()]
    name = town.add(Article.of([Piece("paragraph", "A list of attacks."), *pieces], title="Attacks"))
    try:
        seen = visit(town, at=f"#a={name}&c=0-6")
        assert seen.page.locator(".text > p").count() > 500
        assert seen.page.locator("main").locator("img, script, iframe, object").count() == 0
    finally:
        town.catalog.remove(name)


def test_the_first_load_is_light_and_quick(fresh: Site, visit: Visiting) -> None:
    seen = visit(fresh, at=None)
    session = seen.page.context.new_cdp_session(seen.page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    seen.open()
    seen.page.wait_for_selector(".suggestion")
    usable = seen.page.evaluate("performance.getEntriesByName('usable')[0].startTime")
    kilobytes = sum(sizes) / 1000
    print(f"first load: {len(seen.requests)} requests, {kilobytes:.1f} kB, usable after {usable:.0f} ms")  # noqa: T201
    assert len([url for url in seen.requests if url.startswith("http")]) <= 8
    assert kilobytes <= 60
    assert usable < 2000  # 600 on a machine that does nothing else


def test_from_chip_to_mark_in_less_than_a_tenth_of_a_second(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO)
    took = seen.page.evaluate(
        """async () => { const began = performance.now(); document.querySelector('.cite').click();
        while (!document.querySelector('mark')) await new Promise(requestAnimationFrame);
        return performance.now() - began }"""
    )
    print(f"chip to mark: {took:.0f} ms")  # noqa: T201
    assert took < 100
