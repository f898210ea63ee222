"""The snippets of docs/serving.md, run as they stand there."""

import contextlib
import importlib.machinery
import importlib.util
import io
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
REST, SHELL, GRPC, PIXELS, TFLITE, ONNX = (
    *("urllib.request", "base64 -w0", "PredictRequest", "Image.open", "ai_edge_litert", "onnxruntime"),
)
"""A word that one snippet alone has."""


def snippet(word: str, language: str = "python", **replaced: str) -> str:
    """The snippet with that word; `replaced` names what of it is otherwise here."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if word in block]
    for old, new in replaced.items():
        text = TEXTS[old]
        assert text in found, text
        found = found.replace(text, new)
    return str(found)


TEXTS = {
    "picture": "new.jpg",
    "rest": "localhost:8501",
    "grpc": "localhost:8500",
    "folder": "workspace/serving/solar-cells/1700000000/assets.extra/exports",
}
"""What of the snippets is not the same everywhere."""


def run(code: str, names: dict[str, Any]) -> str:
    """Runs Python with `names`, which grow; returns what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/serving.md", "exec"), names)
    return printed.getvalue().strip()


def run_shell(code: str) -> str:
    """What a shell prints."""
    return subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True).stdout


def stand_in_for_litert() -> None:
    """The interpreter of LiteRT, where it is not installed: TensorFlow has the same."""
    if importlib.util.find_spec("ai_edge_litert"):
        return
    import tensorflow as tf

    module = ModuleType("ai_edge_litert.interpreter")
    module.Interpreter = tf.lite.Interpreter  # type: ignore[attr-defined]
    sys.modules["ai_edge_litert"] = package = ModuleType("ai_edge_litert")
    package.__spec__ = importlib.machinery.ModuleSpec("ai_edge_litert", None)
    sys.modules["ai_edge_litert.interpreter"] = module
