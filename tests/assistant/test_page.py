"""The page's files as they are served, the headers that keep it to itself, and the wheel that carries it."""

import gzip
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.page import HEADERS, SecurityHeaders, routes

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assistant" / "doors" / "page"
FILES = sorted(path.name for path in FOLDER.iterdir())


async def own(request: object) -> PlainTextResponse:
    return PlainTextResponse("own", headers={"Referrer-Policy": "same-origin"})


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[*routes(), Route("/own", own)])
    app.add_middleware(SecurityHeaders)
    return TestClient(app)


def test_the_page_is_three_files() -> None:
    assert FILES == ["index.html", "page.css", "page.js"]


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_served_as_it_lies_in_the_package(client: TestClient, name: str) -> None:
    reply = client.get("/" if name == "index.html" else f"/page/{name}")
    assert (reply.status_code, reply.content) == (200, (FOLDER / name).read_bytes())
    kind = {"html": "text/html", "css": "text/css", "js": "text/javascript"}[name.rpartition(".")[2]]
    assert reply.headers["content-type"] == f"{kind}; charset=utf-8"
    assert reply.headers["content-encoding"] == "gzip"
    plain = client.get(reply.url.path, headers={"Accept-Encoding": "identity"})
    assert (plain.content, plain.headers.get("content-encoding")) == (reply.content, None)


def test_a_file_that_the_browser_holds_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/", headers={"If-None-Match": 'W/"old"'}).status_code == 200


@pytest.mark.parametrize("path", ["/page/", "/page/none.js", "/page/..%2f..%2fpage.py", "/page/%2e%2e/__init__.py"])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/none.js", "/none"])
def test_every_reply_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_a_reply_keeps_a_header_of_its_own(client: TestClient) -> None:
    assert client.get("/own").headers.get_list("Referrer-Policy") == ["same-origin"]


def test_the_page_names_no_other_place_and_has_no_script_or_style_of_its_own() -> None:
    text = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=", text) == []
    links = re.findall(r"""(?:src|href|url\()=?["']?((?:https?:)?//[^"')\s]+)""", text)
    assert links == []
    assert "url(" not in (FOLDER / "page.css").read_text(encoding="utf-8")


def test_it_is_light() -> None:
    assert sum(len(gzip.compress((FOLDER / name).read_bytes())) for name in FILES) < 40_000


def test_the_wheel_carries_the_page_as_it_is_tested(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--retries",
        "0",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if "hatchling" in built.stderr:
        pytest.skip("hatchling cannot be had here, without which no wheel is built")
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        for name in FILES:
            assert wheel.read(f"assistant/doors/page/{name}") == (FOLDER / name).read_bytes()
