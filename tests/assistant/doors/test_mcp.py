"""MCP, used by the real client in both generations of the protocol."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from assistant.answer import Answer
from assistant.ask import Assistant
from tests.assistant.doors.serving import QUESTION, Web, served

PROGRAM = Path(sys.executable).with_name("article-assistant")


@pytest.fixture(scope="module")
def web(town: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with served(town, tmp_path_factory.mktemp("mcp")) as made:
        yield made


def text(result: Any) -> str:
    return str(result.content[0].text)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28", "auto"])
def test_search_fetch_ask_and_resources_over_http(web: Web, mode: str) -> None:
    async def use() -> None:
        async with Client(f"{web.url}/mcp", mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == ["search", "fetch", "ask"]
            assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
            [first, *_] = json.loads(text(await client.call_tool("search", {"query": QUESTION})))["results"]
            fetched = json.loads(text(await client.call_tool("fetch", {"id": first["id"]})))
            assert (fetched["id"], fetched["url"]) == (first["id"], first["url"])
            assert first["url"].startswith(f"{web.url}/#a=the-old-bridge&c=")
            whole = json.loads(text(await client.call_tool("fetch", {"id": "the-old-bridge"})))
            place = fetched["metadata"]
            assert whole["text"][place["start"] : place["end"]] == fetched["text"]
            asked = await client.call_tool("ask", {"question": QUESTION})
            answer = Answer.from_json(asked.structured_content or {})
            assert [whole["text"][c.start : c.end] for c in answer.citations] == [c.quote for c in answer.citations]
            assert "[^1]" in text(asked)
            listed = [str(resource.uri) for resource in (await client.list_resources()).resources]
            assert listed == ["article://the-old-bridge", "article://the-market"]
            read: Any = (await client.read_resource(listed[0])).contents[0]
            assert read.text == whole["text"]

    asyncio.run(use())


def test_what_is_wrong_is_told_in_words(web: Web) -> None:
    async def use() -> None:
        async with Client(f"{web.url}/mcp") as client:
            for tool, given, words in (
                ("fetch", {"id": "nope"}, "no such article"),
                ("fetch", {"id": "the-old-bridge#0-1"}, "no such article"),
                ("ask", {"question": "?!"}, "The question is empty"),
                ("ask", {"question": "why?", "articles": ["nope"]}, "no such article"),
            ):
                result = await client.call_tool(tool, given)
                assert result.is_error
                assert words in text(result)
            with pytest.raises(MCPError, match="no such article"):
                await client.read_resource("article://nope")

    asyncio.run(use())


def test_a_key_sees_its_own_articles_and_nobody_comes_in_without(web: Web, town: Assistant, tmp_path: Path) -> None:
    async def use(headers: dict[str, str]) -> list[str]:
        async with (
            httpx.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{keyed.url}/mcp", http_client=http)) as client,
        ):
            return [resource.name for resource in (await client.list_resources()).resources]

    with served(town, tmp_path, keyed=True) as keyed:
        assert keyed.http.post("/mcp", json={}).status_code == 401
        assert asyncio.run(use(keyed.key("anna"))) == ["the-old-bridge", "the-market"]
    assert web.http.post("/mcp", json={}, headers={"Host": "rebound.example"}).status_code == 421
    assert web.http.post("/mcp", json={}, headers={"Origin": "http://evil.example"}).status_code == 403


@pytest.mark.skipif(not PROGRAM.exists(), reason="the project is not installed: pip install -e '.[test]'")
def test_the_same_over_standard_input_and_output(tmp_path: Path) -> None:
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(tmp_path)}

    async def use() -> None:
        started = StdioServerParameters(command=str(PROGRAM), args=["mcp"], env=environment)
        async with Client(started) as client:
            asked = await client.call_tool("ask", {"question": "Why is Moscow ready to tolerate Baku's actions?"})
            assert Answer.from_json(asked.structured_content or {}).found
            [resource] = (await client.list_resources()).resources
            [first, *_] = json.loads(text(await client.call_tool("search", {"query": "route"})))["results"]
            assert first["url"] == str(resource.uri)

    asyncio.run(use())
