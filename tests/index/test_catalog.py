"""The library and its index kept as one, with the bundled model, across processes and a kill."""

import pickle
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.article import Article, Block, Piece
from index.catalog import LONGEST_ID, LONGEST_PASSAGE, Catalog, shipped_article
from index.embedder import BUNDLED, Embedder, Vectors
from index.errors import BadStore
from index.library import Kept
from index.passages import Passage, cut
from index.snapshot import Snapshot
from index.vectors import COLLECTION, VectorIndex

ROOT = Path(__file__).parents[2]
Opener = Callable[..., Catalog]


def of(text: str, title: str = "", source: str = "") -> Article:
    return Article.of([Piece("paragraph", text)], title=title, language="en", source=source)


@pytest.fixture
def opened(tmp_path: Path, embedder: Embedder) -> Iterator[Opener]:
    """Opens catalogs in the test's folder, one after the other, and closes the last."""
    last: list[Catalog] = []

    def opener(model: str = BUNDLED) -> Catalog:
        for one in last:
            one.close()
        last[:] = []
        last.append(Catalog(tmp_path, lambda: embedder, model))
        return last[0]

    yield opener
    for one in last:
        one.close()


def ids(catalog: Catalog) -> list[str]:
    return [entry.id for entry in catalog.entries()]


def consistent(catalog: Catalog) -> bool:
    """Whether the index holds the library's passages, no others, and each is found by its own vector."""
    snapshot = catalog.snapshot()
    return catalog.index.keys() == snapshot.passages.keys() and catalog.unfound() == []


# --- the article that comes with it -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A data folder as the first command leaves it: made once, since embedding the shipped article takes seconds."""
    folder = tmp_path_factory.mktemp("untouched")
    catalog = Catalog(folder, lambda: embedder, BUNDLED)
    catalog.snapshot()
    catalog.close()
    return folder


@pytest.fixture
def reopened(opened: Opener, untouched: Path, tmp_path: Path) -> Opener:
    """Opens catalogs in a copy of that folder."""
    shutil.copytree(untouched, tmp_path, dirs_exist_ok=True)
    return opened


def test_an_empty_library_holds_the_shipped_article_until_the_first_is_added(reopened: Opener) -> None:
    catalog = reopened()
    [shipped] = catalog.entries()
    assert (shipped.shipped, shipped.hash) == (True, shipped_article().hash)
    assert [one.article for one in catalog.snapshot().kept] == [shipped_article()]
    assert consistent(catalog)

    added, change = catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    assert (added.id, added.shipped, change) == ("a-bridge", False, "added")
    assert ids(catalog) == ["a-bridge"]
    assert consistent(catalog)

    assert catalog.remove("a-bridge") == added
    [back] = catalog.entries()
    assert replace(back, added=shipped.added) == shipped
    assert consistent(catalog)


def test_the_shipped_article_added_by_hand_is_an_article_like_any_other(reopened: Opener) -> None:
    catalog = reopened()
    entry, change = catalog.add(shipped_article())
    assert (entry.shipped, change) == (False, "added")
    assert catalog.entries() == [entry]


# --- adding and removing ----------------------------------------------------------------------------------------------


def test_the_same_text_again_changes_nothing(catalog: Catalog) -> None:
    first, _ = catalog.add(of("The bridge was built in 1902.", title="A bridge", source="/bridge.md"))
    revision = catalog.snapshot().revision
    for source, text in (("/bridge.md", "The bridge was built in 1902."), ("", "The  bridge\xa0was built in 1902.")):
        assert catalog.add(of(text, title="A bridge", source=source)) == (first, "unchanged")
    assert catalog.snapshot().revision == revision
    assert catalog.entries() == [first]


def test_a_changed_text_from_the_same_source_takes_the_place_of_the_old_one(catalog: Catalog) -> None:
    old, _ = catalog.add(of("The bridge was built in 1902.", title="A bridge", source="/bridge.md"))
    catalog.add(of("Gas is sold to Europe.", title="Gas", source="/gas.md"))
    catalog.snapshot()
    changed = of("The bridge was built in 1903.", title="Another title", source="/bridge.md")
    new, change = catalog.add(changed)
    assert (new.id, new.title, new.hash, change) == (old.id, "Another title", changed.hash, "replaced")
    assert sorted(ids(catalog)) == ["a-bridge", "gas"]
    assert catalog.library.article("a-bridge") == changed
    assert consistent(catalog)


