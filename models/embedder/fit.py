"""Fits the table: each sentence to the teacher's vector of what it says, and to that of no other (Reimers and Gurevych 2020; contrast
within the batch as van den Oord et al. 2018), at several lengths at once (Matryoshka, Kusupati et al. 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

from models.embedder.bags import I64
from models.embedder.material import F32, Material, Told
from models.embedder.table import Table


@dataclass(frozen=True, slots=True)
class Recipe:
    """``batch`` pairs a step, of which ``near`` at a time are alike; ``glosses`` and ``questions`` are the English texts beside them."""

    dimensions: int = 256
    prefixes: tuple[int, ...] = (64, 128)
    epochs: int = 3
    batch: int = 1_024
    near: int = 128
    glosses: int = 1_024
    questions: int = 256
    rate: float = 0.01
    temperature: float = 0.05
    contrast: float = 0.1
    seed: int = 0


def fit(
    material: Material, words: Sequence[str], recipe: Recipe, tell: Callable[[int, int, float], None]
) -> torch.Tensor:
    """One row per token; ``tell`` is given the step, the number of steps and the loss."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    table = Table(words, torch.from_numpy(material.start))
    steps = recipe.epochs * (len(material.chinese.bags) // recipe.batch)
    for step, chosen in enumerate(_batches(material, recipe, rng)):
        loss = _loss(table, material, chosen, recipe, rng)
        table.descend(loss, recipe.rate * (1 - step / steps))
        tell(step + 1, steps, loss.item())
    return table.whole()


def _batches(material: Material, recipe: Recipe, rng: np.random.Generator) -> Iterator[I64]:
    told = material.chinese
    for _ in range(recipe.epochs):
        order = clustered(told.vectors[told.says], recipe.near, rng)
        for start in range(0, len(order) - recipe.batch + 1, recipe.batch):
            yield order[start : start + recipe.batch]


def clustered(vectors: F32, most: int, rng: np.random.Generator) -> I64:
    """An order in which runs of at most ``most`` rows are alike: a tree of random projections (Dasgupta and Freund 2008)."""
    leaves, waiting = [], [np.arange(len(vectors))]
    while waiting:
        rows = waiting.pop()
        if len(rows) <= most:
            leaves.append(rng.permutation(rows))
            continue
        one, other = rng.choice(rows, 2, replace=False)
        along = vectors[rows] @ (vectors[one] - vectors[other]) + 1e-6 * rng.standard_normal(len(rows))
        order = np.argsort(along)
        half = len(rows) // 2
        waiting += [rows[order[:half]], rows[order[half:]]]
    rng.shuffle(leaves)
    return np.concatenate(leaves)


def _loss(table: Table, material: Material, chosen: I64, recipe: Recipe, rng: np.random.Generator) -> torch.Tensor:
    told = [(material.chinese, chosen), (material.english, chosen)]
    for texts, count in ((material.questions, recipe.questions), (material.glosses, recipe.glosses)):
        if len(texts.bags):
            told.append((texts, rng.integers(0, len(texts.bags), count)))
    sums = table.sums([texts.bags.take(which) for texts, which in told])
    targets = [torch.from_numpy(texts.vectors[texts.says[which]]) for texts, which in told]
    same = _same(material.chinese, chosen)
    lengths = (*recipe.prefixes, recipe.dimensions)
    return torch.stack([_at(length, sums, targets, same, recipe) for length in lengths]).mean()


def _same(told: Told, chosen: I64) -> torch.Tensor:
    """Pairs of different rows that say the same, which must not count against one another."""
    says = torch.from_numpy(told.says[chosen])
    return (says[:, None] == says[None]) & ~torch.eye(len(says), dtype=torch.bool)


def _at(
    length: int, sums: list[torch.Tensor], targets: list[torch.Tensor], same: torch.Tensor, recipe: Recipe
) -> torch.Tensor:
    """The loss of the first ``length`` dimensions; English texts beside the pairs count by their number."""
    chinese, english, *others = (normalize(one[:, :length], dim=1) for one in sums)
    meant, _, *theirs = (normalize(one[:, :length], dim=1) for one in targets)
    loss = _apart(chinese, meant) + _apart(english, meant)
    for one, target in zip(others, theirs, strict=True):
        loss = loss + _apart(one, target) * min(1.0, len(one) / recipe.batch)
    contrast = (
        _contrast(chinese, meant, same, recipe)
        + 0.5 * _contrast(english, meant, same, recipe)
        + _contrast(chinese, english, same, recipe)
    )
    return loss + recipe.contrast * contrast


def _apart(found: torch.Tensor, meant: torch.Tensor) -> torch.Tensor:
    return (1 - (found * meant).sum(dim=1)).mean()


def _contrast(left: torch.Tensor, right: torch.Tensor, same: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    likeness = (left @ right.T / recipe.temperature).masked_fill(same, -1e4)
    own = torch.arange(len(left))
    return (cross_entropy(likeness, own) + cross_entropy(likeness.T, own)) / 2
