"""What is kept: conversations, what their readers think of them, the library, the theme."""

from pathlib import Path

import pytest

from index.article import Article, Piece
from tests.assistant.doors.page.conftest import (
    BRIDGE,
    EVERYTHING,
    REFUSED,
    STORM,
    UNKNOWN,
    WHO,
    Visiting,
    bridge,
    market,
)
from tests.assistant.doors.page.site import Site


def test_a_conversation_is_there_after_a_reload_with_all_its_citations(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO).ask(UNKNOWN)
    page = seen.page
    before = page.locator("#turns").inner_html()
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('.turn .after .tool').length === 6")
    assert page.locator(".answer .cite").count() == before.count('class="cite')
    page.locator(".cite").nth(1).click()
    page.wait_for_selector("#article mark")
    assert seen.marked() == "😀 It cost 40,000 crowns."
    near = page.locator(".near .passage").first
    near.click()
    page.wait_for_function(
        "quote => `“${document.querySelector('mark')?.textContent}”` === quote", arg=near.locator("span").inner_text()
    )


def test_conversations_are_listed_renamed_deleted_and_begun(town: Site, visit: Visiting) -> None:
    page = (seen := visit(town)).page
    for talk in town.conversations.all(""):
        town.conversations.delete(talk.id, "")
    seen.ask(WHO)
    page.click("#new-talk")
    assert page.locator(".turn").count() == 0
    assert page.locator("#welcome").is_visible()
    seen.ask(STORM)
    page.click("#open-talks")
    rows = page.locator("#talk-list li")
    page.wait_for_selector("#talk-list .grow")
    assert [row.split("\n")[0] for row in rows.all_inner_texts()] == [STORM, WHO]
    rows.nth(1).get_by_role("button", name="Rename").click()
    page.keyboard.type("About the builder")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=About the builder")
    rows.nth(0).get_by_role("button", name="Delete").click()
    rows.nth(0).get_by_role("button", name="No").click()
    rows.nth(0).get_by_role("button", name="Delete").click()
    rows.nth(0).get_by_role("button", name="Yes").click()
    page.wait_for_function("() => document.querySelectorAll('#talk-list li').length === 1")
    assert page.locator(".turn").count() == 0
    page.locator("#talk-list .grow").click()
    page.wait_for_selector(".turn .cite")
    assert page.locator(".question").all_inner_texts() == [WHO]
    assert [talk.title for talk in town.conversations.all("")] == ["About the builder"]


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        (
            "New words before. 👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903.",
            "moved",
            "stands now",
        ),
        ("The old bridge is of no known age.", "changed", "no longer in it. It read: “👩‍👩‍👧 The old bridge"),
    ],
)
def test_a_citation_says_that_its_article_has_changed_since(
    town: Site, visit: Visiting, text: str, words: str, shown: str
) -> None:
    seen = visit(town).ask(WHO)
    page = seen.page
    try:
        changed = [BRIDGE[0], Piece("paragraph", "A first paragraph of no interest."), Piece("paragraph", text)]
        town.add(Article.of(changed, title="The Old Bridge", source="bridge.md"))
        page.reload()
        page.wait_for_selector(".turn .cite")
        assert "the article has changed since" in page.inner_text(".sources summary")
        assert page.locator(".cite.stale").count() == (1 if words == "moved" else 2)
        page.locator(".cite").first.click()
        page.wait_for_selector("#place:not([hidden])")
        assert shown in page.inner_text("#place-note")
        marked = seen.marked()
        assert marked == (
            "👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903." if words == "moved" else ""
        )
    finally:
        town.add(bridge())
        town.catalog.remove("the-market")  # so that it comes second again
        town.add(market())


def test_a_citation_of_a_removed_article_says_so(town: Site, visit: Visiting) -> None:
    name = town.add(Article.of([Piece("paragraph", "The zebra of Zagreb is called Zora.")], title="Zora"))
    seen = visit(town)
    seen.forgiven = REFUSED  # suggestions may still be on their way when the article goes
    page = seen.page
    page.click("#open-library")
    page.get_by_role("checkbox", name="Ask The Old Bridge").uncheck()
    page.get_by_role("checkbox", name="Ask The Market").uncheck()
    page.keyboard.press("Escape")
    seen.ask("What is the zebra of Zagreb called?")
    town.catalog.remove(name)
    page.reload()
    page.wait_for_selector(".turn .passage")
    page.locator(".turn .passage").first.click()
    page.wait_for_selector("#place:not([hidden])")
    assert "This article is not in the library any more. It read: “The zebra" in page.inner_text("#place-note")


