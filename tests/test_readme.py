"""The README is true: its commands, their output, its settings table and its tree."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
PROGRAM = Path(sys.executable).with_name("article-assistant")


def commands(block: str) -> list[str]:
    return [line for line in block.splitlines() if ".venv/bin/article-assistant" in line]


def run(arguments: str, folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    command = arguments.replace(".venv/bin/article-assistant", str(PROGRAM))
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(folder)}
    return subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, input=given, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(not PROGRAM.exists(), reason="the project is not installed: pip install -e '.[test]'")
def test_the_first_command_prints_what_the_readme_shows(tmp_path: Path) -> None:
    command = commands(BLOCKS[0])[0].split(" && ")[-1]
    done = run(command, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == BLOCKS[1].strip()


def test_the_lines_of_python_print_where_each_quote_stands_and_langchain_citations(tmp_path: Path) -> None:
    [block] = [block for block in BLOCKS if block.startswith("from assistant.")]
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(tmp_path)}
    ran = [sys.executable, "-c", block]
    done = subprocess.run(ran, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    quotes, blocks = (ast.literal_eval(line) for line in done.stdout.splitlines())
    cited = [
        (note["cited_text"], note["extras"]["start"], note["extras"]["end"])
        for one in blocks
        for note in one["annotations"]
    ]
    assert cited == quotes != []


def test_the_test_command_is_the_one_that_is_checked_with() -> None:
    [command] = [block.strip() for block in BLOCKS if "-m pytest" in block]
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_settings_table_lists_every_setting_with_its_default_and_meaning() -> None:
    rows = re.findall(r"^\| `((?:ASSISTANT|SLACK)_\w+)` \| (.*?) \| (.*?) \|$", README, re.MULTILINE)
    shown = {name: (default.strip("`"), meaning) for name, default, meaning in rows}
    fields = Settings.model_fields
    assert {name: meaning for name, (_, meaning) in shown.items()} == {
        Settings.variable(name): field.description for name, field in fields.items()
    }
    assert {name: default for name, (default, _) in shown.items() if name != "ASSISTANT_DATA_DIR"} == {
        Settings.variable(name): str(field.default) for name, field in fields.items() if name != "data_dir"
    }


def test_the_tree_lists_every_file_of_the_packages() -> None:
    tree = next(block for block in BLOCKS if block.startswith("assistant/"))
    shown, folder = set(), ""
    for line in tree.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else ""
        shown.add(folder + name)
        folder = name if name.endswith("/") and not line.startswith(" ") else folder
    files = {
        str(path.relative_to(ROOT))
        for package in ("assistant", "index", "prompts")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != "__init__.py"
    }
    assert {name for name in shown if not name.endswith("/")} == files
