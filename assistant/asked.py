"""A question on its way through the path."""

from dataclasses import dataclass, field
from functools import cached_property
from threading import Event

from assistant.errors import Stopped
from assistant.standalone import goes_on
from assistant.turn import Turn
from index.reader import Place, Reading
from index.snapshot import Located, Snapshot


@dataclass(frozen=True)
class Asked:
    """Each step fills in what it found."""

    question: str
    earlier: tuple[Turn, ...]
    snapshot: Snapshot
    searched_for: str = ""
    retrieved: tuple[Located, ...] = ()
    read: tuple[Located, ...] = ()
    reading: Reading = Reading((), 0.0)
    answered_by: str = ""
    model_failure: str = ""
    prompt_version: str = ""
    stop: Event = field(default_factory=Event)
    stages: tuple[tuple[str, float], ...] = ()  # the end of each step, by time.perf_counter

    @cached_property
    def after(self) -> frozenset[Place]:
        """The sentences that the last answer cited, if the question goes on.

        Those that it quoted, where only its text is known or the article's text has changed.
        """
        last = next((turn for turn in reversed(self.earlier) if turn.said), None)
        if not last or not goes_on(self.question, self.language):
            return frozenset()
        homes = {article for article, *_ in last.cited}
        return frozenset(
            (kept.id, number)
            for kept in self.snapshot.kept
            if not homes or kept.id in homes
            for places in [[c[2:] for c in last.cited if c[:2] == (kept.id, kept.article.hash)]]
            for number, span in enumerate(kept.article.sentences)
            if any(span.start < end and start < span.end for start, end in places)
            or (not places and kept.article[span] in last.said)
        )

    def at(self, one: Located) -> bool:
        """Whether a sentence of `after` stands in the passage, or just before it."""
        return any(id == one.kept.id and one.passage.first - 1 <= n < one.passage.last for id, n in self.after)

    def go_on(self) -> None:
        """Raises Stopped once `stop` is set."""
        if self.stop.is_set():
            raise Stopped

    @property
    def language(self) -> str:
        """English where any article is: the rules of follow-ups are for it. Else that of one of the articles."""
        known = self.snapshot.keywords.languages
        return "en" if "en" in known else next(iter(known), "en")
