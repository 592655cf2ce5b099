"""A file of weights that index/training/export.py wrote, as onnxruntime runs it."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import BadStore
from index.pairs import Pair

Floats = NDArray[np.float32]


class Weights:
    """A network; `last` are the weights that were fitted after it was trained, by name.

    Raises BadStore when the file is another than `sha256` says, or none.
    """

    def __init__(self, path: Path, sha256: str = "") -> None:
        import onnxruntime  # here, not above: the plain reader does without it

        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadStore(f"{path} cannot be read: {error.strerror}.") from error
        self.sha256 = hashlib.sha256(data).hexdigest()
        if sha256 and self.sha256 != sha256:
            raise BadStore(f"{path} is not the file it should be. Install Article Assistant again.")
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others work here too
        options.add_session_config_entry("session.disable_quant_qdq", "1")  # int8 weights become float32 once
        try:
            self.session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 (onnxruntime's errors have no common class)
            raise BadStore(f"{path} is no network that index/training wrote.") from error
        facts = self.session.get_modelmeta().custom_metadata_map
        self.last: dict[str, list[float]] = json.loads(facts.get("weights", "{}"))

    def run(self, outputs: Sequence[str], pairs: Sequence[Pair]) -> list[Floats]:
        """The named outputs for the pairs, padded to the longest: each (pairs, …)."""
        length = max(len(pair.ids) for pair in pairs)
        ids, types, mask = (np.zeros((len(pairs), length), np.int64) for _ in range(3))
        for row, pair in enumerate(pairs):
            ids[row, : len(pair.ids)] = pair.ids
            types[row, : len(pair.ids)] = pair.types
            mask[row, : len(pair.ids)] = 1
        found: list[Floats] = self.session.run(list(outputs), {"ids": ids, "types": types, "mask": mask})
        return found
