"""Asking: claims as they come with their states, and every way in which an answer can end."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from playwright.sync_api import Route

from tests.assistant.doors.page.conftest import EVERYTHING, FAILING, REFUSED, SLOW, UNKNOWN, WHO, Visiting
from tests.assistant.doors.page.site import Site
from tests.assistant.doors.page.speaker import Speaker


def test_every_suggested_question_is_answered(fresh: Site, visit: Visiting) -> None:
    page = (seen := visit(fresh)).page
    page.wait_for_selector(".suggestion")
    questions = page.locator(".suggestion").all_inner_texts()
    assert len(questions) == 4
    for n, question in enumerate(questions, 1):
        page.get_by_role("button", name=question).click()
        page.wait_for_function("n => document.querySelectorAll('.turn .answer .cite').length >= n", arg=n)
        seen.ended()
    assert page.locator(".nowhere").count() == 0
    assert page.locator("#suggestions").is_hidden()


def test_the_states_of_claims_can_be_told_apart_without_colour(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(EVERYTHING)
    page = seen.page
    marks = page.locator(".answer .cite").evaluate_all(
        "all => all.map(one => getComputedStyle(one, '::before').content)"
    )
    assert set(marks) == {'"“"', '"≈"'}
    assert page.locator(".unfound").all_inner_texts() == ["not found in the article"]
    assert "wavy" in page.locator(".claim.unsupported").first.evaluate("one => getComputedStyle(one).textDecoration")
    assert page.inner_text(".legend").split("\n") == ["“1word for word", "≈1in other words, checked against the source"]
    assert "Written by openai:speaker" in seen.last()


def test_not_found_has_its_own_words_and_passages_to_open(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(UNKNOWN)
    page = seen.page
    words = page.inner_text(".nowhere > p").split("\n")
    assert words == ["I could not find this in the 2 articles.", "I read all 15 sentences; the nearest are:"]
    assert page.locator(".near .passage").count() == 3
    assert page.locator(".turn .note").count() == 0
    quote = page.locator(".near .passage span").first.inner_text()
    page.locator(".near .passage").first.click()
    page.wait_for_selector("#article mark")
    assert quote == f"“{' '.join(seen.marked().split())}”"


def test_reading_is_said_at_once_and_claims_appear_before_the_answer_ends(town: Site, visit: Visiting) -> None:
    page = (seen := visit(town)).page
    page.fill("#question", SLOW)
    took = page.evaluate(
        """async () => { const began = performance.now(); document.getElementById('send').click();
        while (!document.querySelector('.waiting')) await new Promise(resume => setTimeout(resume));
        return performance.now() - began }"""
    )
    assert took < 100
    assert page.inner_text(".waiting") == "Reading the articles"
    assert page.inner_text("#live") in ("", "Answering…")
    page.wait_for_selector(".answer .cite")
    assert page.inner_text(".waiting") == "Checking the next sentence"
    assert "40,000" not in page.inner_text(".answer")
    seen.ended()
    assert "40,000" in page.inner_text(".answer")
    assert page.locator(".waiting").count() == 0


def test_stop_takes_the_place_of_send_and_ends_the_servers_work_within_a_second(
    town: Site, visit: Visiting, speaker: Speaker
) -> None:
    page = (seen := visit(town)).page
    seen.forgiven = REFUSED  # the turn may still be closing when it is asked again: 409, then another try
    service = town.app.state.service
    seen.begin(SLOW)
    page.wait_for_selector(".answer .cite")
    assert page.locator("#send").is_hidden()
    heard = len(speaker.heard)
    page.click("#stop")
    end = time.monotonic() + 1
    while service.slots.taken and time.monotonic() < end:
        time.sleep(0.01)
    assert service.slots.taken == 0
    assert len(speaker.heard) == heard
    page.wait_for_selector(".turn .note")
    assert "You stopped this answer." in seen.last()
    assert "The town council paid for new ones." in seen.last()  # what had come stays
    page.get_by_role("button", name="Ask it again").click()
    page.wait_for_selector(".turn .after .tool")
    assert page.locator(".turn").count() == 1


def test_a_model_that_fails_is_told_and_the_articles_words_answer(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(FAILING)
    assert "The chat model could not be used: it failed (RuntimeError)." in seen.last()
    assert "What you see are the article’s own sentences instead." in seen.last()
    assert "It cost 40,000 crowns." in seen.last()
    assert "secret words" not in seen.page.content()


def test_a_connection_cut_keeps_what_had_come_and_a_restart_loses_nothing(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO)
    seen.forgiven = REFUSED
    page = seen.page
    seen.begin(SLOW)
    page.wait_for_selector(".turn:last-child .cite")
    town.wire.cut()
    page.wait_for_selector(".turn:last-child .note")
    assert "The connection to the server was lost. This is what had come." in seen.last()
    assert "The town council paid for new ones." in seen.last()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_function("() => document.querySelector('.turn:last-child .note')?.textContent.includes('lost.Try')")
    town.restart()
    assert page.locator(".turn").count() == 2
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(".turn:last-child .after .tool", timeout=20_000)
    assert page.locator(".turn").count() == 2
    page.locator(".cite").first.click()
    page.wait_for_selector("#article mark")
    talk = page.evaluate("sessionStorage.getItem('conversation')")
    kept = town.conversations.get(talk, "")
    assert [(turn.question, turn.cut) for turn in kept.turns] == [(WHO, False), (SLOW, False)]


def test_an_article_that_cannot_be_loaded_says_so_and_is_tried_again(town: Site, visit: Visiting) -> None:
    seen = visit(town, at=None)
    seen.forgiven = REFUSED
    seen.page.route("**/v1/articles/*", lambda route: route.abort())
    seen.page.goto(town.url)
    seen.page.wait_for_selector("#article .note")
    assert "The article could not be loaded." in seen.page.inner_text("#article")
    seen.page.unroute("**/v1/articles/*")
    seen.page.get_by_role("button", name="Try again").click()
    seen.page.wait_for_selector("#article .text")
    assert seen.page.get_attribute("#article", "aria-busy") == "false"


def test_an_article_that_is_loading_says_so(town: Site, visit: Visiting) -> None:
    seen = visit(town, at=None)
    held: list[Route] = []
    seen.page.route("**/v1/articles/*", lambda route: held.append(route))
    seen.page.goto(town.url)
    seen.page.wait_for_selector("#article .bones")
    assert seen.page.get_attribute("#article", "aria-busy") == "true"
    assert "Loading the article…" in seen.page.inner_text("#article")
    end = time.monotonic() + 5
    while not held and time.monotonic() < end:
        seen.page.wait_for_timeout(20)
    held[0].continue_()
    seen.page.wait_for_selector("#article[aria-busy=false] .text")


def test_enter_sends_shift_enter_breaks_and_a_question_has_an_end(town: Site, visit: Visiting) -> None:
    page = (seen := visit(town)).page
    page.fill("#question", "")
    page.type("#question", "Who built")
    page.press("#question", "Shift+Enter")
    page.type("#question", "the old bridge?")
    assert page.input_value("#question") == "Who built\nthe old bridge?"
    page.evaluate(
        """document.getElementById('question').dispatchEvent(
        new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
    )
    assert page.locator(".turn").count() == 0
    page.press("#question", "Enter")
    assert page.inner_text(".question") == "Who built\nthe old bridge?"
    seen.ended()
    page.evaluate("document.getElementById('question').focus()")
    page.keyboard.insert_text("a" * 2500)
    assert len(page.input_value("#question")) == 2000
    assert page.inner_text("#count") == "0 characters left"


