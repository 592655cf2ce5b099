"""A PostgreSQL server of the tests' own, where one is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of the tests' own; it may not run as root."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *map(Path, filter(None, [shutil.which("initdb")]))]
    if not found:
        pytest.skip("no PostgreSQL server is installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "data").mkdir()
        who: dict[str, Any] = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
        if who:
            shutil.chown(folder / "data", **who)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        tool = {"cwd": folder, "capture_output": True, "check": True, "extra_groups": [] if who else None, **who}
        bin_, data = found[0].parent, str(folder / "data")
        options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c fsync=off"
        try:
            subprocess.run([bin_ / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-N"], **tool)
            start = [bin_ / "pg_ctl", "-D", data, "-w", "-l", f"{data}/log", "-o", options, "start"]
            subprocess.run(start, **{**tool, "capture_output": False, "stdout": subprocess.DEVNULL})
        except (OSError, subprocess.CalledProcessError, ValueError) as error:
            pytest.skip(f"a PostgreSQL server could not be started: {error}")
        try:
            yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **tool)
