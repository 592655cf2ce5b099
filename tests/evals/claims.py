"""Claims that nobody wrote with the rules in view: python -m tests.evals.claims [--wrong] prints how many are judged
as a careful reader would.

claims.jsonl has what a model might write about sentences of invented articles, with the states that it should get:
"close" to the source, or "free", where supported statements may calculate and have hardly a word of it.
chat_answers.jsonl has answers to questions about articles.jsonl, as a careful chat model writes them: all that they
state is sound. Where `seen`, somebody looked at what was judged wrongly before the rules were last changed; of the
others only the totals were known.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.claims import Checked, Checker, Shown
from assistant.drafts import drafts
from assistant.settings import Settings
from assistant.support import Supporter
from index.embedder import Embedder
from index.trained import TRAINED
from index.training.questions import contexts, rows
from index.verifier import verifier
from tests.assistant.test_claims import kept

HERE = Path(__file__).parent


def cases() -> Iterator[dict[str, Any]]:
    """The cases of claims.jsonl, and the answers of chat_answers.jsonl as such."""
    yield from rows(HERE / "claims.jsonl")
    articles: dict[str, list[str]] = {}
    for context in contexts(HERE / "articles.jsonl"):
        sentences = articles.setdefault(context.article.title, [])
        sentences += [context.article[span] for span in context.article.sentences]
    for row in rows(HERE / "chat_answers.jsonl"):
        states = ["supported" for _ in drafts([row["answer"]])]
        yield row | {"style": "answers", "sentences": articles[row["title"]], "text": row["answer"], "states": states}


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
    for case in cases():
        found = judged(case, embedder)
        counts = counted.setdefault((case["style"], case["seen"]), Counter())
        for wanted, one in zip(case["states"], found, strict=False):
            sound = wanted != "unsupported"
            counts["sound" if sound else "false"] += 1
            counts["accepted" if sound else "let through"] += one.state != "unsupported"
        for wanted, one in zip(case["states"], found, strict=False):
            if given.wrong and case["seen"] and (one.state == "unsupported") != (wanted == "unsupported"):
                cited = " ".join(case["sentences"][n - 1] for n in one.draft.numbers if n <= len(case["sentences"]))
                sys.stdout.write(f"{one.draft.raw.strip()}\n  {one.state} {one.reason}\n  {cited}\n")
    for (style, seen), counts in counted.items():
        sys.stdout.write(
            f"{style}, {'seen' if seen else 'not seen'}: "
            f"{counts['accepted']} of {counts['sound']} sound claims accepted, "
            f"{counts['let through']} of {counts['false']} false ones let through\n"
        )


if __name__ == "__main__":
    main()
