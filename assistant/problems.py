"""Errors as HTTP gives them out: RFC 9457 documents, in which nothing of the request is repeated."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from assistant.errors import ArticleGone, BadQuestion, Busy, Stopped, UnknownConversation, UnknownTurn
from assistant.limits import Limited
from index.errors import BadSource, BadStore, UnknownArticle, Unreachable

MEDIA_TYPE = "application/problem+json"
STOPPING = "The server is stopping. Try again in a moment."
GONE = "An article that this conversation asks is not there any more. Give it others as articles."
UNKNOWN = {
    "conversation": "There is no such conversation.",
    "article": "There is no such article.",
    "turn": "The conversation has no such turn.",
}
# The errors of ours: status, code, the words where an error's own repeat what was asked, seconds to wait.
KNOWN: dict[type[Exception], tuple[int, str, str, float]] = {
    BadQuestion: (422, "bad_question", "", 0),
    UnknownConversation: (404, "unknown_conversation", UNKNOWN["conversation"], 0),
    UnknownTurn: (404, "unknown_turn", UNKNOWN["turn"], 0),
    ArticleGone: (404, "unknown_article", GONE, 0),
    UnknownArticle: (404, "unknown_article", UNKNOWN["article"], 0),
    BadSource: (422, "bad_source", "", 0),
    Unreachable: (422, "unreachable", "", 0),
    Busy: (409, "busy", "", 1),
    Limited: (429, "limited", "", 1),
    Stopped: (503, "stopping", STOPPING, 5),
    BadStore: (503, "store_unusable", "The library or the database cannot be used now. The server's log says why.", 10),
}
KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


@dataclass(frozen=True)
class Problem:
    """What was wrong and what to do, in words; `code` is for programs, `param` the member at fault."""

    status: int
    code: str
    detail: str
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, request_id: str, path: str | None = None) -> dict[str, Any]:
        """With the `error` member that clients of OpenAI's API read."""
        kind = KINDS.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        document = {
            "type": f"urn:article-assistant:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
            "error": {"message": self.detail, "type": kind, "param": self.param, "code": self.code},
        }
        return document if path is None else {**document, "instance": path}


class Refused(Exception):
    """A door's own reason not to do what was asked, as a problem."""

    def __init__(self, status: int, code: str, detail: str, param: str | None = None) -> None:
        super().__init__(detail)
        self.problem = Problem(status, code, detail, param)


class Invalid(Exception):
    """What pydantic found wrong with a request."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


def unknown(what: str, param: str | None = None) -> Refused:
    """For what is not there and for what is another's: they must not differ."""
    return Refused(404, f"unknown_{what}", UNKNOWN[what], param)


def problem(error: BaseException) -> Problem:
    """The problem that an error of ours is; for any other one, a failure of the server that tells nothing."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, Invalid):
        return invalid(error.errors)
    for kind, (status, code, said, wait_s) in KNOWN.items():
        if isinstance(error, kind):
            wait_s = error.retry_after_s if isinstance(error, Limited) else wait_s
            headers = {"Retry-After": str(max(1, math.ceil(wait_s)))} if wait_s else {}
            if isinstance(error, Limited) and error.allowance:
                headers |= error.allowance.headers
            return Problem(status, code, said or str(error), headers=headers)
    return Problem(500, "internal", "Something went wrong that should not. Name the request_id to whoever runs this.")


def invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """What pydantic found wrong with a request: where and why, without what was sent."""
    places = [_place(error) for error in errors[:5]]
    reasons = [_reason(error) for error in errors[:5]]
    said = "; ".join(f"{place}: {reason}" if place else reason for place, reason in zip(places, reasons, strict=True))
    return Problem(422, "invalid_request", f"The request is not as it should be. {said}.", places[0] or None)


def _place(error: Mapping[str, Any]) -> str:
    """A name that is not ours is not repeated."""
    where = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
    if error["type"] == "extra_forbidden":
        where = where[:-1]
    return "" if error["type"] == "json_invalid" else ".".join(where)


def _reason(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return "The body is not JSON"
    if tuple(error["loc"]) == ("body",):  # another kind of body, or none
        return "Send a JSON object, as Content-Type: application/json"
    if error["type"] == "extra_forbidden":
        return "it has a member that does not belong there"
    reason = str(error["msg"])
    return reason[:1].lower() + reason[1:] if error["loc"] else reason
