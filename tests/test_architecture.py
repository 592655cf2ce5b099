"""Imports go one way: doors -> assistant -> {index, prompts}."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for package in ("assistant", "index", "prompts") for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules of ours that a file imports, wherever in it, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("assistant", "index", "prompts", "tests")}


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def door(name: str) -> str:
    """The door that a module is a part of: `slack_text` is of `slack`."""
    return name.split(".")[2].split("_")[0]


def may_import(importer: str, name: str) -> bool:
    package, target = importer.split(".")[0], name.split(".")[0]
    if target == "tests":
        return False
    if importer.startswith("index.training"):
        return target == "index"
    if name.startswith("index.training"):
        return False
    if importer.startswith("assistant.doors"):
        composes = door(importer) in ("cli", "serve")
        return composes or not name.startswith("assistant.doors.") or door(name) in ("terminal", door(importer))
    if package == "assistant":
        return not name.startswith("assistant.doors")
    return target == package


@pytest.mark.parametrize("path", FILES, ids=module)
def test_a_module_imports_only_what_stands_below_it(path: Path) -> None:
    importer = module(path)
    assert [name for name in sorted(imported(path)) if not may_import(importer, name)] == []


@pytest.mark.parametrize(
    ("importer", "name"),
    [
        ("index.library", "assistant.ask"),
        ("index.library", "prompts"),
        ("prompts", "index.article"),
        ("assistant.ask", "assistant.doors.cli"),
        ("assistant.doors.api", "assistant.doors.cli"),
        ("assistant.doors.mcp", "assistant.doors.api_articles"),
        ("assistant.ask", "index.training.plain"),
        ("index.search", "tests.evals.search"),
    ],
)
def test_an_import_the_other_way_would_be_noticed(importer: str, name: str) -> None:
    assert not may_import(importer, name)


def test_no_import_goes_in_a_circle() -> None:
    names = {module(path).removesuffix(".__init__") for path in FILES}
    below = {module(path).removesuffix(".__init__"): imported(path) & names for path in FILES}
    while free := [name for name, needs in below.items() if not needs & below.keys()]:
        for name in free:
            del below[name]
    assert below == {}


def test_only_the_settings_read_the_environment() -> None:
    readers = {module(path) for path in FILES if "environ" in path.read_text(encoding="utf-8")}
    assert readers - {"assistant.doors.cli"} == {"assistant.settings"}  # the terminal sets variables of libraries
