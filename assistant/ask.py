"""The one path of a question: standalone, retrieve, read, write, check."""

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from itertools import pairwise
from threading import Event
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig, RunnableGenerator, RunnableLambda

import prompts
from assistant.answer import Answer, Citation, Claim, Part, Searched
from assistant.asked import Asked
from assistant.cite import Cite
from assistant.claims import Checked
from assistant.errors import BadQuestion, ModelError, Stopped
from assistant.probe import probe
from assistant.quotes import Quote, choose
from assistant.rewrite import Rewriter
from assistant.settings import Settings
from assistant.standalone import standalone, widened
from assistant.support import Supporter
from assistant.turn import Turn
from assistant.write import Writer, shown
from index.article import flat
from index.catalog import Catalog
from index.reader import PlainReader, Reader
from index.search import Search
from index.trained import TrainedReader, network
from index.verifier import ANSWERS, verifier

log = logging.getLogger(__name__)

LONGEST_QUESTION = 2_000  # characters
ALL = float("inf")  # an answerability that nothing has: everything is read
NEAREST = 3  # citations of an answer that was not found
# A follow-up less answerable than SURE is also read widened, and taken so where that is more answerable by BETTER.
# Chosen with rounds 1 and 5 of tests/assistant/test_followups.py: 110 of 171 of the fifth right instead of 106.
SURE, BETTER = 0.8, 0.1


