"""The verifier: a small network that reads a statement and the sentences it cites, and says whether they support it.

It was made by index/training from the reader; its model card is index/training/README.md.
"""

from functools import cache
from pathlib import Path

import numpy as np

from index.embedder import bundled_folder
from index.pairs import LONGEST_STATEMENT, Pairs
from index.trained import PLAIN
from index.weights import Weights

FILE = Path(__file__).with_name("verifier.onnx")
FILE_SHA256 = "bee1db93c52c48ac5b091887a507770ede3fd6a46a374b56af2c6e2779801d26"


class Verifier:
    """A file that index/training/verifier.py wrote. Raises BadStore when it is another than `sha256` says, or none."""

    def __init__(self, path: Path, sha256: str = "") -> None:
        self.file = Weights(path, sha256)
        self.slope, self.more = self.file.last.get("support", [1.0, 0.0])
        self.pairs = Pairs(bundled_folder())

    def __call__(self, statement: str, title: str, text: str) -> float:
        """The chance that `text`, sentences under their title, says all that `statement` does. For English."""
        return float(1 / (1 + np.exp(-(self.slope * self.logit(statement, title, text) + self.more))))

    def logit(self, statement: str, title: str, text: str) -> float:
        """What the network says of it, to which the chance was fitted."""
        pair = self.pairs.pair(statement, title, text, LONGEST_STATEMENT)
        [[doubts]] = self.file.run(["doubts"], [pair])
        none = -np.logaddexp(0.0, doubts[: len(pair.asked) + 1]).sum()  # log of the chance that no word is wrong
        return float(none - np.log(-np.expm1(none)))


@cache
def verifier(reader: str) -> Verifier | None:
    """The one that comes along; None beside the plain reader, or where its file was left out. Loaded once."""
    return Verifier(FILE, FILE_SHA256) if reader != PLAIN and FILE.exists() else None
