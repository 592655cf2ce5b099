"""Write a trained network as int8 ONNX: `python -m index.training.export WORK READER.onnx`.

Prints the size, the sha256, and how far int8 moves the outputs on random pairs. Calibrate comes next.
"""

import hashlib
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
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


def restored(source: Path) -> dict[str, torch.Tensor]:
    """The weights of a file that `export` wrote, as a state of `Network`: int8 ones to the precision they have."""
    held = {one.name: numpy_helper.to_array(one) for one in onnx.load(source).graph.initializer}
    # The file names a matrix by a number and holds it turned: a network of random weights shows which is which.
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        network = Network().eval()
        for weight in network.parameters():
            torch.nn.init.normal_(weight)
        export(network, Path(folder) / "plain.onnx", quantised=False)
        named = {w.name: numpy_helper.to_array(w) for w in onnx.load(Path(folder) / "plain.onnx").graph.initializer}
    state = network.state_dict()
    for name, weight in network.named_parameters():
        ours = weight.detach().numpy()
        for turned, there in ((False, ours), (True, ours.T)):
            found = [one for one, value in named.items() if value.shape == there.shape and np.array_equal(value, there)]
            if found:
                value = _full(held, found[0])
                state[name] = torch.from_numpy(np.array(value.T if turned else value, np.float32))
                break
        else:  # the encoder's pooler, which nothing reads
            state[name] = torch.zeros_like(weight)
    return state


def _full(held: dict[str, np.ndarray], name: str) -> np.ndarray:
    if name in held:
        return held[name]
    if f"{name}_Transposed_quantized" in held:
        return _full(held, f"{name}_Transposed").T
    scale, zero = held[f"{name}_scale"], held[f"{name}_zero_point"].astype(np.float32)
    return np.asarray((held[f"{name}_quantized"].astype(np.float32) - zero) * scale)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
