"""What is told at the start about a model that does not answer, by the real OpenAI client and a small server."""

import time
from threading import Event
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from assistant.ask import Assistant
from assistant.errors import BadSettings, ModelError
from assistant.listen import reply
from assistant.probe import probe
from assistant.settings import Settings
from tests.assistant.scripted import Scripted
from tests.assistant.test_model import Server, model, server  # noqa: F401 (fixtures)

SETTINGS = Settings(model="openai:any")


def test_a_model_that_answers_needs_no_words(server: Server, model: BaseChatModel) -> None:  # noqa: F811
    server.text = "Yes."
    assert probe(model, SETTINGS) == ""


@pytest.mark.parametrize(
    ("status", "says"), [(401, "refused the key"), (403, "refused the key"), (404, "not know this")]
)
def test_a_wrong_key_or_an_unknown_model_is_told_by_name_with_the_cure(
    server: Server,  # noqa: F811
    model: BaseChatModel,  # noqa: F811
    town: Assistant,
    status: int,
    says: str,
) -> None:
    server.status = status
    with pytest.raises(
        BadSettings, match=rf"openai:any cannot be used: .*{says}.*OPENAI_API_KEY.*ASSISTANT_MODEL=none"
    ):
        Assistant(town.catalog, SETTINGS, model).ready()


def test_a_server_that_is_gone_is_a_warning_and_the_articles_answer(
    server: Server,  # noqa: F811
    model: BaseChatModel,  # noqa: F811
    town: Assistant,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.shutdown()
    server.server_close()
    assistant = Assistant(town.catalog, SETTINGS, model)
    assert assistant.ready().startswith("openai:any does not answer now: it could not be reached")
    assert "openai:any does not answer now" in caplog.text
    assert "Clara Voss" in assistant.ask("Who built the old bridge?").claims[0].text


def test_a_silent_model_is_a_warning_in_time(town: Assistant) -> None:
    class Silent(Scripted):
        def _stream(self, *given: Any, **more: Any) -> Any:
            time.sleep(3)
            yield from ()

    settings = Settings(model="openai:any", model_timeout_s=0.3)
    began = time.monotonic()
    assert "in time" in Assistant(town.catalog, settings, Silent(replies=[])).ready()
    assert time.monotonic() - began < 2


# --- trying again where a client does not -----------------------------------------------------------------------------


class Unretried(Scripted):
    @property
    def _llm_type(self) -> str:
        return "chat-ollama"


class Unavailable(Exception):
    status_code = 503


def said(*replies: Any) -> str:
    return reply(Unretried(replies=list(replies), prompts=[]), "Hello?", 10.0, Event())


def test_a_client_that_does_not_try_again_is_asked_again_before_the_first_word() -> None:
    began = time.monotonic()
    assert said(Unavailable(), ConnectionError(), "Hello.") == "Hello."
    assert 1.4 < time.monotonic() - began < 4


@pytest.mark.parametrize(
    "replies",
    [
        (Unavailable(), Unavailable(), Unavailable(), "Too late."),
        (("Hel", ConnectionError()), "Not after the first word."),
        (ValueError("no"), "Not what does not pass."),
    ],
)
def test_it_is_not_asked_for_ever_nor_once_it_has_begun(replies: tuple[Any, ...]) -> None:
    with pytest.raises(ModelError):
        said(*replies)
