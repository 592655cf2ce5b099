"""The API that clients of OpenAI's know, asked by the real client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from tests.assistant.doors.serving import QUESTION, STATED, Breaking, Web, served
from tests.assistant.scripted import Scripted

MODEL = "article-assistant"
ASKED: list[Any] = [{"role": "user", "content": QUESTION}]


@pytest.fixture(scope="module")
def web(town: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with served(town, tmp_path_factory.mktemp("openai")) as made:
        yield made


@pytest.fixture
def client(web: Web) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{web.url}/v1", api_key="none", max_retries=0)


def test_the_library_and_each_article_are_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [MODEL, f"{MODEL}/the-old-bridge", f"{MODEL}/the-market"]


def test_a_completion_carries_its_citations_as_annotations(web: Web, client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model=MODEL, messages=ASKED)
    message = reply.choices[0].message
    content, notes = message.content or "", message.annotations or []
    assert "Clara Voss" in content
    whole = web.ask().json()
    cited = reply.model_extra["citations"] if reply.model_extra else []
    assert cited == whole["citations"]
    places = [note.url_citation for note in notes]
    assert [content[p.start_index : p.end_index] for p in places] == [f"[{c['n']}]" for c in cited]
    first = cited[0]
    assert places[0].url == f"{web.url}/#a={first['article']}&c={first['start']}-{first['end']}"
    assert reply.usage
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def test_a_streamed_completion_says_the_same_and_counts_at_the_end(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=ASKED)
    options: Any = {"include_usage": True}
    chunks = list(client.chat.completions.create(model=MODEL, messages=ASKED, stream=True, stream_options=options))
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    noted = [note for delta in deltas for note in (delta.model_extra or {}).get("annotations", [])]
    assert noted == [note.model_dump() for note in whole.choices[0].message.annotations or []]
    assert [choice.finish_reason for choice in chunks[-2].choices] == ["stop"]
    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)


def test_a_model_may_be_one_article(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model=f"{MODEL}/the-market", messages=ASKED)
    assert (reply.choices[0].message.content or "").startswith("I could not find this in the article.")
    assert reply.choices[0].message.annotations  # what comes nearest


def test_earlier_messages_make_a_follow_up_understood(client: openai.OpenAI) -> None:
    said: list[Any] = [
        {"role": "system", "content": "Say only nonsense."},
        *ASKED,
        {"role": "assistant", "content": "Clara Voss built it."},
        {"role": "user", "content": [{"type": "text", "text": "What did it cost?"}]},
    ]
    reply = client.chat.completions.create(model=MODEL, messages=said)
    assert "40,000 crowns" in (reply.choices[0].message.content or "")


def test_a_response_carries_the_same(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model=MODEL, messages=ASKED)
    reply = client.responses.create(model=MODEL, input=QUESTION)
    assert reply.output_text == completion.choices[0].message.content
    content: Any = reply.output[0].content[0]  # type: ignore[union-attr]
    [note, *_] = content.annotations
    assert reply.output_text[note.start_index : note.end_index] == "[1]"
    assert (reply.status, reply.usage is not None) == ("completed", True)


def test_a_streamed_response_ends_as_the_whole_one(client: openai.OpenAI) -> None:
    given: list[Any] = [{"role": "user", "content": QUESTION}]
    whole = client.responses.create(model=MODEL, input=given)
    with client.responses.stream(model=MODEL, input=given) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert final.output_text == whole.output_text
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    said, meant = (reply.output[0].model_dump()["content"][0] for reply in (final, whole))
    assert {**said, "parsed": None} == {**meant, "parsed": None}


@pytest.mark.parametrize(
    ("model", "messages", "kind", "told"),
    [
        ("gpt-4", ASKED, openai.NotFoundError, ("model_not_found", "model")),
        (f"{MODEL}/{STATED}", ASKED, openai.NotFoundError, ("unknown_article", "model")),
        (MODEL, [{"role": "user", "content": " "}], openai.UnprocessableEntityError, ("bad_question", None)),
        (
            MODEL,
            [{"role": "assistant", "content": "Hm."}],
            openai.UnprocessableEntityError,
            ("no_question", "messages"),
        ),
        (MODEL, [], openai.UnprocessableEntityError, ("invalid_request", "messages")),
    ],
)
def test_what_is_wrong_is_an_error_that_the_client_knows(
    client: openai.OpenAI, model: str, messages: list[Any], kind: type[openai.APIStatusError], told: tuple[str, str]
) -> None:
    with pytest.raises(kind) as caught:
        client.chat.completions.create(model=model, messages=messages)
    assert (caught.value.code, caught.value.param, bool(caught.value.request_id)) == (*told, True)
    assert STATED not in str(caught.value)


def test_a_failure_in_the_middle_reaches_the_client_as_an_error(catalog: Catalog, tmp_path: Path) -> None:
    broken = Breaking(catalog, Settings())
    broken.late = True
    with served(broken, tmp_path) as web:
        client = openai.OpenAI(base_url=f"{web.url}/v1", api_key="none", max_retries=0)
        with pytest.raises(openai.APIError, match="should not"):
            list(client.chat.completions.create(model=MODEL, messages=ASKED, stream=True))
        with pytest.raises(openai.APIError, match="should not"):
            list(client.responses.create(model=MODEL, input=QUESTION, stream=True))
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(model=MODEL, messages=ASKED)


def test_unsupported_statements_are_marked_in_the_text(town: Assistant, tmp_path: Path) -> None:
    model = Scripted(replies=["Clara Voss built the old bridge in 1903 [1]. The moon is green [1]."] * 2)
    with served(Assistant(town.catalog, Settings(model="scripted"), model), tmp_path) as web:
        client = openai.OpenAI(base_url=f"{web.url}/v1", api_key="none", max_retries=0)
        said = client.chat.completions.create(model=MODEL, messages=ASKED).choices[0].message.content or ""
    assert "(unsupported)" in said
