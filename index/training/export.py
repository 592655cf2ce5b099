"""Write a trained network as int8 ONNX: `python -m index.training.export WORK READER.onnx`.

Prints the size, the sha256, and how far int8 moves the outputs on random pairs. Calibrate comes next.
"""

import hashlib
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from rich.console import Console

from index.training.network import Network

OPSET = 17


def main(work: Path, target: Path) -> None:
    network = Network().eval()
    network.load_state_dict(torch.load(work / "checkpoint.pt", map_location="cpu", weights_only=True)["network"])
    export(network, target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    Console().print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, sha256 {digest}")


def export(network: Network, target: Path, *, quantised: bool = True) -> None:
    """Weights as int8, each column with its own scale; activations are quantised as they come."""
    names = ["ids", "types", "mask"]
    example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in names)
    axes = {name: {0: "pairs", 1: "tokens"} for name in [*names, "tokens"]} | {"whole": {0: "pairs"}}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = target if not quantised else Path(folder) / "plain.onnx"
        torch.onnx.export(
            network, example, str(plain), input_names=names, output_names=["tokens", "whole"],
            dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        if quantised:
            quantize_dynamic(
                plain, target, op_types_to_quantize=["MatMul", "Gather"], per_channel=True, weight_type=QuantType.QInt8
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
