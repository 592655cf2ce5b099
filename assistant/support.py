"""How far the cited sentences say what a statement says, beyond its facts, which claims.py checks."""

from collections.abc import Sequence

from assistant.claims import Shown
from index.embedder import Embedder
from index.keywords import terms


class Supporter:
    """Half the share of the statement's words that the sentences have, half the likeness of meaning; 0 to 1."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def __call__(self, statement: str, cited: Sequence[Shown]) -> float:
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
        return (share + max(0.0, likeness)) / 2
