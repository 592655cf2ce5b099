"""The commands `serve` and `keys`, and what the README says of them."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.program import program as run

ROOT = Path(__file__).parents[3]
PROGRAM = Path(sys.executable).with_name("article-assistant")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
CURLS = [line for line in README.splitlines() if line.startswith("curl ")]
SCRIPTS = [
    block for block in re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE) if ADDRESS in block
]

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="the project is not installed: pip install -e '.[test]'")


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, once it says where it is."""
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(folder / "data")}
    command = [PROGRAM, "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr
        try:
            ready = next(line for line in program.stderr if "Article Assistant is at" in line)
            yield program, ready.split()[-1]
        finally:
            program.kill()


def test_without_keys_it_listens_to_this_machine_only_and_says_why(tmp_path: Path) -> None:
    done = run("serve", "--host", "0.0.0.0", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "keys add NAME" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("ASSISTANT_PUBLIC_URL", "https://ask.example.org"), ("ASSISTANT_ALLOWED_HOSTS", "localhost, ask.example.org")],
)
def test_without_keys_it_goes_by_no_name_that_others_may_use(tmp_path: Path, name: str, value: str) -> None:
    done = run("serve", folder=tmp_path, **{name: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert "not at ask.example.org" in done.stderr
    assert "keys add NAME" in done.stderr


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), folder=tmp_path)
    said = done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (2, "")
    assert said.startswith(f"The server cannot listen at port {port} of 127.0.0.1: ")
    assert said.endswith(" Name another with --port or --host.")


def test_keys_are_made_listed_and_revoked_in_the_terminal(tmp_path: Path) -> None:
    key = run("keys", "add", "anna", folder=tmp_path).stdout.strip()
    assert re.fullmatch(r"aa_[\w-]{43}", key)
    listed = run("keys", "list", folder=tmp_path).stdout
    assert re.fullmatch(r"anna\t[\d-]+ [\d:]+ UTC\n", listed)
    assert run("keys", "add", "anna", folder=tmp_path).returncode == 2
    assert run("keys", "revoke", "anna", folder=tmp_path).returncode == 0
    assert run("keys", "list", folder=tmp_path).stdout == ""


def test_it_serves_the_page_obeys_keys_at_once_runs_the_readme_and_stops_when_told(tmp_path: Path) -> None:
    with started(tmp_path) as (program, address):
        assert httpx.get(f"{address}/readyz").json() == {"status": "ok"}
        assert httpx.get(address).headers["content-type"].startswith("text/html")
        for command in CURLS:
            done = subprocess.run(
                ["bash", "-c", command.replace(ADDRESS, address).replace("curl ", "curl --fail-with-body ")],
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, (command, done.stdout)
            assert done.stdout
        for script in SCRIPTS:
            asked = script.replace(ADDRESS, address)
            done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert "[1]" in done.stdout
        key = run("keys", "add", "anna", folder=tmp_path).stdout.strip()
        assert httpx.get(f"{address}/v1/articles").status_code == 401
        headers = {"Authorization": f"Bearer {key}"}
        assert httpx.get(f"{address}/v1/articles", headers=headers).status_code == 200
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 0
