"""A conversation in the terminal, kept with the others; commands begin with a stroke."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from assistant.answer import Answer
from assistant.doors.terminal import Screen, write_out
from assistant.errors import BadQuestion, Busy, UnknownConversation
from index.article import flat
from index.errors import UnknownArticle

if TYPE_CHECKING:  # importing torch takes seconds
    from assistant.ask import Assistant
    from assistant.conversations import Conversation, Conversations

OWNER = ""  # whoever sits at this machine; the page without keys shows the same conversations
HELP = "/sources, /articles, /new, /conversations, /open N, /export FILE and /quit"


class Chat:
    """One conversation at a time: a new one until another is opened. Nothing is kept before the first question."""

    def __init__(self, assistant: "Assistant", kept: "Conversations", screen: Screen, notes: Console) -> None:
        self.assistant, self.kept, self.screen, self.notes = assistant, kept, screen, notes
        self.conversation: Conversation | None = None
        self.articles: Sequence[str] = ()

    def run(self, articles: Sequence[str], *, last: bool = False) -> None:
        """Answer line by line until /quit or the end; `last` goes on with the conversation that changed last.

        Raises UnknownArticle where that one is to ask articles of which there is none.
        """
        self.articles = articles
        _editable()
        self.screen.line((f"Ask a question, or {HELP}.", "dim"))
        if last and (held := self.kept.all(OWNER)):
            self._open(held[0].id)
            if ids := self._ids():
                self.conversation = self.kept.change(held[0].id, OWNER, articles=ids)
        while (line := _prompt()) not in (None, "/quit"):
            try:
                if line and line.startswith("/"):
                    self._command(*line.split(maxsplit=1))
                elif line:
                    self._ask(line)
            except UnknownConversation:
                self.conversation = None
                self.screen.line(("This conversation was deleted. Your next question begins another.", "yellow"))

    def _ids(self) -> list[str]:
        """Of the articles to ask; an unfinished name may mean another one tomorrow."""
        return [self.assistant.catalog.entry(name).id for name in self.articles]

    def _ask(self, question: str) -> None:
        try:
            held = self.conversation or self.kept.start(OWNER, articles=self._ids())
            try:
                parts = self.kept.stream(self.assistant, question, held, scope=None)
            except (BadQuestion, UnknownArticle):
                if self.conversation is None:
                    self.kept.delete(held.id, OWNER)
                raise
        except (BadQuestion, Busy) as error:
            self.screen.line((str(error), "yellow"))
        except UnknownArticle as error:
            more = " /new begins another conversation." if self.conversation else ""
            self.screen.line((f"{error.args[0]}{more}", "yellow"))
        else:
            self.conversation = held
            write_out(parts, self.screen, self.notes)

    def _command(self, name: str, given: str = "") -> None:
        if name == "/sources":
            answer = self._last_answer()
            self.screen.sources((answer.citations or answer.nearest) if answer else ())
        elif name == "/articles":
            self.screen.entries(self.assistant.catalog.entries())
        elif name == "/new":
            self.conversation = None
            self.screen.line(("A new conversation.", "dim"))
        elif name == "/conversations":
            self._list()
        elif name == "/open":
            held = self.kept.all(OWNER)
            found = held[int(given) - 1 : int(given)] if given.isascii() and given.isdigit() and int(given) else []
            if found:
                self._open(found[0].id)
            else:
                self.screen.line((f"There is no conversation {given!r}; /conversations lists them.", "yellow"))
        elif name == "/export":
            self._export(given)
        else:
            self.screen.line((f"There is no {name}; there are {HELP}.", "yellow"))

    def _last_answer(self) -> Answer | None:
        turns = self.kept.get(self.conversation.id, OWNER).turns if self.conversation else ()
        return next((turn.answer for turn in reversed(turns) if turn.answer), None)

    def _list(self) -> None:
        for n, held in enumerate(self.kept.all(OWNER), 1):
            when = held.changed.astimezone().strftime("%Y-%m-%d %H:%M")
            mine = " (this one)" if self.conversation and held.id == self.conversation.id else ""
            self.screen.line((f"{n}", "cyan"), f"  {held.title or 'Without a question'}{mine}  ", (when, "dim"))

    def _open(self, id: str) -> None:
        self.conversation = self.kept.get(id, OWNER)
        self.screen.line((f"Going on with: {self.conversation.title}", "dim"))

    def _export(self, name: str) -> None:
        from assistant.markdown import exported  # here, not above: it takes seconds to import

        if not name or self.conversation is None:
            said = "Nothing was asked yet." if name else "Name the file: /export FILE"
            self.screen.line((said, "yellow"))
            return
        path = Path(os.path.expanduser(name))
        text = exported(self.kept.get(self.conversation.id, OWNER))
        try:
            with open(path, "x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            self.screen.line((f"{path} cannot be written: {error.strerror}.", "yellow"))
        else:
            self.screen.line((f"Written to {path}.", "green"))


def _editable() -> None:
    """Let a line on a terminal be edited as it is typed, and the lines before be called back."""
    if sys.stdin.isatty():
        with suppress(ImportError):  # Windows has none, and needs none
            import readline  # noqa: F401 (`input` uses it)


def _prompt() -> str | None:
    try:
        return flat(input("› " if sys.stdin.isatty() else ""))
    except EOFError:
        return None
