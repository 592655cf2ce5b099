"""Write a trained network as int8 ONNX: `python -m index.training.export WORK READER.onnx [--float32]`.

Prints the size and the sha256. Calibrate comes next. --base mixes with the reader that the training began with. A file
of --float32 is four times as large: to measure against.
"""

import hashlib
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import torch
import typer
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from rich.console import Console

from index.training.network import Network, Verifier

OPSET = 17
LARGE = 4096  # weights of a matrix that is kept as int8


def main(
    work: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="a folder that train wrote")],
    target: Path,
    base: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="the reader that it began with: to mix with")
    ] = None,
    part: Annotated[float, typer.Option(min=0, max=1, help="of the new weights in the mixture with --base")] = 0.6,
    float32: Annotated[bool, typer.Option("--float32", help="full weights, to measure against")] = False,
) -> None:
    """Write a trained network as int8 ONNX."""
    checkpoint = work / "checkpoint.pt"
    if not checkpoint.exists():
        raise typer.BadParameter(f"There is no checkpoint.pt in {work}. Train first, or name another folder.")
    network = Network().eval()
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["network"]
    network.load_state_dict(mixed(state, restored(base), part) if base else state)
    export(network, target, quantised=not float32)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    Console().print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, sha256 {digest}")


def mixed(new: Mapping[str, torch.Tensor], old: Mapping[str, torch.Tensor], part: float) -> dict[str, torch.Tensor]:
    """`part` of the new weights and the rest of the old: what was learned, and little forgotten (Wortsman 2022)."""
    return {name: (part * one.float() + (1 - part) * old[name].float()).to(one.dtype) for name, one in new.items()}


def export(network: Network | Verifier, target: Path, *, quantised: bool = True) -> None:
    """Only weights are int8; they are made float32 again when the file is loaded.

    Activations in int8 would read twice as fast, but cost a point of sentence@1 (the model card, README.md).
    """
    names = ["ids", "types", "mask"]
    example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in names)
    axes = {name: {0: "pairs", 1: "tokens"} for name in names} | network.outputs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, example, str(target), input_names=names, output_names=list(network.outputs),
            dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
    if quantised:
        model = onnx.load(target)
        _quantise(model.graph)
        onnx.save(model, target)


def _quantise(graph: onnx.GraphProto) -> None:
    """Keep each large matrix as int8, every column with its own scale."""
    kept, nodes = [], []
    for one in graph.initializer:
        weights = numpy_helper.to_array(one)
        if weights.ndim != 2 or weights.dtype != np.float32 or weights.size < LARGE:
            kept.append(one)
            continue
        scale = np.maximum(np.abs(weights).max(0), 1e-9) / 127
        whole = np.round(weights / scale).astype(np.int8)
        parts = [f"{one.name}_int8", f"{one.name}_scale"]
        kept += [numpy_helper.from_array(*part) for part in zip((whole, scale), parts, strict=True)]
        nodes.append(helper.make_node("DequantizeLinear", parts, [one.name], axis=1))
    nodes += graph.node
    for held, new in ((graph.initializer, kept), (graph.node, nodes)):
        del held[:]
        held.extend(new)


def restored(source: Path) -> dict[str, torch.Tensor]:
    """The weights of a file that `export` wrote, as a state of its network: int8 ones to the precision they have."""
    graph = onnx.load(source).graph
    verifies = {one.name for one in graph.output} == set(Verifier.outputs)
    held = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear":
            whole, scale = (held[name] for name in node.input)
            held[node.output[0]] = whole * scale
    # The file names a matrix by a number and holds it turned: a network of random weights shows which is which.
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        network = (Verifier() if verifies else Network()).eval()
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
                value: NDArray[np.float32] = held[found[0]]
                state[name] = torch.from_numpy(np.array(value.T if turned else value, np.float32))
                break
        else:  # the encoder's pooler, which nothing reads
            state[name] = torch.zeros_like(weight)
    return state


if __name__ == "__main__":
    typer.run(main)