class Assistant:
    """Answers questions from a catalog. One engine for every door."""

    def __init__(self, catalog: Catalog, settings: Settings, model: BaseChatModel | None = None) -> None:
        self.catalog, self.settings, self.model = catalog, settings, model
        steps: list[Runnable[Any, Any]] = [
            RunnableLambda(self._stand_alone, name="standalone"),
            RunnableLambda(self._retrieve, name="retrieve"),
            RunnableLambda(self._read, name="read"),
            RunnableGenerator(self._write, name="write"),
            RunnableGenerator(self._check, name="check"),
        ]
        chain = steps[0]
        for step in steps[1:]:
            chain = chain | step
        self.chain = chain.with_config(run_name="answer")

    def ready(self) -> str:
        """Load what the first question would otherwise wait for: the library and the models.

        Returns a warning where the chat model does not answer now, else nothing. Raises BadSettings when its key is
        refused or its provider does not know it.
        """
        warning = probe(self.model, self.settings) if self.model else ""
        if warning:
            log.warning(warning)
        self.catalog.snapshot()
        self.catalog.embedder.embed_question("ready")
        network(self.settings.reader)
        if self.model:
            verifier(self.settings.reader)
        return warning

    def ask(
        self, question: str, earlier: Sequence[Turn] = (), articles: Sequence[str] = (), *, owner: str | None = None
    ) -> Answer:
        """The whole answer: `stream`, drained."""
        *_, answer = self.stream(question, earlier, articles, owner=owner)
        return cast(Answer, answer)

    def stream(
        self,
        question: str,
        earlier: Sequence[Turn] = (),
        articles: Sequence[str] = (),
        *,
        owner: str | None = None,
        stop: Event | None = None,
    ) -> Iterator[Part | Answer]:
        """What is searched for, each claim once its citations are checked, then the `Answer` that holds them all.

        `articles` are the ids to answer from; none means all that `owner` may see, None being everybody. No claim comes
        when they do not answer. Raises at once BadQuestion for an empty or overlong question, UnknownArticle for an
        unknown article, BadStore when the library cannot be used; on the way Stopped when another thread sets `stop`.
        """
        began = time.perf_counter()
        checked, snapshot = _checked(question), self.catalog.view(articles, owner)
        asked = Asked(checked, tuple(earlier), snapshot, stop=stop or Event(), stages=(("begin", began),))
        return self._stream(asked)

    def _stream(self, asked: Asked) -> Iterator[Part | Answer]:
        claims: list[Claim] = []
        with closing(cast(Generator[Asked | Claim], self.chain.stream(asked))) as parts:
            try:
                for part in parts:
                    asked.go_on()
                    if isinstance(part, Asked):
                        if asked.searched_for != part.searched_for:
                            yield Searched(part.searched_for)
                        asked = part
                    else:
                        claims.append(part)
                        yield part
            except BaseException:
                asked.stop.set()  # a chain that is closed still reads its input to the end, for tracing
                raise
        asked.go_on()
        yield self._answer(asked, claims, time.perf_counter())

    def _stand_alone(self, asked: Asked) -> Asked:
        s = self.settings
        whole = (
            Rewriter(self.model, s.prompts_dir, s.model_timeout_s, s.history_tokens, asked.stop)
            if self.model
            else standalone
        )
        return _done("standalone", replace(asked, searched_for=whole(asked.question, asked.earlier, asked.language)))

    def _retrieve(self, asked: Asked, config: RunnableConfig) -> Asked:
        return _done("retrieve", self._retrieved(asked, config))

    def _retrieved(self, asked: Asked, config: RunnableConfig) -> Asked:
        search = Search(
            snapshot=asked.snapshot,
            index=self.catalog.index,
            embedder=self.catalog.embedder,
            limit=self.settings.candidates,
        )
        found = search.invoke(asked.searched_for, config)
        return replace(asked, retrieved=tuple(asked.snapshot.passages[str(document.id)] for document in found))

    def _read(self, asked: Asked, config: RunnableConfig) -> Asked:
        """Read for the question; a follow-up that no model rewrote also widened, where that may be answered better."""
        done, floor = self._reading(asked), self.settings.answerability_floor
        unsure = done.reading.answerability < SURE and not self.model
        if unsure and (wider := widened(asked.question, asked.earlier, asked.language)):
            again = self._reading(self._retrieved(replace(asked, searched_for=wider), config))
            before, now = done.reading.answerability, again.reading.answerability
            if now >= floor and (before < floor or now > before + BETTER):
                done = again
        return _done("read", done)

    def _reading(self, asked: Asked) -> Asked:
        """Read the whole library where it is small enough; else what search found and where the talk is."""
        every = asked.snapshot.passages.values()
        if asked.snapshot.sentence_count <= self.settings.read_all_sentences:
            passages = tuple(every)
        else:
            passages = (*asked.retrieved, *(one for one in every if asked.at(one) and one not in asked.retrieved))
        reader = self._reader(asked, self.settings.answerability_floor)
        reading = reader.read(asked.searched_for, passages, asked.after)
        return replace(asked, read=passages, reading=reading, answered_by=reader.name)

    def _reader(self, asked: Asked, enough: float) -> Reader:
        """The reader of the settings, which leaves the rest unread once the answerability is `enough`."""
        trained = network(self.settings.reader)
        if trained is None:
            return PlainReader(asked.snapshot, self.catalog.embedder)
        answers = verifier(self.settings.reader, ANSWERS)
        reader = TrainedReader(asked.snapshot, self.catalog.embedder, trained, enough, answers and answers.logit)
        reader.stop = asked.go_on
        return reader

    def _read_on(self, asked: Asked) -> Asked:
        """Read what was left unread, so that "not found" is said of everything."""
        return replace(asked, reading=self._reader(asked, ALL).read(asked.searched_for, asked.read, asked.after))

    def _write(self, inputs: Iterator[Asked]) -> Iterator[Asked | Quote | Checked]:
        """Ends without a word once stopped: a closed chain still reads it to its end, and `_stream` says so."""
        for asked in inputs:
            yield asked
            with suppress(Stopped):
                yield from self._answered(asked)

    def _answered(self, asked: Asked) -> Iterator[Asked | Quote | Checked]:
        """What the model writes; the articles' own sentences where there is no model, or it fails."""
        if self.model and asked.reading.answerability >= self.settings.doubt_floor:
            try:
                found = yield from self._written(asked, self.model)
            except ModelError as error:
                asked = replace(asked, model_failure=str(error))
                yield asked
            else:
                version = prompts.version(self.settings.prompts_dir)
                asked = replace(asked, answered_by=f"model: {self.settings.model}", prompt_version=version)
                yield asked if found else self._read_on(asked)
                return
        if asked.reading.answerability >= self.settings.answerability_floor:
            yield from choose(asked.searched_for, asked.reading, self.settings.most_sentences)

    def _written(self, asked: Asked, model: BaseChatModel) -> Generator[Checked, None, bool]:
        """What the model writes; returns whether any of it is supported."""
        s, found = self.settings, False
        support = Supporter(self.catalog.embedder, verifier(s.reader))
        writer = Writer(model, s.prompts_dir, s.model_timeout_s, support, s.support_floor, asked.stop)
        for checked in writer.write(asked.searched_for, shown(asked.reading, asked.snapshot)):
            found = found or checked.state != "unsupported"
            if checked.state != "unsupported" or s.unsupported == "show":
                yield checked
        return found

    def _check(self, inputs: Iterator[Asked | Quote | Checked]) -> Iterator[Asked | Claim]:
        """Turn quotes and statements into claims; what is not in the article word for word is cited by none."""
        cite = Cite()
        for part in inputs:
            yield part if isinstance(part, Asked) else cite(part)

    def _answer(self, asked: Asked, claims: Sequence[Claim], ended: float) -> Answer:
        times = (*asked.stages, ("write", ended))
        found = any(claim.citations for claim in claims)
        nearest = () if found else asked.reading.sentences[:NEAREST]
        return Answer(
            question=asked.question,
            searched_for=asked.searched_for,
            claims=tuple(claims),
            nearest=tuple(Citation.of(n, near.kept, near.span) for n, near in enumerate(nearest, 1)),
            answerability=asked.reading.answerability,
            sentences_read=len(asked.reading.sentences),
            sentences_held=asked.snapshot.sentence_count,
            articles_held=len(asked.snapshot.kept),
            answered_by=asked.answered_by,
            seconds=ended - times[0][1],
            model_failure=asked.model_failure,
            prompt_version=asked.prompt_version,
            stages=tuple((name, end - start) for (_, start), (name, end) in pairwise(times)),
        )


def _done(step: str, asked: Asked) -> Asked:
    return replace(asked, stages=(*asked.stages, (step, time.perf_counter())))


def _checked(question: str) -> str:
    asked = flat(question)
    if not any(character.isalnum() for character in asked):
        raise BadQuestion("The question is empty. Ask something in words.")
    if len(asked) > LONGEST_QUESTION:
        raise BadQuestion(f"The question has {len(asked):,} characters; at most {LONGEST_QUESTION:,} can be read.")
    return asked
