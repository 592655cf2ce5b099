"""Claims that nobody wrote with the rules in view: python -m tests.evals.claims [--wrong] prints how many are judged
as a careful reader would.

claims.jsonl has what a model might write about sentences of invented articles, with the states that it should get:
"close" to the source, or "free", where supported statements may calculate and have hardly a word of it. Where `seen`,
somebody looked at what was judged wrongly before the rules were last changed; of the others only the totals were known.
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.claims import Checked, Checker, Shown
from assistant.drafts import drafts
from assistant.settings import Settings
from assistant.support import Supporter
from index.embedder import Embedder
from index.trained import TRAINED
from index.verifier import verifier
from tests.assistant.test_claims import kept


def judged(case: dict[str, Any], embedder: Embedder) -> list[Checked]:
    """The claims of a case, checked as those of a chat model are."""
    home = replace(kept(case["sentences"], case["title"]), sentence_vectors=embedder.embed(case["sentences"]))
    shown = [Shown(number + 1, home, number) for number in range(len(case["sentences"]))]
    check = Checker(shown, Supporter(embedder, verifier(TRAINED)), Settings().support_floor).check
    return [check(draft) for draft in drafts([case["text"]])]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrong", action="store_true", help="print what is judged wrongly, of the seen ones")
    given = parser.parse_args()
    embedder = Embedder()
    counted: dict[tuple[str, bool], Counter[str]] = {}
    for line in Path(__file__).with_name("claims.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found = judged(case, embedder)
        counts = counted.setdefault((case["style"], case["seen"]), Counter())
        for wanted, one in zip(case["states"], found, strict=False):
            sound = wanted != "unsupported"
            counts["sound" if sound else "false"] += 1
            counts["accepted" if sound else "let through"] += one.state != "unsupported"
        if given.wrong and case["seen"] and [one.state for one in found] != case["states"]:
            numbered = " ".join(f"[{n}] {sentence}" for n, sentence in enumerate(case["sentences"], 1))
            said = " / ".join(f"{one.state} {one.reason}" for one in found)
            sys.stdout.write(f"{case['text']}\n  {case['states']}: {said}\n  {numbered}\n")
    for (style, seen), counts in counted.items():
        sys.stdout.write(
            f"{style}, {'seen' if seen else 'not seen'}: "
            f"{counts['accepted']} of {counts['sound']} sound claims accepted, "
            f"{counts['let through']} of {counts['false']} false ones let through\n"
        )


if __name__ == "__main__":
    main()
