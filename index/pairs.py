"""A question and a passage as the reader sees them: token ids, and where each token stands in the passage."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

LONGEST_QUESTION, LONGEST_CONTEXT, LONGEST_TEXT = 64, 48, 320  # tokens; what is longer is cut at its end
CLS, SEP, PAD = 101, 102, 0  # of BERT's uncased vocabulary


@dataclass(frozen=True)
class Tokens:
    """The token ids of a text and the characters that each covers, `[start, end)` from the text's beginning."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Pair:
    """`[CLS] question [SEP] context [SEP] text [SEP]`: ids, segment types, and the place of the text's first token."""

    ids: list[int]
    types: list[int]
    first: int
    offsets: tuple[tuple[int, int], ...]


class Pairs:
    """Makes pairs with the tokenizer in `folder`; the texts seen last are remembered."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.tokens = lru_cache(maxsize=8192)(self._tokens)

    def pair(self, question: str, context: str, text: str) -> Pair:
        """`context` is the title and headings above the text; it may be empty."""
        asked = self.tokens(question).ids[:LONGEST_QUESTION]
        above = self.tokens(context).ids[:LONGEST_CONTEXT]
        read = self.tokens(text)
        head = [CLS, *asked, SEP, *above, SEP]
        body = [*read.ids[:LONGEST_TEXT], SEP]
        return Pair(head + body, [0] * len(head) + [1] * len(body), len(head), read.offsets[:LONGEST_TEXT])

    def _tokens(self, text: str) -> Tokens:
        encoded = self.tokenizer.encode(text, add_special_tokens=False)
        return Tokens(tuple(encoded.ids), tuple(encoded.offsets))
