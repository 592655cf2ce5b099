"""Signing in with a key, being signed out meanwhile, and asking too much at once."""

import re
from collections.abc import Iterator

import pytest

from index.embedder import Embedder
from tests.assistant.doors.page.conftest import REFUSED, SCRIPT, SLOW, STORM, WHO, Visit, Visiting, bridge
from tests.assistant.doors.page.site import Site, running
from tests.assistant.doors.page.speaker import Speaker


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Site]:
    """Asks for a key, and answers one question at a time."""
    speaker = Speaker(script=SCRIPT)
    folder = tmp_path_factory.mktemp("strict")
    with running(folder, embedder, speaker, keyed=True, model="openai:x", doubt_floor=0.0, streams_per_key=1) as site:
        site.add(bridge())
        yield site


def test_too_many_questions_say_when_to_try_again(strict: Site, visit: Visiting) -> None:
    first = signed_in(strict, visit)
    second = signed_in(strict, visit)
    second.forgiven = REFUSED
    first.begin(SLOW)
    first.page.wait_for_selector(".answer .cite")
    second.begin(WHO)
    second.page.wait_for_selector(".turn .note")
    assert re.search(r"Too many questions at once\. Try again in \d+ seconds?\.", second.last())
    first.ended()
    second.page.get_by_role("button", name="Try again").click()
    second.page.wait_for_selector(".turn .after .tool")
    assert second.page.locator(".turn").count() == 1


def signed_in(site: Site, visit: Visiting) -> Visit:
    seen: Visit = visit(site, at=None)
    seen.page.goto(site.url)
    seen.page.fill("#key", site.key)
    seen.page.click("#sign-in button")
    seen.page.wait_for_selector("#article .text")
    return seen


def test_signing_in_and_out_leaves_nothing_of_the_key_in_the_page(strict: Site, visit: Visiting) -> None:
    seen = visit(strict, at=None)
    page = seen.page
    seen.forgiven = REFUSED
    page.goto(strict.url)
    page.fill("#key", "aa_wrong")
    page.click("#sign-in button")
    page.wait_for_selector("#sign-in-failed:not([hidden])")
    assert page.inner_text("#sign-in-failed") == "This key is not valid."
    page.fill("#key", strict.key)
    page.press("#key", "Enter")
    page.wait_for_selector("#article .text")
    assert strict.key not in page.evaluate("document.documentElement.outerHTML + JSON.stringify({...localStorage})")
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert strict.key not in cookie["value"]
    page.click("#sign-out")
    page.wait_for_selector("#sign-in[open]")
    assert page.context.cookies() == []


def test_signed_out_meanwhile_keeps_what_is_on_the_screen(strict: Site, visit: Visiting) -> None:
    seen = signed_in(strict, visit)
    seen.forgiven = REFUSED
    seen.ask(WHO)
    seen.page.context.clear_cookies()
    seen.begin(STORM)
    seen.page.wait_for_selector("#sign-in[open]")
    assert "You are signed out. Sign in, then ask again." in seen.last()
    seen.page.fill("#key", strict.key)
    seen.page.press("#key", "Enter")
    seen.page.wait_for_selector("#sign-in:not([open])", state="attached")
    assert seen.page.locator(".turn").count() == 2
    assert "Clara Voss" in seen.page.inner_text("#article")
    seen.page.get_by_role("button", name="Try again").click()
    seen.page.wait_for_function("() => document.querySelectorAll('.turn .after .tool').length === 6")
    assert seen.page.locator(".turn").count() == 2
