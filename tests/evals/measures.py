"""The figures: how often the right thing comes first, and how well a score tells two kinds apart."""

from collections.abc import Sequence

import numpy as np


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, ties half (Mann-Whitney U); 0.5 is a coin."""
    scores = np.concatenate([positive, negative])
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    above = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(above / (len(positive) * len(negative)))


def share(hits: Sequence[bool]) -> float:
    """How many of the hits are true, 0 to 1."""
    return float(np.mean(hits))
