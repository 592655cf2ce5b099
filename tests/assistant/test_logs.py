"""Logs as JSON, without what was asked."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import logs
from index.errors import BadStore


@pytest.fixture
def lines() -> Iterator[Any]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines())
    logger = logging.getLogger("assistant")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_an_event_is_one_line_of_json(lines: Any) -> None:
    logs.event("answer", outcome="found", seconds=0.2)
    [line] = lines()
    assert {k: v for k, v in line.items() if k != "time"} == {
        "level": "info", "logger": "assistant", "event": "answer", "outcome": "found", "seconds": 0.2,
    }  # fmt: skip


def test_an_error_tells_its_place_and_only_our_own_words(lines: Any) -> None:
    try:
        try:
            raise ValueError("SECRET question")
        except ValueError as error:
            raise BadStore("The disk is full.") from error
    except BadStore as error:
        logs.event("failure", error)
    [line] = lines()
    assert [(one["type"], one["said"]) for one in line["error"]] == [
        ("BadStore", "The disk is full."),
        ("ValueError", ""),
    ]
    assert "test_logs.py" in line["error"][0]["at"][0]
    assert "SECRET" not in json.dumps(line)
