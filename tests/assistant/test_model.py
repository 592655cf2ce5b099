"""The real OpenAI client against a small server that speaks its protocol, and settings that name no usable model."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from assistant.assemble import assistant
from assistant.claims import Checker, Shown
from assistant.drafts import drafts
from assistant.errors import BadSettings, ModelError
from assistant.model import chat_model
from assistant.settings import Settings
from assistant.write import Writer
from tests.assistant.test_claims import CASES, FLOOR, kept, share


class Server(ThreadingHTTPServer):
    """Answers with `text`, streamed in small pieces, or with `status`; a repair is answered with nothing."""

    text, status, cut, reason, page = "", 200, False, "stop", b""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "text/event-stream" if self.server.status == 200 else "application/json")
        self.end_headers()
        if self.server.status != 200:
            self.wfile.write(b'{"error": {"message": "no", "type": "invalid", "code": null}}')
            return
        if self.server.page:
            self.wfile.write(self.server.page)
            return
        text = self.server.text if len(asked["messages"]) == 1 else " "
        for start in range(0, len(text), 5):
            self._send({"content": text[start : start + 5]}, None)
        if not self.server.cut:
            self._send({}, self.server.reason)
            self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, delta: dict[str, str], reason: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def model(server: Server, monkeypatch: pytest.MonkeyPatch) -> BaseChatModel:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    address = f"http://127.0.0.1:{server.server_port}/v1"
    made = chat_model(Settings(model="openai:any", model_base_url=address, model_timeout_s=5))
    assert made is not None
    return made


def test_the_whole_table_comes_out_the_same_through_the_real_client(server: Server, model: BaseChatModel) -> None:
    told = 0
    for case in CASES:
        home = kept(case["sentences"], case.get("title", ""), case.get("language", "en"))
        shown = [Shown(n + 1, home, n) for n in range(len(home.article.sentences))]
        checker = Checker(shown, share, FLOOR)
        states = [checker.check(draft).state for draft in drafts([case["text"]])]
        server.text = case["text"]
        if not case["text"].strip():
            continue
        written = list(Writer(model, None, 5.0, share, FLOOR).write("What?", shown))
        expected = states if set(states) - {"unsupported"} else []
        assert [checked.state for checked in written] == expected, case["text"]
        told += 1
    assert told >= 300


@pytest.mark.parametrize(
    ("status", "says"), [(401, "refused the key"), (404, "does not know this model"), (400, "status 400")]
)
def test_a_refusal_is_told_in_words(server: Server, model: BaseChatModel, status: int, says: str) -> None:
    server.status = status
    home = kept(["The mill burned."])
    with pytest.raises(ModelError, match=says):
        list(Writer(model, None, 5.0, share, FLOOR).write("What?", [Shown(1, home, 0)]))


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_reply_that_was_broken_off_shows_no_half_statement(server: Server, model: BaseChatModel, reason: str) -> None:
    server.text, server.reason = "The mill burned. [1] It lay open until", reason
    written = Writer(model, None, 5.0, share, FLOOR).write("What?", [Shown(1, kept(["The mill burned."]), 0)])
    assert next(written).state == "quoted"
    with pytest.raises(ModelError, match=rf"broke off what it wrote \({reason}\)"):
        next(written)


def test_a_page_is_no_reply(server: Server, model: BaseChatModel) -> None:
    server.page = b"<!doctype html><title>Welcome</title><p>It works!"
    with pytest.raises(ModelError, match="no reply of a chat model; is its address right"):
        list(Writer(model, None, 5.0, share, FLOOR).write("What?", [Shown(1, kept(["The mill burned."]), 0)]))


def test_a_server_that_is_gone_could_not_be_reached(server: Server, model: BaseChatModel) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(ModelError, match="could not be reached"):
        list(Writer(model, None, 5.0, share, FLOOR).write("What?", [Shown(1, kept(["The mill burned."]), 0)]))


@pytest.mark.parametrize("name", ["gpt-4", "openai:", "nobody:model", ""])
def test_a_model_that_names_no_provider_is_an_error(name: str) -> None:
    with pytest.raises(BadSettings, match="PROVIDER:NAME"):
        chat_model(Settings(model=name))


def test_a_provider_that_is_not_installed_is_named_with_the_command() -> None:
    with pytest.raises(BadSettings, match=r"pip install 'article-assistant\[ollama\]'"):
        chat_model(Settings(model="ollama:any"))


def test_a_missing_key_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(BadSettings, match="openai:any cannot be used"):
        chat_model(Settings(model="openai:any"))


@pytest.mark.parametrize("folder", ["nowhere", "bad"])
def test_prompts_that_cannot_be_used_are_told_before_anything_is_opened(tmp_path: Path, folder: str) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "answer.md").write_text("Answer!", encoding="utf-8")
    with pytest.raises(BadSettings, match="prompts|answer.md"):
        assistant(Settings(data_dir=tmp_path / "data", prompts_dir=tmp_path / folder))
    assert not (tmp_path / "data").exists()


def test_none_is_no_model() -> None:
    assert chat_model(Settings()) is None
