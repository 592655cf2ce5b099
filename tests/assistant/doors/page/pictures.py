"""Takes the README's pictures of the page: python -m tests.assistant.doors.page.pictures [FOLDER]"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from index.embedder import Embedder
from tests.assistant.doors.page.conftest import CHROMIUM, FLAGS
from tests.assistant.doors.page.site import Site, running
from tests.assistant.doors.page.speaker import Speaker

FONTS = {"--serif": "'Charis SIL', Charter, serif", "--sans": "Inter, system-ui, sans-serif"}  # where they are there
FOLDER = Path(__file__).parents[3] / "screenshots"
TOLERATE = "Why does Moscow put up with Baku?"
SCRIPT = {
    TOLERATE: [
        "Evstratov gives several reasons why Moscow is willing to tolerate what Baku does: [@several reasons]\n\n",
        "- The first reason is the North-South route, for which Russia needs Azerbaijan. [@The first reason is]\n",
        "- Russia wants the blocked transport routes of the South Caucasus opened. [@The second reason is]\n",
        "- Russia wants its goods re-exported by way of Azerbaijan and Turkey. [@The third reason is]\n\n",
        "Only the first reason is numbered in the original. [@Only the first reason] ",
        "This trade is worth 7 % of Russian exports. [@The third reason is]",
    ]
}


def opened(browser: Browser, site: Site, *, dark: bool = False, phone: bool = False) -> Page:
    context = browser.new_context(
        viewport={"width": 390, "height": 760} if phone else {"width": 1280, "height": 800},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        has_touch=phone,
        is_mobile=phone,
    )
    page = context.new_page()
    page.goto(site.url)
    for name, fonts in FONTS.items():
        page.evaluate("([name, fonts]) => document.documentElement.style.setProperty(name, fonts)", [name, fonts])
    page.wait_for_selector("#article .text", state="attached")
    page.wait_for_selector(".suggestion")
    return page


def ask(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn:last-child .after .tool")
    page.wait_for_timeout(200)


def take(page: Page, path: Path) -> None:
    """A picture with 256 colours, so that it is small."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(200)
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    embedder = Embedder()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as data:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        with running(Path(data) / "plain", embedder) as site:
            page = opened(browser, site)
            ask(page, "Why is Moscow willing to tolerate what Baku does?")
            page.click(".cite")
            page.wait_for_selector("mark")
            take(page, folder / "page-light.png")
            page = opened(browser, site, phone=True)
            ask(page, "Who is Anton Evstratov?")
            page.tap(".cite")
            page.wait_for_selector("mark")
            take(page, folder / "page-phone.png")
            page = opened(browser, site)
            ask(page, "How large is the army of Armenia?")
            page.click(".passage")
            page.wait_for_selector("mark")
            take(page, folder / "page-not-found.png")
        with running(
            Path(data) / "written", embedder, Speaker(script=SCRIPT), model="openai:example", doubt_floor=0.0
        ) as site:
            page = opened(browser, site, dark=True)
            ask(page, TOLERATE)
            page.locator(".cite").nth(1).click()
            page.wait_for_selector("mark")
            take(page, folder / "page-dark.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
