"""An answer in the model's own words: sentences shown by number, statements checked, the wrong ones sent back once."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

import prompts
from assistant.claims import Checked, Checker, Shown, Support
from assistant.drafts import drafts
from assistant.errors import ModelError
from assistant.listen import heard, listen
from assistant.markers import MARKER
from assistant.quotes import block_of
from index.article import flat
from index.library import Kept
from index.passages import Passage
from index.reader import Reading
from index.snapshot import Snapshot

MOST_SHOWN = 60  # sentences
MOST_WRITTEN = 40_000  # characters; a model that writes on is stopped
LINE = re.compile(r"^\s*(\d{1,3})[.)]\s*(.*)$")


@dataclass(frozen=True)
class Writer:
    """A chat model with what it is told; `support` below `floor` makes a statement unsupported."""

    model: BaseChatModel
    folder: Path | None
    timeout_s: float
    support: Support
    floor: float
    stop: Event = field(default_factory=Event)

    def write(self, question: str, shown: Sequence[Shown]) -> Iterator[Checked]:
        """Each statement, checked, as soon as its sentence is complete.

        From the first that is unsupported on they are held back until the model has had its chance to mend those.
        Yields nothing when no statement is supported. Raises ModelError when the model fails or writes nothing, Stopped
        when `stop` is set.
        """
        asked = [HumanMessage(prompts.fill("answer", self.folder, sentences=numbered(shown), question=question))]
        checker = Checker(shown, self.support, self.floor)
        held: list[Checked] = []
        said: list[str] = []
        passed = False
        for draft in drafts(self._text(asked, said)):
            checked = checker.check(draft)
            if held or checked.state == "unsupported":
                held.append(checked)
            else:
                passed = True
                yield checked
        if not "".join(said).strip():
            raise ModelError("it wrote nothing")
        mended = self._mended(asked, "".join(said), held, checker)
        if passed or any(one.state != "unsupported" for one in mended):
            yield from mended

    def _text(self, messages: Sequence[BaseMessage], said: list[str]) -> Iterator[str]:
        """The model's text as it comes, which `said` collects."""
        for text in heard(listen(self.model, messages, self.timeout_s, self.stop), MOST_WRITTEN):
            said.append(text)
            yield text

    def _mended(self, asked: list[HumanMessage], said: str, held: Sequence[Checked], checker: Checker) -> list[Checked]:
        """`held` with the unsupported ones corrected or withdrawn, where the model did that well."""
        wrong = [one for one in held if one.state == "unsupported"]
        if not wrong or flat(said).strip(" .*") == "NOT FOUND":
            return list(held)
        failed = "\n".join(f"{n}. {flat(one.draft.raw)}\n   {one.reason}" for n, one in enumerate(wrong, 1))
        repair = HumanMessage(prompts.fill("repair", self.folder, failed=failed))
        try:
            reply = "".join(self._text([*asked, AIMessage(said), repair], []))
        except ModelError:
            return list(held)
        found = (LINE.match(line) for line in reply.splitlines())
        lines = {int(line[1]): line[2].strip() for line in found if line}
        numbers = count(1)
        mended: list[Checked] = []
        for one in held:
            passed = one.state != "unsupported"
            mended += [one] if passed else _replaced(one, lines.get(next(numbers), ""), checker)
        return mended


def _replaced(one: Checked, line: str, checker: Checker) -> list[Checked]:
    """What the corrected `line` says, if all of it is supported; nothing if it withdraws; else `one` as it was."""
    if line == "-":
        return []
    space = one.draft.raw[len(one.draft.raw.rstrip()) :]
    again = [checker.check(draft) for draft in drafts([line + (space or " ")])] if line else []
    return again if again and all(checked.state != "unsupported" for checked in again) else [one]


def shown(reading: Reading, snapshot: Snapshot) -> list[Shown]:
    """The sentences to show: the passages of the best ones, whole, in the order of their articles, numbered from 1."""
    chosen: dict[str, tuple[Kept, Passage]] = {}
    room = MOST_SHOWN
    for scored in reading.sentences:
        kept = scored.kept
        passage = kept.passages[bisect_right(kept.passages, scored.number, key=lambda one: one.first) - 1]
        size = passage.last - passage.first
        if kept.key(passage) not in chosen and (size <= room or not chosen):
            chosen[kept.key(passage)] = (kept, passage)
            room -= size
        if room <= 0:
            break
    passages = [chosen[key] for key in sorted(chosen, key=snapshot.positions.__getitem__)]
    places = [(kept, number) for kept, passage in passages for number in range(passage.first, passage.last)]
    return [Shown(n, kept, number) for n, (kept, number) in enumerate(places, 1)]


def numbered(shown: Sequence[Shown]) -> str:
    """The sentences as the model sees them, under the title and the headings of each.

    Notes of their own, [1], are left out: the model would cite by them.
    """
    lines: list[str] = []
    above = ""
    for one in shown:
        article = one.kept.article
        place = " › ".join(filter(None, (article.title, article.section(one.span.start))))
        if place != above:
            lines += ["", f"## {flat(place)}"]
            above = place
        code = block_of(article, one.number).kind == "code"
        lines.append(f"[{one.n}] {flat(one.text if code else MARKER.sub('', one.text))}")
    return "\n".join(lines).strip()
