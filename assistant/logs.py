"""Logs as one JSON object a line. They hold no question, no answer, no key: only what `fields` a caller gives."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from assistant.errors import Stopped

OURS = ("assistant", "index", "prompts")


class Lines(logging.Formatter):
    """A record as a JSON object: time, level, logger, event, then its `fields`, and where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def described(error: BaseException) -> list[dict[str, Any]]:
    """An error and what caused it: type, place in the code, and words where they are ours.

    The words of other libraries are left out: a database quotes what it was given.
    """
    found: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 8:
        frames = traceback.extract_tb(cause.__traceback__)
        said = str(cause) if type(cause).__module__.split(".")[0] in OURS else ""
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        found.append({"type": type(cause).__name__, "said": said, "at": places})
        cause = cause.__cause__ or cause.__context__
    return found


def configure(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send what we and the server log to `stream`, and of libraries only warnings."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    handler.addFilter(_wanted)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("assistant").setLevel(level)
    sys.unraisablehook = _ignored


def _wanted(record: logging.LogRecord) -> bool:
    """Some libraries set their own level; it is not asked for."""
    return record.levelno >= logging.WARNING or record.name.startswith("assistant")


def _ignored(found: "sys.UnraisableHookArgs") -> None:
    """What a generator raised while it was thrown away; that somebody hung up is no news."""
    if found.exc_value and not isinstance(found.exc_value, Stopped):
        event("ignored", found.exc_value)


def event(name: str, /, error: BaseException | None = None, **fields: Any) -> None:
    """Log that something happened; with `error`, as one."""
    level = logging.ERROR if error else logging.INFO
    logging.getLogger("assistant").log(level, name, exc_info=error, extra={"fields": fields})
