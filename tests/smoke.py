"""Ask a real chat model one question about the shipped article: `python -m tests.smoke PROVIDER:NAME`.

Exits with 0 when it answered and its answer passed the checks, 1 when not, 2 when it cannot be used as it is set up.
"""

import sys
import tempfile
from pathlib import Path

from assistant.assemble import assistant
from assistant.errors import BadSettings
from assistant.settings import Settings

QUESTION = "Who is Anton Evstratov?"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stdout.write(f"{__doc__}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        try:
            asked = assistant(Settings.load(model=arguments[0], data_dir=Path(folder)))
        except BadSettings as error:
            sys.stdout.write(f"skipped: {error}\n")
            return 2
        try:
            warning = asked.ready()
            answer = asked.ask(QUESTION)
        except BadSettings as error:
            sys.stdout.write(f"failed: {error}\n")
            return 2
        finally:
            asked.catalog.close()
    sys.stdout.write(f"{warning}\n" if warning else "")
    for claim in answer.claims:
        sys.stdout.write(f"{claim.state}: {claim.text.strip()} {[citation.n for citation in claim.citations]}\n")
    sys.stdout.write(f"{answer.answered_by}, {answer.seconds:.1f} s. {answer.model_failure}\n")
    written = answer.answered_by.startswith("model:") and not answer.model_failure
    return 0 if written and answer.found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
