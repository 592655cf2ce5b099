"""Suggested questions, each of which the articles are known to answer."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from threading import Event, Lock

import prompts
from assistant.ask import Assistant
from assistant.claims import Shown
from assistant.errors import ModelError
from assistant.listen import reply
from assistant.questions import Candidate, candidates
from assistant.write import MOST_SHOWN, numbered
from index.article import flat
from index.snapshot import Snapshot

MOST_TRIED = 24  # questions that are put to the articles, for a handful that are offered
MOST_ARTICLES = 4  # of a library without a choice, the newest
LONGEST = 120  # characters of a suggested question
MOST_KEPT = 64  # choices of articles whose suggestions are remembered
MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s*")


Key = tuple[int, tuple[str, ...], int]  # the library's revision, the articles, how many questions


class Suggestions:
    """Questions for the articles of an assistant; from its model where there is one, else from their own words.

    Each was answered by the articles' own sentences before it is offered. They are kept until the library changes.
    It may be used from several threads.
    """

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.reader = Assistant(assistant.catalog, assistant.settings)  # to be sure, without the model's help
        self._kept: dict[Key, list[str]] = {}
        self._making = Lock()

    def of(self, articles: Sequence[str] = (), owner: str | None = None, limit: int = 4) -> list[str]:
        """At most `limit`; none when the articles suggest nothing that they answer. Raises UnknownArticle."""
        snapshot = self.assistant.catalog.view(articles, owner)
        chosen = tuple(kept.id for kept in snapshot.kept[-MOST_ARTICLES:])
        key = (snapshot.revision, chosen, limit)
        held = self._kept.get(key)
        if held is None:
            with self._making:
                held = self._kept.get(key)
                if held is None:
                    held = self._made(snapshot.of(chosen), owner, limit)
                    self._remember(key, held)
        return list(held)

    def _remember(self, key: Key, made: list[str]) -> None:
        current = {old: kept for old, kept in self._kept.items() if old[0] >= key[0]}
        room = list(current.items())[1 - MOST_KEPT :]
        self._kept = {**dict(room), key: made}  # replaced whole: readers do not wait

    def _made(self, snapshot: Snapshot, owner: str | None, limit: int) -> list[str]:
        found: list[Candidate] = []
        for candidate in islice(self._candidates(snapshot, limit), MOST_TRIED):
            if not any(_alike(candidate, other) for other in found) and self._answered(candidate, owner):
                found.append(candidate)
            if len(found) >= limit:
                break
        return [candidate.question for candidate in found]

    def _candidates(self, snapshot: Snapshot, limit: int) -> Iterator[Candidate]:
        """The model's, then those of the articles in turn."""
        for question in self._written(snapshot, limit):
            yield Candidate(question, tuple(kept.id for kept in snapshot.kept))
        own = [candidates(kept.id, kept.article) for kept in snapshot.kept]
        for row in zip_longest(*own):
            yield from (candidate for candidate in row if candidate)

    def _answered(self, candidate: Candidate, owner: str | None) -> bool:
        """Whether the articles answer it, and with the place that it was made from."""
        source = candidate.source
        answer = self.reader.ask(candidate.question, articles=candidate.articles, owner=owner)
        if source is None:
            return answer.found
        return any(cited.start < source.end and source.start < cited.end for cited in answer.citations)

    def _written(self, snapshot: Snapshot, limit: int) -> list[str]:
        """What the model suggests; nothing without one, or when it fails."""
        assistant = self.assistant
        if assistant.model is None or not snapshot.sentence_count:
            return []
        folder, seconds = assistant.settings.prompts_dir, assistant.settings.model_timeout_s
        prompt = prompts.fill("suggest", folder, count=str(limit), sentences=numbered(_overview(snapshot)))
        try:
            lines = reply(assistant.model, prompt, seconds, Event()).splitlines()
        except ModelError:
            return []
        asked = [flat(MARK.sub("", line)).strip('*"“” ') for line in lines]
        return [one for one in asked if one.endswith(("?", "？", "؟")) and 8 <= len(one) <= LONGEST][:limit]


def _alike(one: Candidate, other: Candidate) -> bool:
    """Whether they ask the same, or about the same sentence."""
    same = one.source is not None and (one.articles, one.source) == (other.articles, other.source)
    return same or one.question.casefold() == other.question.casefold()


def _overview(snapshot: Snapshot) -> list[Shown]:
    """At most MOST_SHOWN sentences, spread evenly over the articles."""
    places = [(kept, number) for kept in snapshot.kept for number in range(len(kept.article.sentences))]
    step = max(1, -(-len(places) // MOST_SHOWN))
    return [Shown(n, kept, number) for n, (kept, number) in enumerate(places[::step], 1)]
