"""Questions with an answer, as statements: what the verifier sees when it looks at what a reader has found.

Sound is a question with what answers it. False is one without an answer, or a changed one (index/training/examples.py),
with the words that the reader would answer with; and now and then one that has an answer, with other words.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from index.pairs import Pairs
from index.trained import best_span
from index.training.examples import NEIGHBOURS, Example, Examples
from index.training.network import HIDDEN, Network, padded
from index.training.questions import Context, contexts
from index.training.statements import SORTED, STEP, Statement, differing

SHARE = 0.3  # of the answered questions that people wrote are seen
OTHERWISE = 0.12  # of the questions with an answer are seen with another
WINDOWS = {20: 0.15, 45: 0.3, 75: 0.3, 110: 0.2, 150: 0.05}  # smaller than the reader's


def examples(*files: Path) -> Examples:
    """Of the questions of files, with passages of the same article as those that do not answer."""
    read = contexts(*files)
    return Examples(read, _beside(read), SHARE, WINDOWS)


def _beside(read: Sequence[Context]) -> NDArray[np.int32]:
    chance = random.Random(0)
    titles: dict[str, list[int]] = defaultdict(list)
    for place, context in enumerate(read):
        titles[context.article.title].append(place)
    found = []
    for asked in (asked for context in read for asked in context.questions):
        others = [place for place in titles[read[asked.context].article.title] if place != asked.context]
        some = chance.sample(others, min(NEIGHBOURS, len(others)))
        found.append(some + [-1] * (NEIGHBOURS - len(some)))
    return np.array(found, np.int32)


@dataclass(frozen=True)
class Answered:
    """Makes statements of examples; `reader` says what answers where nothing does."""

    examples: Examples
    reader: Network
    pairs: Pairs

    def drawn(self, seed: int, skip: int = 0) -> Iterator[list[Statement]]:
        """STEP statements at a time, of like length, without end; the same for the same `seed`. `skip` are left out."""
        while True:
            groups = self.examples.epoch(seed)
            chance = random.Random(seed)
            every = [one for group in groups for one in group]
            right = {one.group: one for one in every if one.answers}
            for first in range(0, len(every), STEP * SORTED):
                alike = sorted(every[first : first + STEP * SORTED], key=lambda one: len(one.question) + len(one.text))
                cuts = [alike[place : place + STEP] for place in range(0, len(alike), STEP)]
                chance.shuffle(cuts)
                for place, cut in enumerate(cuts):
                    if skip:
                        skip -= 1
                    else:
                        yield self._stated(cut, right, random.Random(f"{seed} {first} {place}"))
            seed += 1

    def _stated(self, some: Sequence[Example], right: Mapping[int, Example], chance: random.Random) -> list[Statement]:
        made = []
        for one, said in zip(some, self._said(some), strict=True):
            answers = [one.text[span.start : span.end] for span in one.answers]
            alike = any(said.lower() in answer.lower() or answer.lower() in said.lower() for answer in answers)
            if answers and (alike or not said or chance.random() >= OTHERWISE):
                made.append(Statement(f"{one.question} {chance.choice(answers)}", one.context, one.text, True))
                continue
            twins = [f"{one.question} {answer}" for answer in answers[:1]]
            twin = right.get(one.group)
            if twin and twin.text == one.text and twin.question != one.question:
                answer = twin.answers[0]
                twins.append(f"{twin.question} {twin.text[answer.start : answer.end]}")
            claim = f"{one.question} {said}"
            made.append(Statement(claim, one.context, one.text, False, differing(claim, twins)))
        return made

    def _said(self, some: Sequence[Example]) -> Iterator[str]:
        """For each the words that answer best, outside the sentences that do; empty where nothing is left."""
        made = [self.pairs.pair(one.question, one.context, one.text) for one in some]
        device = next(self.reader.parameters()).device
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            tokens, _ = self.reader(*(part.to(device) for part in padded(made)))
        for one, pair, row in zip(some, made, tokens.float().cpu().numpy(), strict=True):
            homes = [s for s in one.sentences if any(s.start < a.end and a.start < s.end for a in one.answers)]
            logits = row[pair.first : pair.first + len(pair.offsets)]
            for place, (start, end) in enumerate(pair.offsets):
                if any(start < home.end and home.start < end for home in homes):
                    logits[place] = HIDDEN
            first, last, height = best_span(logits[:, 0], logits[:, 1])
            yield one.text[pair.offsets[first][0] : pair.offsets[last][1]] if height > HIDDEN / 2 else ""
