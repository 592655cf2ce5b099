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


def calibration_error(chances: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error (Naeini et al. 2015): how far chance and truth lie apart in each of ten bins."""
    return sum(abs(said - true) * size for said, true, size in bins(chances))


def bins(chances: Sequence[tuple[float, bool]]) -> list[tuple[float, float, float]]:
    """Of each bin of a tenth that is not empty: the mean chance, the share that is true, the share of all."""
    values = np.array(chances, float)
    places = np.minimum((values[:, 0] * 10).astype(int), 9)
    return [
        (float(values[places == b, 0].mean()), float(values[places == b, 1].mean()), float((places == b).mean()))
        for b in range(10)
        if (places == b).any()
    ]
