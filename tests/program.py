"""The program, each time in a process of its own: forked from one that has imported everything, which takes seconds."""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # as the program does, before what it may need comes in

import langchain_chroma  # noqa: E402, F401
import sentence_transformers  # noqa: E402, F401

from assistant.doors.cli import main  # noqa: E402

LONGEST = 120  # seconds
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload([__name__])


def program(*arguments: str, folder: Path, given: str = "", **more: str) -> CompletedProcess[str]:
    """What it did in `folder`, where its library lies, with `given` to read and `more` in its environment.

    What Python itself reads there when it starts has to be tried with a process that is not forked.
    """
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(folder / "data"), **more}
    with TemporaryDirectory() as place:
        streams = [Path(place, name) for name in ("in", "out", "error")]
        for stream in streams:
            stream.write_text(given if stream is streams[0] else "", encoding="utf-8")
        started = forks.Process(target=_run, args=(arguments, folder, environment, streams))
        started.start()
        started.join(LONGEST)
        if started.exitcode is None:
            started.kill()
            raise TimeoutError(f"{arguments} was not done after {LONGEST} seconds: {streams[2].read_text('utf-8')}")
        _, out, error = (stream.read_text(encoding="utf-8") for stream in streams)
        return CompletedProcess(arguments, started.exitcode, out, error)


def _run(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], streams: list[Path]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(os.open(stream, os.O_WRONLY if number else os.O_RDONLY), number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, "w" if number else "r", encoding="utf-8") for number in range(3)
    )
    sys.argv = ["article-assistant", *arguments]
    main()