def test_the_same_text_with_another_title_or_other_blocks_takes_its_own_place(catalog: Catalog) -> None:
    lines = ["Opening hours", "It opens at nine."]
    first = Article.of([Piece("paragraph", line) for line in lines], title="Pool", language="en", source="/pool.md")
    entry, _ = catalog.add(first, owner="ann")
    assert consistent(catalog)
    headed = Article.of([Piece("heading", lines[0], 2), Piece("paragraph", lines[1])], title="Pool", language="en")
    for again in (replace(first, title="Baths"), headed, replace(headed, language="de")):
        changed, change = catalog.add(again, owner="ann")
        assert (changed.id, changed.hash, changed.source, change) == (entry.id, entry.hash, "/pool.md", "replaced")
        assert catalog.article(entry.id, "ann") == replace(again, source="/pool.md")
        assert catalog.add(again, owner="ann") == (changed, "unchanged")
    assert seen(catalog, "ann") == [entry.id]
    assert entry.id not in seen(catalog, "bob")
    assert consistent(catalog)


def test_a_text_that_came_back_takes_the_place_of_what_its_source_held(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902.", title="A bridge", source="/a.md"))
    catalog.add(of("Gas is sold to Europe.", title="Gas", source="/b.md"))
    _, change = catalog.add(of("The bridge was built in 1902.", title="Bridges", source="/b.md"))
    assert ([(e.id, e.title, e.source) for e in catalog.entries()], change) == (
        [("a-bridge", "Bridges", "/b.md")],
        "replaced",
    )


def test_nothing_of_a_removed_article_stays_in_the_folder(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    catalog.add(of("The zebra of Zagreb is called Zora.", title="Zebra"))
    catalog.snapshot()
    catalog.remove("zebra")
    left = b"".join(path.read_bytes() for path in catalog.folder.rglob("*") if path.is_file())
    assert (b"zebra" in left.lower(), b"bridge" in left) == (False, True)


def test_articles_without_a_source_never_take_each_others_place(catalog: Catalog) -> None:
    changes = [catalog.add(of(text, title="Same"))[1] for text in ("The first.", "The second.")]
    assert changes == ["added", "added"]
    assert len(ids(catalog)) == 2


def test_progress_is_told_up_to_the_number_of_texts(catalog: Catalog) -> None:
    told: list[tuple[int, int]] = []
    article = Article.of([Piece("list item", f"Item number {n} of the list.") for n in range(40)], language="en")
    entry, _ = catalog.add(article, lambda done, of: told.append((done, of)))
    texts = entry.passages + entry.sentences
    assert told == [(32, texts), (texts, texts)]


def test_an_article_without_a_sentence_can_be_added_and_found_whole(catalog: Catalog) -> None:
    text = "Nothing but this"
    entry, _ = catalog.add(Article(text, text, (Block(0, len(text), "heading", 1),), ()))
    assert (entry.passages, entry.sentences) == (0, 0)
    assert consistent(catalog)
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    assert list(catalog.snapshot().positions.values()) == [0]
    assert consistent(catalog)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A Road South: Evstratov on Russia", "a-road-south"),
        ("L'État, c’est moi – 1,5 Mio. €!", "letat-cest-moi-1-5-mio"),
        ("Ein sehr langer Titel, der nicht und nicht enden will", "ein-sehr-langer-titel-der-nicht-und"),
        ("x" * 60, "x" * LONGEST_ID),
        ("总统签署声明", None),
        ("EU", None),
        ("???", None),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_an_id_is_made_of_the_titles_words_so_that_it_can_be_typed(
    catalog: Catalog, title: str, name: str | None
) -> None:
    article = of("The bridge was built in 1902.", title=title)
    entry, _ = catalog.add(article)
    if name:
        assert entry.id == name
    else:
        assert re.fullmatch(rf"[a-z0-9-]+-{article.hash[:8]}", entry.id)


def test_articles_of_one_title_have_ids_of_their_own(catalog: Catalog) -> None:
    articles = [of(f"The bridge was built in 19{number}.", title="A bridge") for number in (10, 11, 12)]
    names = [catalog.add(article)[0].id for article in articles]
    assert names == ["a-bridge", *(f"a-bridge-{article.hash[:8]}" for article in articles[1:])]
    assert ids(catalog) == names


def test_any_number_of_owners_may_add_the_same_text(catalog: Catalog) -> None:
    article = of("Gas is dear.", title="Gas")
    names = [catalog.add(article, owner=f"owner {number}")[0].id for number in range(6)]
    longer = f"gas-{article.hash[:8]}"
    assert names == ["gas", longer, *(f"{longer}-{number}" for number in (2, 3, 4, 5))]


def test_no_passage_is_longer_than_the_reader_reads_whatever_the_embedder_does(
    tmp_path: Path, embedder: Embedder
) -> None:
    wide = copy(embedder)
    wide.longest = 512
    catalog = Catalog(tmp_path, lambda: wide, "another model")
    catalog.add(of(" ".join(f"The council met on day {n} and talked about the harbour." for n in range(40))))
    sizes = [wide.count_tokens(one.passage.searchable) for one in catalog.snapshot().passages.values()]
    catalog.close()
    assert LONGEST_PASSAGE / 2 < sizes[0] <= max(sizes) <= LONGEST_PASSAGE


def test_no_article_is_lost_when_a_text_comes_back_under_a_title_that_is_taken(catalog: Catalog) -> None:
    draft = of("The draft of it.", title="News", source="/b.md")
    catalog.add(of("The news of today.", title="News", source="/a.md"))
    catalog.add(draft)
    catalog.add(of("The final text of it.", title="News", source="/b.md"))
    assert catalog.add(replace(draft, source="/c.md"))[1] == "added"
    assert sorted(entry.source for entry in catalog.entries()) == ["/a.md", "/b.md", "/c.md"]


def test_an_article_is_named_by_its_id_or_by_the_beginning_of_it(catalog: Catalog) -> None:
    bridge, _ = catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    older, _ = catalog.add(of("The older bridge fell.", title="A bridge that fell"))
    gas, _ = catalog.add(of("Gas is sold to Europe.", title="Gas"))
    assert [catalog.entry(name) for name in ("a-bridge", "a-bridge-", "g")] == [bridge, older, gas]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("road", "No article with 'road'. There is: a-bridge, a-boat, gas"),
        ("a-bridges", "No article with 'a-bridges'. There is: a-bridge, a-boat, gas"),
        ("", "No article with ''. There is: a-bridge, a-boat, gas"),
        ("a-b", "Several articles begin with 'a-b'. There is: a-bridge, a-boat"),
    ],
)
def test_an_unknown_id_is_answered_with_those_there_are(catalog: Catalog, name: str, said: str) -> None:
    for title in ("A bridge", "A boat", "Gas"):
        catalog.add(of(f"This is about {title}.", title=title))
    with pytest.raises(KeyError) as unknown:
        catalog.remove(name)
    assert unknown.value.args == (said,)
    assert len(ids(catalog)) == 3


