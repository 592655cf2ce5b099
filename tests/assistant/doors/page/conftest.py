"""One Chromium and one application for all tests of the page; every visit is a browser profile of its own."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from index.article import Article, Piece
from index.embedder import Embedder
from tests.assistant.doors.page.site import Site, running
from tests.assistant.doors.page.speaker import Speaker

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
SIZES = {"desktop": (1280, 800), "tablet": (768, 900), "phone": (390, 844), "small": (320, 640)}

REFUSED = ("Failed to load resource",)  # what Chromium itself logs when a server is gone or refuses

WHO = "Who built the old bridge?"
STORM = "What happened in 1954?"
EVERYTHING = "What is known about the bridge?"
SLOW = "How was the bridge paid for?"
FAILING = "What did the bridge cost?"
UNKNOWN = "What is the population of Lisbon?"
SCRIPT: dict[str, list[Any]] = {
    WHO: [
        "The old bridge over the Elm was built by Clara Voss in 1903. [@Clara Voss] ",
        "It cost 40,000 crowns. [@40,000]",
    ],
    STORM: ["A storm tore away two of its arches in 1954. The town council paid for new ones. [@tore away][@paid for]"],
    EVERYTHING: [
        "## The bridge\n\n",
        "Clara Voss built the **old bridge** in 1903. [@Clara Voss] ",
        "It cost 50,000 crowns. [@40,000]\n\n",
        "- A storm tore away two of its arches in 1954. [@tore away]\n",
        "- The town council paid for new ones. [@paid for]\n",
    ],
    SLOW: ["The town council paid for new ones. [@paid for] It cost", 3.0, " 40,000 crowns. [@40,000]"],
    FAILING: [RuntimeError("secret words")],
}
BRIDGE = [
    Piece("heading", "The Old Bridge", level=1),
    Piece("paragraph", "👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903. 😀 It cost 40,000 crowns."),
    Piece("heading", "Damage", level=2),
    Piece("paragraph", "🌊🌊 In those years there was much rain. A storm tore away two of its arches in 1954."),
    Piece("paragraph", "The town council paid for new ones. Since then it has stood. 𝔐any cross it."),
    Piece("list item", "The first arch is of stone."),
    Piece("list item", "The second arch is of brick."),
    Piece("table row", "Arch | Metres"),
    Piece("quote", "It is a fine bridge, said the mayor."),
    Piece("code", "arch = 2\n    metres = 12"),
    Piece("paragraph", "Photograph by nobody", aside=True),
]
MARKET = [
    Piece("heading", "The Market", level=1),
    Piece("paragraph", "The weekly market sells cheese, wool and honey. It opens on Thursdays at six."),
]


def bridge() -> Article:
    return Article.of(BRIDGE, title="The Old Bridge", source="bridge.md")


def market() -> Article:
    return Article.of(MARKET, title="The Market", source="market.md", url="https://example.org/market")


class Visit:
    """A page that was opened, with all it asked for and all its console said."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site = page, site
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.forgiven: tuple[str, ...] = ()  # beginnings of complaints that a test causes on purpose
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _said(self, said: ConsoleMessage) -> None:
        gone = "/v1/suggestions" in said.location["url"]  # still on its way when a test took its article away
        if said.type in ("error", "warning") and not gone:
            self.complaints.append(said.text)

    def open(self, fragment: str = "") -> "Visit":
        self.page.goto(self.site.url + "/" + fragment)
        self.page.wait_for_selector("#article .text", state="attached")
        return self

    def ask(self, question: str) -> "Visit":
        """Ask, and wait until the answer is there whole."""
        before = self.page.locator(".turn").count()
        self.begin(question)
        self.page.wait_for_function(
            "n => document.querySelectorAll('.turn').length > n && document.querySelector('.turn:last-child .after *')"
            " && document.getElementById('stop').hidden",
            arg=before,
        )
        return self

    def begin(self, question: str) -> None:
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")

    def ended(self) -> None:
        self.page.wait_for_function("() => document.getElementById('stop').hidden")

    def last(self) -> str:
        """What is to be read in the last turn."""
        return str(self.page.locator(".turn").last.inner_text())

    def marked(self) -> str:
        """The text in all marks of the article, joined as the article joins its blocks."""
        return "\n\n".join(self.page.locator("#article mark").all_text_contents())

    def check(self) -> None:
        """Only this host was asked, and the console said nothing."""
        elsewhere = [url for url in self.requests if not url.startswith((self.site.url, "data:"))]
        complaints = [said for said in self.complaints if not self.forgiven or not said.startswith(self.forgiven)]
        assert (elsewhere, complaints) == ([], [])


Visiting = Callable[..., Visit]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not os.path.exists(CHROMIUM):
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def speaker() -> Speaker:
    return Speaker(script=SCRIPT)


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder, speaker: Speaker) -> Iterator[Site]:
    """Two articles, one with emoji before every sentence; a model that answers from a script."""
    folder = tmp_path_factory.mktemp("page")
    many = {"most_streams": 200, "streams_per_key": 200, "requests_per_minute": 10_000}
    with running(folder, embedder, speaker, model="openai:speaker", doubt_floor=0.0, **many) as site:
        site.add(bridge())
        site.add(market())
        yield site


@pytest.fixture(scope="package")
def fresh(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Site]:
    """As it is after the install: the article that comes with it, no model, no key."""
    with running(tmp_path_factory.mktemp("fresh"), embedder) as site:
        yield site


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visiting]:
    """Opens the page of a site: `visit(site, "phone", dark=True)`. What went wrong on it fails the test."""
    visits: list[Visit] = []

    def opened(site: Site, size: str = "desktop", *, dark: bool = False, at: str = "", **options: Any) -> Visit:
        width, height = SIZES[size]
        phone = {"has_touch": True, "is_mobile": True} if size in ("phone", "small") else {}
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **{**phone, **options},
        )
        context.set_default_timeout(15_000)
        made = Visit(context.new_page(), site)
        visits.append(made)
        return made.open(at) if at is not None else made

    yield opened
    for one in visits:
        one.page.context.close()
        one.site.wire.mend()
    for one in visits:
        one.check()
