"""Many streams at once: python -m tests.faults.streams [--clients 50] [--turns 20] [--quotes] prints figures."""

import argparse
import asyncio
import logging
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from assistant import logs
from assistant.ask import Assistant
from assistant.settings import Settings
from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from tests.assistant.doors.serving import events, served

SAID = (  # all of it is the article and each answer, so that an order can be wrong
    "The old bridge over the Elm was built by Clara Voss in 1903.",
    "It cost 40,000 crowns.",
    "Its arches are of red stone.",
    "A flood took two of them in 1954.",
    "They were rebuilt in concrete.",
)
FIRST_S = 0.2  # that the model takes for its first word


class Reciting(BaseChatModel):
    """Says the article's sentences, each with its number, after FIRST_S seconds."""

    @property
    def _llm_type(self) -> str:
        return "reciting"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        raise NotImplementedError

    async def _astream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        await asyncio.sleep(FIRST_S)
        for number, said in enumerate(SAID, 1):
            yield ChatGenerationChunk(message=AIMessageChunk(f"{said[:-1]} [{number}].\n\n"))
            await asyncio.sleep(0)


@dataclass
class Figures:
    """What came of all turns: `wrong` says of each that was not as it should be what it was."""

    turns: int = 0
    wrong: list[str] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)  # to the first claim
    whole_s: float = 0.0


async def client(url: str, turns: int, figures: Figures) -> None:
    """One conversation, every turn as a stream."""
    async with httpx.AsyncClient(base_url=url, timeout=120) as http:
        id = (await http.post("/v1/conversations", json={})).json()["id"]
        for turn in range(1, turns + 1):
            asked = {"question": "Who built the old bridge?", "conversation_id": id, "stream": True}
            began, text, first = time.monotonic(), "", 0.0
            async with http.stream("POST", "/v1/answers", json=asked) as reply:
                async for piece in reply.aiter_text():
                    text += piece
                    first = first or (time.monotonic() - began if "event: claim" in text else 0.0)
            figures.turns += 1
            figures.first_s.append(first)
            told = events(text)
            figures.wrong += wrong(told, turn)
        kept = (await http.get(f"/v1/conversations/{id}")).json()["turns"]
        if [one["number"] for one in kept] != list(range(1, turns + 1)) or any(one["cut"] for one in kept):
            figures.wrong.append(f"kept: {[(one['number'], one['cut']) for one in kept]}")


def wrong(told: list[tuple[str, Any]], turn: int) -> list[str]:
    """What is wrong with the events of a turn: nothing, if all claims came once and in order."""
    if told[-1][0] != "done" or told[-1][1]["turn"] != turn:
        return [f"turn {turn} ended with {told[-1]}"]
    said = [data["text"] for name, data in told if name == "claim"]
    written = told[-1][1]["answered_by"].startswith("model")
    in_order = [text.strip() for text in said] == list(SAID) if written else len(said) > 0
    whole = said == [claim["text"] for claim in told[-1][1]["claims"]]
    return [] if in_order and whole else [f"turn {turn}: {said}"]


def all_of_them(url: str, clients: int, turns: int) -> Figures:
    """All clients at once; in a process of their own, so that they do not take the server's time."""

    async def together() -> None:
        await asyncio.gather(*(client(url, turns, figures) for _ in range(clients)))

    figures, began = Figures(), time.monotonic()
    asyncio.run(together())
    figures.whole_s = time.monotonic() - began
    return figures


def measured(embedder: Embedder, folder: Path, clients: int, turns: int, *, quotes: bool = False) -> Figures:
    """Every client's turns; with `quotes` the articles' own sentences answer, without a model."""
    catalog = Catalog(folder, lambda: embedder, BUNDLED)
    catalog.add(Article.of([Piece("paragraph", " ".join(SAID))], title="The Old Bridge"))
    model, settings = (None, Settings()) if quotes else (Reciting(), Settings(model="reciting"))
    assistant = Assistant(catalog, settings, model)
    assistant.ready()
    try:
        limits = {"streams_per_key": clients, "most_streams": clients, "requests_per_minute": 1_000_000}
        apart = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        with served(assistant, folder, **limits) as web, apart:
            return apart.submit(all_of_them, web.url, clients, turns).result()
    finally:
        catalog.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--quotes", action="store_true", help="without a model: what the server itself takes")
    given = parser.parse_args()
    logs.configure(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as place:
        found = measured(Embedder(), Path(place), given.clients, given.turns, quotes=given.quotes)
    late = 0.0 if given.quotes else FIRST_S
    p95 = statistics.quantiles(found.first_s, n=20)[-1] - late
    speed = found.turns / found.whole_s
    sys.stdout.write(
        f"{given.clients} clients × {given.turns} turns: {found.turns} in {found.whole_s:.1f} s, {speed:.1f} a second\n"
        f"wrong: {len(found.wrong)} {found.wrong[:3]}\n"
        f"first claim, without the model's own {late} s: "
        f"median {statistics.median(found.first_s) - late:.2f} s, p95 {p95:.2f} s\n"
    )


if __name__ == "__main__":
    main()