# --- what a question is answered from ---------------------------------------------------------------------------------


def test_a_snapshot_never_changes_and_the_next_one_shows_what_did(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    before = catalog.snapshot()
    assert catalog.snapshot() is before
    catalog.add(of("Gas is sold to Europe.", title="Gas"))
    after = catalog.snapshot()
    assert [[one.kept.id for one in snapshot.passages.values()] for snapshot in (before, after)] == [
        ["a-bridge"],
        ["a-bridge", "gas"],
    ]
    assert before.revision < after.revision


def test_a_snapshot_knows_the_place_of_each_passage_and_sentence(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902. It fell in 1950.", title="A bridge"))
    catalog.add(of("Gas is sold to Europe. It is dear. It burns.", title="Gas"))
    snapshot = catalog.snapshot()
    bridge, gas = snapshot.kept
    assert snapshot.sentence_count == 5
    assert [snapshot.sentence_position(kept, n) for kept, n in ((bridge, 1), (gas, 0), (gas, 2))] == [1, 2, 4]
    assert list(snapshot.positions) == list(snapshot.passages) == [k.key(p) for k in (bridge, gas) for p in k.passages]
    assert snapshot.passage_vectors.shape == (len(snapshot.passages), 384)
    np.testing.assert_allclose(np.linalg.norm(snapshot.passage_vectors, axis=1), 1, atol=1e-5)
    assert snapshot.sentence_keywords.scores(["dear"]).nonzero()[0].tolist() == [3]


def test_a_snapshot_of_some_articles_is_partial_and_of_none_is_whole(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    catalog.add(of("Gas is sold to Europe.", title="Gas"))
    whole = catalog.snapshot()
    gas = whole.of(["gas"])
    assert ([kept.id for kept in gas.kept], gas.partial) == (["gas"], True)
    assert whole.of([]) is whole
    assert not whole.of(["gas", "a-bridge"]).partial
    assert Snapshot(0, ()).passages == {}


# --- one folder, one process, one model -------------------------------------------------------------------------------


def test_what_was_added_is_there_when_the_folder_is_opened_again(opened: Opener) -> None:
    entry, _ = opened().add(of("The bridge was built in 1902.", title="A bridge"))
    again = opened()
    assert again.entries() == [entry]
    assert consistent(again)


def test_a_second_catalog_on_the_folder_is_refused_at_once(catalog: Catalog, embedder: Embedder) -> None:
    begun = time.monotonic()
    with pytest.raises(BadStore) as refused:
        Catalog(catalog.folder, lambda: embedder, BUNDLED)
    assert time.monotonic() - begun < 1
    assert str(refused.value) == (
        f"Another Article Assistant has {catalog.folder} open. Stop it, or name another folder with --data-dir."
    )


def in_child(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    head = "import os, pickle, signal, sys, time\nfrom pathlib import Path\nfrom index.catalog import *\n"
    command = [sys.executable, "-c", head + code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_another_process_is_refused_at_once_too(catalog: Catalog) -> None:
    done = in_child(
        "begun = time.monotonic()\n"
        "try:\n    Catalog(Path(sys.argv[1]), Embedder, 'model')\n"
        "except BadStore as error:\n    print(time.monotonic() - begun < 1, error, sep='\\n')",
        catalog.folder,
    )
    said = f"Another Article Assistant has {catalog.folder} open. Stop it, or name another folder with --data-dir."
    assert (done.stdout.splitlines(), done.stderr) == (["True", said], "")


def test_a_folder_that_could_not_be_opened_is_left_free(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "library.db").write_bytes(b"a letter to a friend\n" * 500)
    with pytest.raises(BadStore) as refused:
        Catalog(tmp_path, lambda: embedder, BUNDLED)
    assert "file is not a database" in str(refused.value)
    (tmp_path / "library.db").unlink()
    Catalog(tmp_path, lambda: embedder, BUNDLED).close()


def test_another_thread_may_close_it(tmp_path: Path, embedder: Embedder) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = Catalog(tmp_path, lambda: embedder, BUNDLED)
        pool.submit(first.close).result()
        Catalog(tmp_path, lambda: embedder, BUNDLED).close()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadStore, match=f"^{folder} cannot be used as the data folder: .+ Name another.$"):
            Catalog(folder, lambda: embedder, BUNDLED)


def test_a_library_embedded_with_another_model_is_refused_until_it_is_embedded_again(opened: Opener) -> None:
    entry, _ = opened().add(of("The bridge was built in 1902.", title="A bridge"))
    other = opened("another model")
    said = (
        f"The articles in {other.folder} were embedded with 'all-MiniLM-L6-v2', not 'another model'. "
        "Run: article-assistant rebuild --embed, or set ASSISTANT_EMBEDDING_MODEL back."
    )
    for refused in (
        other.snapshot,
        lambda: other.add(of("Gas.")),
        lambda: other.remove("a-bridge"),
        other.rebuild,
        other.unfound,
    ):
        with pytest.raises(BadStore) as error:
            refused()
        assert str(error.value) == said
    assert [replace(e, added=entry.added) for e in other.entries()] == [entry]
    assert other.rebuild(embed=True) == 1
    assert other.library.embedder == "another model"
    assert ids(other) == ["a-bridge"]
    assert consistent(other)


def test_the_shipped_article_is_embedded_again_as_well(reopened: Opener) -> None:
    passages = len(reopened().snapshot().passages)
    other = reopened("another model")
    assert other.rebuild(embed=True) == passages
    assert [entry.shipped for entry in other.entries()] == [True]
    assert other.library.embedder == "another model"


def test_embedding_again_tells_its_progress_and_keeps_ids_and_order(opened: Opener) -> None:
    catalog = opened()
    for title in ("A bridge", "Gas"):
        catalog.add(of(f"This is about {title}.", title=title))
    told: list[tuple[int, int]] = []
    assert catalog.rebuild(embed=True, progress=lambda done, of: told.append((done, of))) == 2
    assert told == [(1, 2), (2, 2)]
    assert ids(catalog) == ["a-bridge", "gas"]


# --- damage -----------------------------------------------------------------------------------------------------------


def test_passages_that_the_index_lost_are_named_and_found_again_after_a_rebuild(opened: Opener) -> None:
    catalog = opened()
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    catalog.add(of("Gas is sold to Europe.", title="Gas"))
    assert catalog.unfound() == []
    lost = list(catalog.snapshot().passages)
    catalog.close()
    [store] = (catalog.folder / "index").glob("*/chroma.sqlite3")
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("DELETE FROM embeddings_queue")  # Chroma's log of vectors: what is counted is not found
    catalog = opened()
    assert catalog.unfound() == lost
    assert catalog.rebuild() == 2
    assert catalog.unfound() == []


def test_passages_with_the_same_words_do_not_count_as_lost(catalog: Catalog) -> None:
    for number in range(7):
        catalog.add(of("The bridge was built in 1902.", title=f"A bridge{'!' * number}"))
    twins = [Piece("paragraph", f"{'The bridge was built in 1902.'}{' ' * n}{'!' * n}") for n in range(7)]
    catalog.add(Article.of(twins, title="Twins", language="en"))
    assert catalog.unfound() == []


def test_an_index_that_is_gone_is_made_again_from_the_library(opened: Opener) -> None:
    catalog = opened()
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    catalog.snapshot()
    catalog.close()
    for file in (catalog.folder / "index").rglob("*"):
        if file.is_file():
            file.write_bytes(b"")
    assert consistent(opened())


def test_an_index_that_could_not_be_written_is_matched_as_soon_as_it_can_be(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    (catalog.folder / "index").write_text("no folder")
    for _ in range(2):
        with pytest.raises(BadStore, match="could not be made: .*File exists.*article-assistant rebuild"):
            catalog.snapshot()
    (catalog.folder / "index").unlink()
    assert consistent(catalog)


def test_an_index_that_takes_no_more_passages_can_be_rebuilt(catalog: Catalog) -> None:
    index = VectorIndex(catalog.folder / "index")  # of vectors of another size, all of them gone
    index.rebuild({"old": np.ones(5, np.float32)}, {"old": "old"})
    assert index.client
    index.client.get_collection(COLLECTION, embedding_function=None).delete(ids=["old"])
    index.close()
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    assert catalog.rebuild() == 1
    assert consistent(catalog)


KILLED_AFTER_PUT = """
catalog = Catalog(Path(sys.argv[1]), Embedder, sys.argv[2])
catalog.library.put(pickle.loads(Path(sys.argv[3]).read_bytes()), embedder=sys.argv[2])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("indexed_before", [False, True], ids=["a first article", "an article in the place of another"])
def test_a_kill_between_the_library_and_the_index_loses_nothing(
    opened: Opener, tmp_path_factory: pytest.TempPathFactory, indexed_before: bool
) -> None:
    catalog = opened()
    catalog.add(of("The old bridge was built in 1902.", title="A bridge", source="/bridge.md"))
    if indexed_before:
        assert consistent(catalog)
    [old] = catalog.library.read()[1]
    text = "The new bridge was built in 1950. It carries gas."
    new = Kept(old.id, of(text, "A bridge", "/bridge.md"), *made(catalog, text))
    file = tmp_path_factory.mktemp("given") / "kept.pickle"
    file.write_bytes(pickle.dumps([new]))
    catalog.close()

    killed = in_child(KILLED_AFTER_PUT, catalog.folder, BUNDLED, file)
    assert (killed.returncode, killed.stderr) == (-9, "")

    index = VectorIndex(catalog.folder / "index")
    assert len(index.keys()) == indexed_before  # the index is still the old one
    index.close()
    again = opened()
    [read] = again.snapshot().kept
    assert (read.article, read.passages) == (new.article, new.passages)
    assert consistent(again)


def made(catalog: Catalog, text: str) -> tuple[tuple[Passage, ...], Vectors, Vectors]:
    """The passages of a text of one passage, and vectors for it and its sentences."""
    article = of(text, "A bridge", "/bridge.md")
    embedder = catalog.embedder
    passages = tuple(cut(article, embedder.count_tokens, embedder.longest - 2))
    vectors = embedder.embed([p.searchable for p in passages]), embedder.embed([article[s] for s in article.sentences])
    return passages, *vectors


# --- owners -----------------------------------------------------------------------------------------------------------


def seen(catalog: Catalog, owner: str | None) -> list[str]:
    return [kept.id for kept in catalog.view(owner=owner).kept]


def test_an_owner_sees_everyones_articles_and_their_own(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    catalog.add(of("Gas is sold to Europe.", title="Gas"), owner="ann")
    catalog.add(of("Oil is sold to Asia.", title="Oil"), owner="bob")
    assert seen(catalog, "ann") == [entry.id for entry in catalog.entries("ann")] == ["a-bridge", "gas"]
    assert seen(catalog, "bob") == ["a-bridge", "oil"]
    assert seen(catalog, "eve") == ["a-bridge"]
    assert seen(catalog, None) == ids(catalog) == ["a-bridge", "gas", "oil"]
    assert [kept.id for kept in catalog.view(["gas"], "ann").kept] == ["gas"]


def test_anothers_article_reads_like_an_unknown_one(catalog: Catalog) -> None:
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    catalog.add(of("Gas is sold to Europe.", title="Gas"), owner="ann")
    for act in (catalog.entry, catalog.article, catalog.remove, lambda id, owner: catalog.view([id], owner)):
        said = []
        for name in ("gas", "ghost"):
            with pytest.raises(KeyError) as unknown:
                act(name, "bob")
            said.append(unknown.value.args[0].replace(name, "…"))
        assert said[0] == said[1] == "No article with '…'. There is: a-bridge"
    assert catalog.article("gas", "ann") == of("Gas is sold to Europe.", title="Gas")
    assert catalog.remove("gas", "ann").id == "gas"


def test_two_owners_may_add_the_same_text_and_the_same_source(catalog: Catalog) -> None:
    changes = [
        catalog.add(of(text, title="Gas", source="/gas.md"), owner=owner)[1]
        for owner, text in (("ann", "Gas is dear."), ("bob", "Gas is dear."), ("ann", "Gas is cheap."), ("", "Gas is."))
    ]
    assert changes == ["added", "added", "replaced", "added"]
    texts = {owner: [kept.article.text for kept in catalog.view(owner=owner).kept] for owner in ("ann", "bob", "")}
    assert texts == {"ann": ["Gas is cheap.", "Gas is."], "bob": ["Gas is dear.", "Gas is."], "": ["Gas is."]}
    assert len(set(ids(catalog))) == 3
    assert consistent(catalog)


def test_the_shipped_article_is_there_for_those_who_see_no_other(reopened: Opener) -> None:
    catalog = reopened()
    [shipped] = ids(catalog)
    catalog.add(of("Gas is sold to Europe.", title="Gas"), owner="ann")
    assert (seen(catalog, "ann"), seen(catalog, "bob")) == (["gas"], [shipped])
    catalog.add(of("The bridge was built in 1902.", title="A bridge"))
    assert seen(catalog, "bob") == ["a-bridge"]


def test_embedding_again_keeps_the_owners(opened: Opener) -> None:
    opened().add(of("Gas is sold to Europe.", title="Gas"), owner="ann")
    other = opened("another model")
    other.rebuild(embed=True)
    assert {entry.id: entry.owner for entry in other.entries() if not entry.shipped} == {"gas": "ann"}


def test_owners_articles_of_another_model_are_refused_also_after_a_look_at_the_list(opened: Opener) -> None:
    opened().add(of("Gas is sold to Europe.", title="Gas"), owner="ann")
    other = opened("another model")
    assert ids(other) == ["gas"]
    assert other.library.embedder == BUNDLED
    with pytest.raises(BadStore, match="were embedded with"):
        other.snapshot()


def test_views_of_many_choices_are_made_and_kept_by_several_threads(catalog: Catalog) -> None:
    for n in range(6):
        catalog.add(of(f"Number {n} is here.", title=f"Number {n}"))
    choices = [[f"number-{a}", f"number-{b}"] for a in range(6) for b in range(6) if a != b]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda chosen: [kept.id for kept in catalog.view(chosen).kept], choices))
    assert [sorted(one) for one in found] == [sorted(chosen) for chosen in choices]
    assert catalog.view(choices[0]) is catalog.view(choices[0])
