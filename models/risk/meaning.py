"""Fits the layers that read what a text means, and how they are joined to the n-grams: ``weights/meaning.npz`` and ``.json``.

``python -m models.risk.meaning``, after the n-grams; with torch, on a processor, in minutes. Held-back margins come from layers that had
not seen the row's fold; with them ``work/scored.npz`` is written anew, which the encoders' joining and the figures start from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import track
from torch import nn

from assistant.backends.meaning import ABOUT, WEIGHTS, Layers
from assistant.backends.static_embedder import StaticEmbedder
from assistant.text import Normalised
from models.risk import choose, data
from models.risk.encoder.join import ALONE, fitted, odds, worth
from models.risk.kept import NGRAMS, Kept, kept_scores, save_scores
from models.risk.row import LABELS, Row

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
HIDDEN = 512
TURNS = 20
BATCH = 256
RATE = 2e-3
DECAY = 1e-2
DROPPED = 0.2
SCALE = 4.0
"""The vectors have length 1: as they are, the first layer learns too slowly. Folded into its weights afterwards."""

FOLDS = 3
"""Held back in turn: more are measured for no label."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Parallel over rows: vectors, targets (rows x labels, in [0, 1]), and what each target weighs; 0 where it is unknown."""

    vectors: F32
    targets: F32
    weights: F32

    def only(self, mask: npt.NDArray[np.bool_]) -> Lessons:
        return Lessons(self.vectors[mask], self.targets[mask], self.weights[mask])


def vectors_of(rows: Sequence[Row], work: Path) -> F32:
    """What serving's embedder gives for the rows with their disguises undone; kept in ``work``."""
    embedder = StaticEmbedder.load()
    digest = hashlib.blake2b("\0".join([embedder.ref.version, *(row.text for row in rows)]).encode(), digest_size=6)
    place = work / f"vectors-{digest.hexdigest()}.npy"
    if not place.is_file():
        for old in work.glob("vectors-*.npy"):
            old.unlink()
        texts = [Normalised(row.text).leet.text for row in rows]
        np.save(place, np.concatenate([embedder.encode(texts[at : at + 512]) for at in range(0, len(texts), 512)]))
    found: F32 = np.load(place)
    return found


def lessons(rows: Sequence[Row], vectors: F32, targets: Mapping[str, F64]) -> Lessons:
    """``targets`` (a value per row, NaN for none) take the place of the truth."""
    aims, weights = np.zeros((2, len(rows), len(LABELS)), np.float32)
    for column, label in enumerate(LABELS):
        special = choose.OFFENCE_WEIGHT if label in choose.OFFENCE else choose.SOURCE_WEIGHT
        for n, row in enumerate(rows):
            if label in row.labels:
                aims[n, column] = row.labels[label]
                weights[n, column] = row.weight * special.get(row.source, 1.0)
        if label in targets:
            aims[:, column] = np.where(np.isnan(targets[label]), aims[:, column], targets[label])
    return Lessons(vectors, aims, weights)


def fit(given: Lessons, turns: int = TURNS, seed: int = 0) -> Layers:
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(given.vectors.shape[1], HIDDEN), nn.ReLU(), nn.Dropout(DROPPED), nn.Linear(HIDDEN, len(LABELS))
    )
    parts = [torch.from_numpy(one) for one in (given.vectors * SCALE, given.targets, given.weights)]
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = turns * (len(given.vectors) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.1)
    for _ in range(turns):
        for chosen in torch.randperm(len(given.vectors)).split(BATCH):
            vectors, aims, weights = (one[chosen] for one in parts)
            lost = nn.functional.binary_cross_entropy_with_logits(net(vectors), aims, weight=weights, reduction="sum")
            optimiser.zero_grad()
            (lost / weights.sum().clamp(min=1.0)).backward()
            optimiser.step()
            schedule.step()
    inner, outer = net[0], net[3]
    return Layers(
        inner.weight.detach().numpy().T * SCALE,
        inner.bias.detach().numpy(),
        outer.weight.detach().numpy().T,
        outer.bias.detach().numpy(),
    )


def unseen(rows: Sequence[Row], given: Lessons, whole: Layers, console: Console) -> F64:
    """Rows x labels: what layers say that had not seen the row; NaN for rows of folds that measure nothing."""
    fold = np.array([row.fold for row in rows])
    dev = np.array([row.dev for row in rows])
    found = np.full(given.targets.shape, np.nan)
    found[dev] = whole.logits(given.vectors[dev])
    for one in track(range(FOLDS), "meaning", console=console):
        aside = ~dev & (fold == one)
        found[aside] = fit(given.only(~dev & ~aside)).logits(given.vectors[aside])
    return found


def maps(
    rows: Sequence[Row], kept: Mapping[str, Kept], said: F64
) -> tuple[dict[str, list[list[float]]], dict[str, Kept]]:
    """The factors and shifts, per script and label, and the held-back rows with both logits joined.

    Fitted on texts as they are: of disguised ones serving takes the higher score.
    """
    found = {name: [[0.0] * len(LABELS) for _ in (0, 1)] for name in ("own", "read", "shift")}
    plain = np.array([row.source != "disguised" for row in rows])
    after: dict[str, Kept] = {}
    for column, label in enumerate(LABELS):
        its, logit = kept[label], kept[label].logit.copy()
        read, weight = said[its.index, column], odds(label, its)
        usable = plain[its.index] & ~np.isnan(read)
        for script in (0, 1):
            at = usable & (its.script == script)
            parts = its.logit[at], read[at], its.truth[at], weight[at]
            values = fitted(*parts) if worth(*parts) else ALONE
            for name, value in zip(found, values, strict=True):
                found[name][script][column] = round(value, 5)
            logit[at] = its.logit[at] * values[0] + read[at] * values[1] + values[2]
        after[label] = replace(its, logit=logit)
    return found, after


def build(out: Path, console: Console, targets: Mapping[str, F64] | None = None) -> None:
    rows, kept = kept_scores(out / "work", NGRAMS)
    given = lessons(rows, vectors_of(rows, out / "work"), targets or {})
    whole = fit(given.only(np.array([not row.dev for row in rows])))
    found, after = maps(rows, kept, unseen(rows, given, whole, console))
    np.savez_compressed(
        out / "weights" / WEIGHTS,
        **{name: getattr(whole, name).astype(np.float16) for name in Layers.__dataclass_fields__},
    )
    about = {"labels": list(LABELS), "embedder": StaticEmbedder.load().ref.version, **found}
    digest = hashlib.blake2b(json.dumps(about).encode(), digest_size=4)
    for name in Layers.__dataclass_fields__:
        digest.update(getattr(whole, name).astype(np.float16).tobytes())
    about["version"] = digest.hexdigest()
    (out / "weights" / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    save_scores(after, out / "work")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=data.HERE)
    build(parser.parse_args().out, Console())


if __name__ == "__main__":
    main()
