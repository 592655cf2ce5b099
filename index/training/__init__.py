"""How the reader's weights were made. Never imported at run time."""

from importlib.util import find_spec

if not find_spec("onnx"):
    raise ModuleNotFoundError("Training a reader needs onnx. Install it with: pip install -e '.[train]'", name="onnx")
