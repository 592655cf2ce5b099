"""The verifiers: small networks that read a statement beside sentences, and say whether these support it.

One reads what a chat model wrote, the other a question with the reader's answer. They were made by index/training from
the reader; its README.md is their model card.
"""

from functools import cache
from pathlib import Path

import numpy as np

from index.embedder import bundled_folder
from index.pairs import LONGEST_STATEMENT, Pairs
from index.trained import PLAIN
from index.weights import Weights

CLAIMS, ANSWERS = (Path(__file__).with_name(f"{name}.onnx") for name in ("verifier", "answer_verifier"))
SHA256 = {
    CLAIMS: "c19d02ec09cbc53a662cb66e7da740b902feda71b610318d2cdbd7c2dfca5400",
    ANSWERS: "ef1dc6f782145845d38a4174df7165a6ce8831cf2f5be52fb59cf1e92cfea1e0",
}


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
def verifier(reader: str, file: Path = CLAIMS) -> Verifier | None:
    """One that comes along, loaded once; None beside the plain reader, or where its file was left out."""
    return Verifier(file, SHA256[file]) if reader != PLAIN and file.exists() else None
