"""An assistant on the article that comes with the project, and one on a small library of the test's own."""

from collections.abc import Iterator

import pytest

from assistant.ask import Assistant
from assistant.settings import Settings
from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    catalog = Catalog(tmp_path_factory.mktemp("shipped"), lambda: embedder, BUNDLED)
    yield Assistant(catalog, Settings())
    catalog.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    """Two articles, one with emoji before every sentence, so that code points and UTF-16 units differ."""
    catalog = Catalog(tmp_path_factory.mktemp("town"), lambda: embedder, BUNDLED)
    bridge = [
        Piece("heading", "The Old Bridge", level=1),
        Piece(
            "paragraph", "👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903. It cost 40,000 crowns."
        ),
        Piece("heading", "Damage", level=2),
        Piece("paragraph", "A storm tore away two of its arches in 1954. The town council paid for new ones."),
    ]
    market = [
        Piece("heading", "The Market", level=1),
        Piece("paragraph", "The weekly market sells cheese, wool and honey. It opens on Thursdays at six."),
    ]
    catalog.add(Article.of(bridge, title="The Old Bridge", source="bridge.md"))
    catalog.add(Article.of(market, title="The Market", url="https://example.org/market"))
    yield Assistant(catalog, Settings())
    assert [entry.id for entry in catalog.entries()] == ["the-old-bridge", "the-market"], "a test has changed them"
    catalog.close()
