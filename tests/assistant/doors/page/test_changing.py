"""What changes under the page: articles that are replaced or removed, conversations that come late, a cut network."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route

from index.article import Article, Piece
from tests.assistant.doors.page.conftest import REFUSED, STORM, UNKNOWN, WHO, Visit, Visiting
from tests.assistant.doors.page.site import Site
from tests.assistant.doors.page.speaker import Speaker

LIT = "The lamp on the pier was lit by Ines in 1911."
PAINTED = "The lamp was painted red by Bruno in 1950."
SOLD = "The lamp was sold to a museum in 1999."
WHO_LIT, WHO_PAINTED, WHO_SOLD = "Who lit the lamp on the pier?", "Who painted the lamp?", "When was the lamp sold?"
SHOWS = "words => document.querySelector('#article .text')?.textContent.includes(words)"


@pytest.fixture
def lamp(town: Site, speaker: Speaker) -> Iterator[Site]:
    """The town, where the model knows of a lamp; what a test adds to the library is gone after it."""
    before = {entry.id for entry in town.catalog.entries()}
    speaker.script[WHO_LIT] = ["Ines lit it in 1911. [@Ines]"]
    speaker.script[WHO_PAINTED] = ["Bruno painted it in 1950. [@Bruno]"]
    speaker.script[WHO_SOLD] = ["It was sold in 1999. [@museum]"]
    yield town
    for entry in town.catalog.entries():
        if entry.id not in before:
            town.catalog.remove(entry.id)


def file(*sentences: str) -> dict[str, object]:
    text = "\n\n".join(["# The Lamp", *sentences])
    return {"name": "lamp.md", "mimeType": "text/markdown", "buffer": text.encode()}


def upload(page: Page, *sentences: str) -> None:
    """Add the article in the library of the page, and wait until it is shown."""
    page.click("#open-library")
    page.set_input_files("#file", file(*sentences))
    page.wait_for_function(SHOWS, arg=sentences[-1])
    page.wait_for_selector("#articles >> text=The Lamp")
    page.keyboard.press("Escape")


def follow(seen: Visit, turn: int) -> tuple[str, str]:
    """The text that the first citation of a turn marks, and the note below the article."""
    page = seen.page
    page.locator(".turn").nth(turn).locator(".cite").first.click()
    page.wait_for_function("() => document.querySelector('mark') || !document.getElementById('place').hidden")
    return seen.marked(), page.inner_text("#place-note") if page.locator("#place").is_visible() else ""


def test_citations_mark_their_own_words_after_the_article_was_replaced(lamp: Site, visit: Visiting) -> None:
    seen = visit(lamp)
    page = seen.page
    moved = "The article has changed since; this is where the sentence stands now."
    upload(page, LIT, "It shines at night.")
    seen.ask(WHO_LIT)
    assert follow(seen, 0) == (LIT, "")
    upload(page, "👩‍👩‍👧 It is old, and it was never moved.", LIT, PAINTED)
    seen.ask(WHO_PAINTED)
    assert follow(seen, 1) == (PAINTED, "")
    assert follow(seen, 0) == (LIT, moved)
    assert page.url.endswith(page.locator(".cite").first.get_attribute("href"))
    elsewhere = page.request.post(f"{lamp.url}/v1/articles", multipart={"file": file("A lamp.", PAINTED, SOLD)})
    assert elsewhere.json()["change"] == "replaced"
    seen.ask(WHO_SOLD)
    assert follow(seen, 2) == (SOLD, "")
    assert follow(seen, 1) == (PAINTED, moved)
    gone = f"The article has changed since; this passage is no longer in it. It read: “{LIT}”"
    assert follow(seen, 0) == ("", gone)
    assert page.locator(".cite.stale").count() == 1
    page.reload()
    page.wait_for_selector("#place:not([hidden])")
    assert (seen.marked(), page.inner_text("#place-note")) == ("", gone)


def test_a_reload_marks_the_words_that_were_marked_though_the_article_was_replaced(lamp: Site, visit: Visiting) -> None:
    seen = visit(lamp)
    page = seen.page
    upload(page, LIT)
    seen.ask(WHO_LIT)
    assert follow(seen, 0) == (LIT, "")
    page.request.post(f"{lamp.url}/v1/articles", multipart={"file": file("It stands on the pier.", LIT)})
    page.reload()
    page.wait_for_selector("#article mark")
    assert seen.marked() == LIT
    assert page.inner_text("#place-note").endswith("where the sentence stands now.")


@pytest.mark.parametrize("where", ["in the page", "elsewhere"])
def test_a_conversation_goes_on_after_its_article_was_removed(lamp: Site, visit: Visiting, where: str) -> None:
    seen = visit(lamp)
    seen.forgiven = REFUSED  # suggestions may still be on their way when the article goes
    page = seen.page
    upload(page, LIT)
    page.click("#open-library")
    page.get_by_role("checkbox", name="Ask The Old Bridge").uncheck()
    page.get_by_role("checkbox", name="Ask The Market").uncheck()
    page.keyboard.press("Escape")
    seen.ask(WHO_LIT)
    talk = page.evaluate("sessionStorage.getItem('conversation')")
    assert lamp.conversations.get(talk, "").articles == ("the-lamp",)
    if where == "in the page":
        page.click("#open-library")
        page.get_by_role("button", name="Remove The Lamp").click()
        page.get_by_role("button", name="Yes").click()
        page.wait_for_function("() => document.querySelectorAll('#articles li').length === 2")
        page.keyboard.press("Escape")
    else:
        lamp.catalog.remove("the-lamp")
        page.reload()
        page.wait_for_selector(".turn .cite")
    assert lamp.conversations.get(talk, "").articles == ()
    seen.ask(WHO)
    assert "Clara Voss" in seen.last()


def test_a_conversation_keeps_an_article_that_was_added_since_the_page_was_opened(lamp: Site, visit: Visiting) -> None:
    seen = visit(lamp)
    lamp.add(Article.of([Piece("paragraph", LIT)], title="The Lamp"))
    talk = lamp.conversations.start("", articles=["the-lamp"]).id
    lamp.conversations.change(talk, "", title="Of the lamp")
    seen.page.click("#open-talks")
    seen.page.click("#talk-list >> text=Of the lamp")
    seen.page.wait_for_function("() => document.getElementById('question').placeholder.includes('The Lamp')")
    assert lamp.conversations.get(talk, "").articles == ("the-lamp",)


def held(page: Page, talk: str) -> list[Route]:
    """The replies that are held back from now on when the page asks for this conversation."""
    routes: list[Route] = []
    page.route(f"**/v1/conversations/{talk}", lambda route: routes.append(route))
    return routes


def let_go(page: Page, routes: list[Route]) -> None:
    for route in routes:
        with page.expect_response(route.request.url):
            route.continue_()
    page.evaluate("new Promise(resume => setTimeout(resume, 100))")


def two_talks(town: Site, visit: Visiting) -> tuple[Visit, dict[str, str]]:
    """A visit, and the ids of two conversations, each under its only question."""
    for talk in town.conversations.all(""):
        town.conversations.delete(talk.id, "")
    seen = visit(town).ask(WHO)
    seen.page.click("#new-talk")
    seen.ask(STORM).page.click("#new-talk")
    return seen, {talk.title: talk.id for talk in town.conversations.all("")}


def open_talk(page: Page, title: str) -> None:
    page.click("#open-talks")
    page.click(f"#talk-list .grow >> text={title}")


def test_a_conversation_that_comes_late_is_not_mixed_with_a_new_one(town: Site, visit: Visiting) -> None:
    seen, talks = two_talks(town, visit)
    page, routes = seen.page, held(seen.page, talks[WHO])
    open_talk(page, WHO)
    page.click("#new-talk")
    seen.ask(UNKNOWN)
    let_go(page, routes)
    assert page.locator(".question").all_inner_texts() == [UNKNOWN]
    assert page.evaluate("sessionStorage.getItem('conversation')") not in talks.values()


def test_of_two_conversations_the_one_opened_last_is_shown(town: Site, visit: Visiting) -> None:
    seen, talks = two_talks(town, visit)
    page, routes = seen.page, held(seen.page, talks[WHO])
    open_talk(page, WHO)
    open_talk(page, STORM)
    page.wait_for_selector(".turn .cite")
    let_go(page, routes)
    assert page.locator(".question").all_inner_texts() == [STORM]
    assert page.evaluate("sessionStorage.getItem('conversation')") == talks[STORM]


@pytest.mark.parametrize("begin", ["opened", "reloaded"])
def test_a_question_waits_for_the_conversation_that_is_being_opened(town: Site, visit: Visiting, begin: str) -> None:
    seen, talks = two_talks(town, visit)
    page = seen.page
    open_talk(page, WHO)
    page.wait_for_selector(".turn .cite")
    routes = held(page, talks[WHO])
    page.reload() if begin == "reloaded" else open_talk(page, WHO)
    page.wait_for_selector("#article .text")
    page.wait_for_function("() => !document.querySelector('.turn')")
    seen.begin(UNKNOWN)
    let_go(page, routes)
    page.wait_for_function("() => document.querySelectorAll('.turn .after .tool').length === 6")
    assert page.locator(".question").all_inner_texts() == [WHO, UNKNOWN]
    assert [turn.question for turn in town.conversations.get(talks[WHO], "").turns] == [WHO, UNKNOWN]


def test_an_article_that_could_not_be_loaded_is_not_called_removed(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO)
    seen.forgiven = REFUSED
    page = seen.page
    page.select_option("#shown-article", label="The Market")
    page.wait_for_function(SHOWS, arg="cheese")
    page.route("**/v1/articles/*", lambda route: route.abort())
    page.locator(".cite").first.click()
    page.wait_for_selector("#place:not([hidden])")
    quote = "👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903."
    assert page.inner_text("#place-note") == f"The article could not be loaded. Try again. It read: “{quote}”"
    page.unroute("**/v1/articles/*")
    page.locator("#article").get_by_role("button", name="Try again").click()
    page.wait_for_selector("#article mark")
    assert seen.marked() == quote
    assert page.locator("#place").is_hidden()
