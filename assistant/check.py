"""Any text, checked against the articles: each of its sentences as a claim with its state and what supports it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Claim
from assistant.ask import Assistant
from assistant.cite import Cite
from assistant.claims import Checked, Checker, Shown
from assistant.drafts import Draft, drafts
from assistant.errors import BadQuestion
from assistant.support import Supporter
from index.article import canonical
from index.library import Kept
from index.reader import PlainReader
from index.search import Search
from index.snapshot import Snapshot
from index.verifier import verifier

LONGEST_CHECKED = 12_000  # characters
MOST_CHECKED = 60  # sentences
LIKELIEST = 4  # sentences of the articles that each is held against


def check_text(assistant: Assistant, text: str, articles: Sequence[str] = (), owner: str | None = None) -> list[Claim]:
    """The sentences of `text`, in order; nobody's word is taken for what they cite.

    What the likeliest sentences of the articles do not support, one by one or two together, is `unsupported`.
    Raises BadQuestion for a text without words or over the limits, UnknownArticle, BadStore.
    """
    found = list(drafts([canonical(text)])) if len(text) <= LONGEST_CHECKED else []
    found = [draft for draft in found if any(map(str.isalnum, draft.said))]
    if not found or len(found) > MOST_CHECKED:
        limits = f"{LONGEST_CHECKED:,} characters and {MOST_CHECKED} sentences"
        raise BadQuestion(f"There is nothing to check. Give a text of at most {limits}.")
    snapshot, cite = assistant.catalog.view(articles, owner), Cite()
    return [cite(_best(assistant, snapshot, draft)) for draft in found]


def _best(assistant: Assistant, snapshot: Snapshot, draft: Draft) -> Checked:
    shown = _likeliest(assistant, snapshot, draft.said)
    settings = assistant.settings
    support = Supporter(assistant.catalog.embedder, verifier(settings.reader))
    checker = Checker(shown, support, settings.support_floor)
    nearest = None
    for numbers in _tries(len(shown)):
        checked = checker.check(replace(draft, numbers=numbers))
        if checked.state != "unsupported":
            return checked
        nearest = nearest or checked
    return nearest or Checked(draft, "unsupported", (), "There is nothing in the articles to hold it against.")


def _likeliest(assistant: Assistant, snapshot: Snapshot, statement: str) -> list[Shown]:
    """The sentences nearest to the statement, best first, numbered from 1."""
    catalog, settings = assistant.catalog, assistant.settings
    passages = tuple(snapshot.passages.values())
    if snapshot.sentence_count > settings.read_all_sentences:
        search = Search(snapshot=snapshot, index=catalog.index, embedder=catalog.embedder, limit=settings.candidates)
        passages = tuple(snapshot.passages[str(document.id)] for document in search.invoke(statement))
    reading = PlainReader(snapshot, catalog.embedder).read(statement, passages)
    places: list[tuple[Kept, int]] = [(one.kept, one.number) for one in reading.sentences[:LIKELIEST]]
    return [Shown(n, kept, number) for n, (kept, number) in enumerate(places, 1)]


def _tries(count: int) -> Iterator[tuple[int, ...]]:
    """Each alone, the likeliest first, then each with the first."""
    yield from ((n,) for n in range(1, count + 1))
    yield from ((1, n) for n in range(2, count + 1))