def test_the_thread_follows_its_end_unless_the_reader_scrolled_up(town: Site, visit: Visiting) -> None:
    seen = visit(town).ask(WHO).ask(EVERYTHING).ask(UNKNOWN)
    page = seen.page
    assert page.locator("#newest").is_hidden()
    page.mouse.move(1000, 300)
    page.mouse.wheel(0, -900)
    page.wait_for_selector("#newest:not([hidden])")
    before = page.evaluate("document.getElementById('thread-scroller').scrollTop")
    page.click("#newest")
    page.wait_for_selector("#newest", state="hidden")
    assert page.evaluate("document.getElementById('thread-scroller').scrollTop") > before
    seen.begin(SLOW)
    page.wait_for_selector(".turn:last-child .cite")
    page.mouse.move(1000, 300)
    page.mouse.wheel(0, -900)
    page.wait_for_selector("#newest:not([hidden])")
    top = page.evaluate("document.getElementById('thread-scroller').scrollTop")
    seen.ended()
    assert page.evaluate("document.getElementById('thread-scroller').scrollTop") == top


def test_a_follow_up_shows_what_was_searched_for(fresh: Site, visit: Visiting) -> None:
    seen = visit(fresh).ask("Who is Anton Evstratov?").ask("Where does he live?")
    shown = seen.page.locator(".turn").last.locator(".searched").inner_text()
    assert shown.startswith("Searched for: ")
    assert "Evstratov" in shown


async def last_event(client: httpx.AsyncClient, url: str) -> str:
    """The name of the event that ends an answer."""
    async with client.stream("POST", f"{url}/v1/answers", json={"question": WHO, "stream": True}) as reply:
        lines = [line async for line in reply.aiter_lines()]
    return next(line for line in reversed(lines) if line.startswith("event: ")).removeprefix("event: ")


async def last_events(url: str, count: int) -> list[str]:
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(timeout=120, limits=limits) as client:
        return await asyncio.gather(*(last_event(client, url) for _ in range(count)))


def test_200_answers_at_once_all_come_to_their_end(town: Site) -> None:
    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        assert thread.submit(asyncio.run, last_events(town.url, 200)).result() == ["done"] * 200
