"""Fits the reranker: lists of candidates, each with the right ones marked, by Adam on the softmax over candidates and "none of them"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from assistant.faq.candidates import CONTEXT, FEATURES
from assistant.faq.rerank import Layer
from models.faq.lists import Listed

HIDDEN = 32
STEPS = 2_000
KEPT = 32
"""Candidates of a list that are looked at: the first by fusion, and those that are right."""

LISTS = 512
"""Looked at in one step."""

RATE = 0.006
DECAY = 3e-3
SEED = 3
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """All lists side by side, padded to ``KEPT`` candidates."""

    features: Tensor
    context: Tensor
    filled: Tensor
    right: Tensor
    weight: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    entry: Layer
    none: Layer
    bias: float


class Judge(nn.Module):
    """``assistant.faq.rerank`` in torch."""

    def __init__(self, mean: Sequence[Tensor], scale: Sequence[Tensor], hidden: int) -> None:
        super().__init__()
        self.mean, self.scale = mean, scale
        sizes = (len(FEATURES), len(CONTEXT) + len(FEATURES))
        self.linear = nn.ParameterList([nn.Parameter(torch.zeros(size)) for size in sizes])
        self.into = nn.ParameterList([nn.Parameter(torch.randn(size, hidden) / size**0.5) for size in sizes])
        self.shift = nn.ParameterList([nn.Parameter(torch.zeros(hidden)) for _ in sizes])
        self.out = nn.ParameterList([nn.Parameter(torch.zeros(hidden)) for _ in sizes])
        self.bias = nn.Parameter(torch.zeros(1))

    def part(self, which: int, inputs: Tensor) -> Tensor:
        scaled = (inputs - self.mean[which]) / self.scale[which]
        bent = torch.tanh(scaled @ self.into[which] + self.shift[which]) @ self.out[which]
        return scaled @ self.linear[which] + bent

    def forward(self, batch: Batch) -> Tensor:
        """Log-probabilities of the candidates and, last, of none."""
        entries = self.part(0, batch.features).masked_fill(~batch.filled, -1e9)
        best = entries.argmax(dim=1)
        chosen = batch.features[torch.arange(len(best)), best]
        none = self.part(1, torch.cat((batch.context, chosen), dim=1)) + self.bias
        return torch.log_softmax(torch.cat((entries, none[:, None]), dim=1), dim=1)

    def loss(self, batch: Batch) -> Tensor:
        given = torch.logsumexp(self(batch).masked_fill(~batch.right, -1e9), dim=1)
        return -(given * batch.weight).sum() / batch.weight.sum()


def batched(lists: Sequence[Listed]) -> Batch:
    """Each kind of community weighs the same."""
    features = np.zeros((len(lists), KEPT, len(FEATURES)), np.float32)
    filled = np.zeros((len(lists), KEPT), np.bool_)
    right = np.zeros((len(lists), KEPT + 1), np.bool_)
    kinds = Counter(one.kind for one in lists)
    for row, one in enumerate(lists):
        kept = np.argsort(~one.right, kind="stable")[:KEPT]
        n = len(kept)
        features[row, :n], filled[row, :n], right[row, :n] = one.features[kept], True, one.right[kept]
        right[row, KEPT] = not one.right.any()
    return Batch(
        features=torch.from_numpy(features),
        context=torch.from_numpy(np.stack([one.context for one in lists])),
        filled=torch.from_numpy(filled),
        right=torch.from_numpy(right),
        weight=torch.tensor([1 / kinds[one.kind] for one in lists], dtype=torch.float32),
    )


def part_of(batch: Batch, rows: Tensor) -> Batch:
    return Batch(*(getattr(batch, name)[rows] for name in Batch.__slots__))


def fit(lists: Sequence[Listed], hidden: int = HIDDEN, steps: int = STEPS) -> Fitted:
    torch.manual_seed(SEED)
    batch = batched(lists)
    flat = batch.features[batch.filled]
    tops = torch.cat((batch.context, batch.features[:, 0]), dim=1)
    mean = [flat.mean(0), tops.mean(0)]
    scale = [flat.std(0).clamp_min(1e-3), tops.std(0).clamp_min(1e-3)]
    judge = Judge(mean, scale, hidden)
    optimiser = torch.optim.AdamW(judge.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        optimiser.zero_grad()
        judge.loss(part_of(batch, torch.randint(len(lists), (LISTS,)))).backward()
        optimiser.step()
        schedule.step()
    entry, none = (layer(judge, which) for which in (0, 1))
    return Fitted(entry, none, float(judge.bias.item()))


def layer(judge: Judge, which: int) -> Layer:
    parts = (
        judge.mean[which],
        judge.scale[which],
        judge.linear[which],
        judge.into[which],
        judge.shift[which],
        judge.out[which],
    )
    return Layer(*(part.detach().numpy().astype(np.float32) for part in parts))
