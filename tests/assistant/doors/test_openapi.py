"""Thousands of requests made from the OpenAPI document: no failure, no undocumented reply, problems everywhere.

CASES=1400 python -m pytest tests/assistant/doors/test_openapi.py makes 20,000.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.ask import Assistant
from assistant.settings import Settings
from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from tests.assistant.doors.serving import Web, served

CASES = int(os.environ.get("CASES", "150"))  # for each operation
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SLOWEST_S = 5.0


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("openapi")
    catalog = Catalog(folder, lambda: embedder, BUNDLED)
    catalog.add(Article.of([Piece("paragraph", "The bridge was built by Clara Voss in 1903.")], title="The Bridge"))
    catalog.snapshot()
    with served(Assistant(catalog, Settings()), folder, requests_per_minute=1_000_000) as running:
        yield running
    catalog.close()


def check(case: schemathesis.Case, web: Web) -> None:
    began = time.monotonic()
    reply = case.call_and_validate(base_url=web.url, checks=CHECKS)
    assert time.monotonic() - began < SLOWEST_S
    if reply.status_code >= 400:
        assert reply.headers["content-type"] == ["application/problem+json"]
        assert "Traceback" not in reply.text


def test_every_request_gets_a_documented_reply(web: Web) -> None:
    made: Counter[str] = Counter()
    mode = settings(max_examples=CASES // 2, derandomize=True, database=None, phases=[Phase.generate])
    for found in schemathesis.openapi.from_dict(web.openapi).get_all_operations():
        operation = found.ok()
        for kind in GenerationMode:

            @given(case=operation.as_strategy(generation_mode=kind))
            @settings(mode, suppress_health_check=list(HealthCheck))
            def run(case: schemathesis.Case) -> None:
                check(case, web)
                made[case.operation.label] += 1

            with suppress(Unsatisfiable):  # what takes nothing cannot be asked wrongly
                run()
    assert len(made) == sum(len(methods) for methods in web.openapi["paths"].values())
    assert sum(made.values()) >= 14 * CASES, made  # the others take nothing: there is one way to ask them