def test_an_answer_is_copied_as_markdown_with_footnotes(town: Site, visit: Visiting) -> None:
    seen = visit(town, permissions=["clipboard-read", "clipboard-write"]).ask(EVERYTHING).ask(UNKNOWN)
    page = seen.page
    text = bridge().text
    page.get_by_role("button", name="Copy with footnotes").first.click()
    page.wait_for_function("() => document.querySelector('.after .tool').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    start = text.index("A storm")
    assert "It cost 50,000 crowns. (not found in the article)\n\n" in copied
    assert "- A storm tore away two of its arches in 1954. [^2]\n" in copied
    quoted = "“A storm tore away two of its arches in 1954.”"
    assert f"[^2]: The Old Bridge › Damage, characters {start}–{start + 44}: {quoted}" in copied
    page.get_by_role("button", name="Copy with footnotes").last.click()
    page.wait_for_function("() => document.querySelector('.turn:last-child .tool').textContent === 'Copied'")
    assert "I could not find this" in page.evaluate("navigator.clipboard.readText()")


def test_thumbs_are_kept_with_the_turn(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO)
    page = seen.page
    up, down = (page.get_by_role("button", name=name, exact=True) for name in ("A good answer", "Not a good answer"))
    up.click()
    down.click()
    page.wait_for_function("() => document.getElementById('live').textContent === 'Kept. Thank you.'")
    talk = page.evaluate("sessionStorage.getItem('conversation')")
    page.wait_for_load_state("networkidle")
    assert [turn.rating for turn in town.conversations.get(talk, "").turns] == [-1]
    page.reload()
    page.wait_for_selector(".turn .after .tool")
    assert [one.get_attribute("aria-pressed") for one in (up, down)] == ["false", "true"]


def test_articles_are_added_by_file_with_progress_chosen_and_removed(
    town: Site, visit: Visiting, tmp_path: Path
) -> None:
    page = (seen := visit(town)).page
    seen.forgiven = REFUSED
    (tmp_path / "lamp.md").write_text("# The Lamp\n\nThe lamp on the pier was lit by Ines in 1911.", encoding="utf-8")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    page.click("#open-library")
    page.set_input_files("#file", [tmp_path / "bad.pdf", tmp_path / "lamp.md"])
    page.wait_for_selector("#additions >> text=Added.")
    assert len(page.locator("#additions .note.failed").inner_text()) > 20
    page.wait_for_selector("#articles >> text=The Lamp")
    for name in ("Ask The Old Bridge", "Ask The Market"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelector('#article h2')?.textContent === 'The Lamp'")
    assert page.get_attribute("#question", "placeholder") == "Ask about “The Lamp”"
    seen.ask("Who lit the lamp on the pier?")
    talk = page.evaluate("sessionStorage.getItem('conversation')")
    assert town.conversations.get(talk, "").articles == ("the-lamp",)
    page.click("#open-library")
    page.get_by_role("button", name="Remove The Lamp").click()
    page.get_by_role("button", name="Yes").click()
    page.wait_for_function("() => /Bridge|Market/.test(document.querySelector('#article h2')?.textContent)")
    assert {entry.id for entry in town.catalog.entries()} == {"the-old-bridge", "the-market"}


def test_one_tick_asks_all_articles_or_the_open_one_only(town: Site, visit: Visiting) -> None:
    page = visit(town).page
    page.select_option("#shown-article", label="The Market")
    page.wait_for_function("() => document.querySelector('#article h2')?.textContent === 'The Market'")
    page.click("#open-library")
    every = page.get_by_role("checkbox", name="Tick here to ask all")
    every.uncheck()
    assert page.locator("#articles input:checked").evaluate_all("ones => ones.map(one => one.value)") == ["the-market"]
    assert page.get_attribute("#question", "placeholder") == "Ask about “The Market”"
    assert page.evaluate("document.getElementById('all-articles').indeterminate")
    every.check()
    assert page.locator("#articles input:checked").count() == 2
    assert page.get_attribute("#question", "placeholder") == "Ask about 2 articles"
    page.get_by_role("checkbox", name="Ask The Market").uncheck()
    assert not every.is_checked()


def test_an_article_is_added_by_dropping_its_file(town: Site, visit: Visiting) -> None:
    page = (seen := visit(town)).page
    seen.forgiven = REFUSED  # it may still ask for the article when that goes
    page.evaluate(
        """() => { const carried = new DataTransfer();
        carried.items.add(new File(["# The Kite\\n\\nThe kite is red."], "kite.md"));
        for (const name of ["dragenter", "drop"])
          window.dispatchEvent(new DragEvent(name, {dataTransfer: carried, cancelable: true})); }"""
    )
    page.wait_for_selector("#additions >> text=Added.")
    assert page.locator("#drop").is_hidden()
    town.catalog.remove("the-kite")


def test_a_folder_that_is_dropped_is_refused_in_words(town: Site, visit: Visiting, tmp_path: Path) -> None:
    page = visit(town).page
    session = page.context.new_cdp_session(page)
    dragged = {"items": [], "files": [str(tmp_path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": dragged})
    page.wait_for_selector("#additions .note.failed")
    assert "it is a folder" in page.inner_text("#additions .note.failed")


def test_an_address_that_is_not_public_is_refused_in_words(town: Site, visit: Visiting) -> None:
    page = (seen := visit(town)).page
    seen.forgiven = REFUSED
    page.click("#open-library")
    page.fill("#address", "http://127.0.0.1:1/secret")
    page.press("#address", "Enter")
    page.wait_for_selector("#additions .note.failed")
    assert "public" in page.inner_text("#additions .note.failed")


def test_the_reader_switches_between_articles(town: Site, visit: Visiting) -> None:
    page = visit(town).page
    page.select_option("#shown-article", label="The Market")
    page.wait_for_function("() => document.querySelector('#article h2')?.textContent === 'The Market'")
    assert page.title() == "The Market · Article Assistant"
    assert page.get_by_role("link", name="example.org").get_attribute("rel") == "noopener noreferrer"


def test_the_theme_is_remembered_and_needs_no_storage(town: Site, visit: Visiting) -> None:
    page = visit(town, dark=True).page
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.click("#theme")
    assert page.evaluate(theme) == "light"
    assert page.get_attribute("#theme", "aria-label") == "Theme: light. Switch to dark"
    page.reload()
    page.wait_for_selector("#article .text")
    assert page.evaluate(theme) == "light"
    refusing = visit(town, at=None)
    refusing.page.add_init_script(
        """for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }})"""
    )
    refusing.open().ask(WHO)
    refusing.page.click("#theme")
    assert refusing.page.evaluate(theme) == "light"
    refusing.page.click("#theme")
    assert refusing.page.evaluate(theme) == "dark"
