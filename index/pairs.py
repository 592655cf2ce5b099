"""A question and a passage as the reader sees them: token ids, and where each token stands in the passage."""

from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

# Tokens; what is longer is cut at its end.
LONGEST_QUESTION, LONGEST_STATEMENT, LONGEST_CONTEXT, LONGEST_TEXT = 64, 128, 48, 320
CLS, SEP, PAD = 101, 102, 0  # of BERT's uncased vocabulary


@dataclass(frozen=True)
class Pair:
    """`[CLS] question [SEP] context [SEP] text [SEP]`: ids, segment types, and the place of the text's first token.

    `offsets` are the characters that each token of the text covers, start and end (exclusive) from its beginning;
    `asked` the same of the question, whose tokens begin at place 1.
    """

    ids: list[int]
    types: list[int]
    first: int
    offsets: tuple[tuple[int, int], ...]
    asked: tuple[tuple[int, int], ...]


class Pairs:
    """Makes pairs with the tokenizer in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def pair(self, question: str, context: str, text: str, longest: int = LONGEST_QUESTION) -> Pair:
        """`context` is the title and headings above the text; it may be empty. `longest` is of the question."""
        asked, above, read = (
            self.tokenizer.encode(part, add_special_tokens=False) for part in (question, context, text)
        )
        head = [CLS, *asked.ids[:longest], SEP, *above.ids[:LONGEST_CONTEXT], SEP]
        body = [*read.ids[:LONGEST_TEXT], SEP]
        types = [0] * len(head) + [1] * len(body)
        return Pair(head + body, types, len(head), tuple(read.offsets[:LONGEST_TEXT]), tuple(asked.offsets[:longest]))
