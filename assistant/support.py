"""How far the cited sentences say what a statement says, beyond its facts, which claims.py checks."""

from collections.abc import Sequence

from assistant.claims import Shown
from index.embedder import Embedder
from index.keywords import terms
from index.verifier import Verifier

LESS = 0.15  # what the measure without the verifier is lowered by, so that one floor suits both


class Supporter:
    """From 0 to 1: the chance that the cited sentences support a statement, as the verifier reads both; True.

    Without it, and in a language that it does not read, half the share of the statement's words that the sentences
    have and half the likeness of meaning, less LESS; False.
    """

    def __init__(self, embedder: Embedder, verifier: Verifier | None) -> None:
        self.embedder, self.verifier = embedder, verifier

    def __call__(self, statement: str, cited: Sequence[Shown]) -> tuple[float, bool]:
        article = cited[0].kept.article
        if self.verifier and self.embedder.understands(article.language):
            return self.verifier(statement, article.title, _together(cited)), True
        return self._plain(statement, cited), False

    def _plain(self, statement: str, cited: Sequence[Shown]) -> float:
        language = cited[0].kept.article.language
        text = " ".join(one.text for one in cited)
        words = set(terms(statement, language))
        there = set(terms(f"{text} {cited[0].kept.article.title}", language))
        share = len(words & there) / len(words) if words else 1.0
        texts = [statement, text] if len(cited) > 1 else [statement]  # one sentence has its vector already
        said, *together = self.embedder.embed(texts)
        likeness = max(
            float(said @ vector) for vector in (*together, *(one.kept.sentence_vectors[one.number] for one in cited))
        )
        return max(0.0, (share + max(0.0, likeness)) / 2 - LESS)


def _together(cited: Sequence[Shown]) -> str:
    """The cited sentences in the order of their articles, as the verifier learned to read them."""
    text = ""
    before: Shown | None = None
    for one in sorted(cited, key=lambda shown: (shown.kept.id, shown.number)):
        follows = before and (before.kept.id, before.number + 1) == (one.kept.id, one.number)
        text += (" " if follows else " … " if before else "") + one.text
        before = one
    return text
