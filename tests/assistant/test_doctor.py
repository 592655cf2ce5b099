import subprocess
import sys

import pytest

from assistant.ask import Assistant
from assistant.doctor import examine
from assistant.settings import Settings


def test_a_sound_installation_is_found_sound(shipped: Assistant) -> None:
    seen: list[tuple[int, int]] = []
    findings = list(examine(shipped, Settings(), lambda done, of: seen.append((done, of)), calls=[]))
    assert [finding.check for finding in findings if finding.sound] == [
        "python", "packages", "model", "reader", "verifier", "answer verifier", "library", "articles", "index",
        "search", "answer", "network",
    ]  # fmt: skip
    assert seen[-1] == (len(shipped.catalog.snapshot().passages),) * 2


def test_a_passage_that_cannot_be_found_is_noticed(shipped: Assistant) -> None:
    snapshot = shipped.catalog.snapshot()
    missing = list(snapshot.passages)[3]
    vectors = dict(zip(snapshot.passages, snapshot.passage_vectors, strict=True))
    names = {key: one.kept.id for key, one in snapshot.passages.items()}
    held = {key: vector for key, vector in vectors.items() if key != missing}
    shipped.catalog.index.rebuild(held, names)
    wrong = [finding.check for finding in examine(shipped, Settings(), lambda done, of: None) if not finding.sound]
    assert wrong == ["index", "search"]
    shipped.catalog.index.rebuild(vectors, names)


def test_a_call_to_the_outside_is_noticed_and_named(shipped: Assistant) -> None:
    findings = list(examine(shipped, Settings(), lambda done, of: None, calls=["models.example"]))
    assert (findings[-1].sound, findings[-1].found) == (False, "tried to reach models.example")


@pytest.mark.parametrize(
    ("event", "noticed"),
    [
        ("'socket.connect', None, ('203.0.113.7', 80)", "['203.0.113.7']"),
        ("'socket.getaddrinfo', 'models.example', 443, 0, 0, 0", "['models.example']"),
        ("'socket.connect', None, ('127.0.0.1', 80)", "[]"),
        ("'socket.connect', None, '/run/some.socket'", "[]"),
    ],
)
def test_the_watch_sees_what_would_leave_and_lets_this_machine_be(event: str, noticed: str) -> None:
    script = (
        f"import sys\nfrom assistant.doctor import watch_network\nc = watch_network()\nsys.audit({event})\nprint(c)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == noticed


@pytest.mark.skipif(sys.platform != "linux", reason="a network of its own is a thing of Linux")
def test_a_process_that_is_cut_off_reaches_not_even_its_own_machine() -> None:
    script = """
import socket
from assistant.doctor import cut_network
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), 2).close()
if not cut_network():
    print("not allowed")
else:
    try:
        socket.create_connection(server.getsockname(), 2)
    except OSError as error:
        print(error.errno)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    if done.stdout.strip() == "not allowed":
        pytest.skip("this machine lets nobody make a network namespace")
    assert done.stdout.strip() == "101"  # ENETUNREACH
