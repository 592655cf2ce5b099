"""The networks of the reader and the verifier: the bundled encoder, and weights for each thing that is asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from index.embedder import bundled_folder
from index.pairs import PAD, Pair, Pairs
from index.training.examples import Example

ROUND = 16  # tokens: few shapes, since kernels are made and kept for each
SELDOM = -4.0  # the logit of a word's doubt at first: few of a statement's words are wrong
HIDDEN = -1e4  # the logit of a place where no answer can begin or end


class Encoder(nn.Module):
    """The bundled encoder, from pairs to (pairs, tokens, size)."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        # None in the attention, where it takes two fifths of a step on a CPU.
        settings: dict[str, Any] = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": 0.0}
        # On a CPU the plain attention is faster in bf16 than the fused one (25.8 against 16.9 pairs a second).
        settings["attn_implementation"] = "sdpa" if torch.cuda.is_available() else "eager"
        self.encoder = AutoModel.from_pretrained(str(bundled_folder()), local_files_only=True, **settings)
        self.size: int = self.encoder.config.hidden_size

    def seen(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        seen: Tensor = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        return seen

    def one_number(self) -> nn.Sequential:
        """What makes one number of a token."""
        return nn.Sequential(nn.Linear(self.size, self.size), nn.Tanh(), nn.Linear(self.size, 1))


class Network(Encoder):
    """From pairs to logits.

    `forward` takes ids, types and mask, int64 (pairs, tokens), and gives the logits of span start, span end and
    relevance, float32 (pairs, tokens, 3), and of answerability, (pairs,).
    """

    outputs: ClassVar = {"tokens": {0: "pairs", 1: "tokens"}, "whole": {0: "pairs"}}  # and what their axes are

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__(dropout)
        self.tokens = nn.Linear(self.size, 3)
        self.whole = self.one_number()

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.seen(ids, types, mask)
        return self.tokens(seen), self.whole(seen[:, 0]).squeeze(-1)


class Verifier(Encoder):
    """From pairs whose question is a statement to how little each of its words is supported, (pairs, tokens), logits.

    That of the first token is for what no word shows, and those behind the statement mean nothing. A statement is
    supported where none of these is true: the log of the chance is minus the sum of their softplus.
    """

    outputs: ClassVar = {"doubts": {0: "pairs", 1: "tokens"}}

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__(dropout)
        self.doubt = self.one_number()
        with torch.no_grad():
            self.doubt[-1].bias.fill_(SELDOM)  # type: ignore[operator]

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        doubts: Tensor = self.doubt(self.seen(ids, types, mask))
        return doubts.squeeze(-1)


@dataclass(frozen=True)
class Batch:
    """Examples as tensors; `homes` (pairs, tokens) is the sentence of each token, -1 outside the text.

    `starts` and `ends` (pairs, tokens) are 1 where an answer begins and ends, at the first token where there is none;
    `taught` (pairs,) is 1 where teachers are heard. `right`, `groups` and `rows` are of the sentences: whether each
    answers, the group of its pair, and that pair.
    """

    ids: Tensor
    types: Tensor
    mask: Tensor
    homes: Tensor
    starts: Tensor
    ends: Tensor
    answered: Tensor
    taught: Tensor
    right: Tensor
    groups: Tensor
    rows: Tensor

    def to(self, device: torch.device) -> "Batch":
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


def batch(examples: list[Example], pairs: Pairs) -> Batch:
    """The examples side by side; their sentences are numbered through the batch."""
    made = [pairs.pair(one.question, one.context, one.text) for one in examples]
    ids, types, mask = padded(made)
    homes, starts, ends = torch.full(ids.shape, -1), torch.zeros(ids.shape), torch.zeros(ids.shape)
    right: list[bool] = []
    groups: list[int] = []
    rows: list[int] = []
    for row, (one, pair) in enumerate(zip(examples, made, strict=True)):
        _place(one, pair, homes[row], len(right))
        _answer(one, pair, starts[row], ends[row])
        right += [any(s.start < a.end and a.start < s.end for a in one.answers) for s in one.sentences]
        groups += [one.group] * len(one.sentences)
        rows += [row] * len(one.sentences)
    answered = torch.tensor([float(bool(one.answers)) for one in examples])
    taught = torch.tensor([float(bool(one.answers) and not one.own) for one in examples])
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    return Batch(
        ids, types, mask, homes, starts, ends, answered, taught,
        torch.tensor(right, dtype=torch.float), torch.tensor([numbers[group] for group in groups]), torch.tensor(rows),
    )  # fmt: skip


def padded(made: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, types and mask, (pairs, tokens), padded to the longest and on to a multiple of ROUND."""
    shape = (len(made), -(-max(len(pair.ids) for pair in made) // ROUND) * ROUND)
    ids, types, mask = (torch.full(shape, fill, dtype=torch.long) for fill in (PAD, 0, 0))
    for row, pair in enumerate(made):
        ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
        types[row, : len(pair.ids)] = torch.tensor(pair.types)
        mask[row, : len(pair.ids)] = 1
    return ids, types, mask


def _place(one: Example, pair: Pair, homes: Tensor, first: int) -> None:
    sentence = 0
    for token, (start, _) in enumerate(pair.offsets, pair.first):
        while sentence + 1 < len(one.sentences) and start >= one.sentences[sentence + 1].start:
            sentence += 1
        homes[token] = first + sentence


def _answer(one: Example, pair: Pair, starts: Tensor, ends: Tensor) -> None:
    for answer in one.answers:
        inside = [n for n, (start, end) in enumerate(pair.offsets) if start < answer.end and answer.start < end]
        if inside:
            starts[pair.first + inside[0]] = ends[pair.first + inside[-1]] = 1
    if not starts.any():
        starts[0] = ends[0] = 1


def loss(
    tokens: Tensor, whole: Tensor, asked: Batch, by: tuple[Tensor, Tensor] | None = None, part: float = 0.0
) -> Tensor:
    """The sum of four: span, answerability, each sentence alone, and the right sentence among those of its group.

    With teachers, whose mean tokens and whole are `by`, `part` of each is how far a network is from what they say,
    where they are heard.
    """
    soft = asked.taught * (part if by else 0.0)
    by_tokens, by_whole = by or (tokens.detach(), whole.detach())
    ours, theirs = (pooled(one[..., 2], asked.homes, len(asked.right)) for one in (tokens, by_tokens))
    of_sentences = soft[asked.rows]
    cross_entropy = functional.binary_cross_entropy_with_logits
    return (
        _span(tokens, by_tokens, soft, asked)
        + cross_entropy(whole, torch.lerp(asked.answered, by_whole.sigmoid(), soft))
        + cross_entropy(ours, torch.lerp(asked.right, theirs.sigmoid(), of_sentences))
        + _among(ours, theirs, of_sentences, asked)
    )


def pooled(relevance: Tensor, homes: Tensor, count: int) -> Tensor:
    """The mean relevance of each sentence's tokens, (count,); a sentence that was cut off gets 0."""
    inside = homes >= 0
    sums = torch.zeros(count, device=relevance.device).index_add(0, homes[inside], relevance[inside])
    sizes = torch.zeros(count, device=relevance.device).index_add(0, homes[inside], torch.ones_like(relevance[inside]))
    return sums / sizes.clamp(min=1)


def _span(tokens: Tensor, theirs: Tensor, soft: Tensor, asked: Batch) -> Tensor:
    """Every annotated answer counts as right: the chance of all starts together, and of all ends."""
    allowed = (asked.homes >= 0).clone()
    allowed[:, 0] = True
    parts = []
    for column, gold in ((0, asked.starts), (1, asked.ends)):
        ours, taught = (one[..., column].masked_fill(~allowed, HIDDEN) for one in (tokens, theirs))
        parts.append(torch.lerp(_missed(ours, gold), _far(ours, taught), soft).mean())
    return (parts[0] + parts[1]) / 2


def _among(sentences: Tensor, theirs: Tensor, soft: Tensor, asked: Batch) -> Tensor:
    """The right sentence among those of its group, of the groups that have one."""
    ours, taught, right, part = (_grouped(one, asked) for one in (sentences, theirs, asked.right, soft))
    answered = right.amax(1) > 0
    if not answered.any():
        return sentences.sum() * 0
    return torch.lerp(_missed(ours, right), _far(ours, taught), part.amax(1).clamp(min=0))[answered].mean()


def _grouped(sentences: Tensor, asked: Batch) -> Tensor:
    """Each group's sentences in a row of its own, (groups, sentences)."""
    count = int(asked.groups.max()) + 1
    rows = torch.full((count, len(sentences)), HIDDEN, device=sentences.device)
    rows[asked.groups, torch.arange(len(sentences), device=sentences.device)] = sentences
    return rows


def _missed(logits: Tensor, gold: Tensor) -> Tensor:
    """Minus the log of the chance, of each row, that one of the places where `gold` is 1 is drawn."""
    return logits.logsumexp(1) - logits.masked_fill(gold <= 0, HIDDEN).logsumexp(1)


def _far(ours: Tensor, theirs: Tensor) -> Tensor:
    """How far each row's chances are from `theirs` (Kullback and Leibler)."""
    both = ours.log_softmax(1), theirs.log_softmax(1)
    return functional.kl_div(*both, reduction="none", log_target=True).sum(1)
