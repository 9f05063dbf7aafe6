"""Builds ``models/faq/weights``: ``make train``, or ``python -m models.faq.train``.

Simulated communities (CLINC150 train, our own shop topics, aligned sentences) are indexed and asked; the lists of candidates that come
back, with the right ones marked, fit the reranker. Five fits, each on four fifths of the groups, judge the fifth they have not seen:
these held-back probabilities give the temperature, the default floor and gap, and the figures. The last fit, on all, ships.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import track

from assistant.backends.static_embedder import StaticEmbedder
from assistant.faq.candidates import CONTEXT, FEATURES
from assistant.faq.lexical import Common
from assistant.faq.rerank import Layer, Reranker
from assistant.ports import Embedder
from models.faq import clinc, measure, parallel, shop
from models.faq.common import shares
from models.faq.fit import Fitted, fit
from models.faq.lists import Listed, listed

HERE = Path(__file__).parent
DATA = Path("../shared/datasets")
FOLDS = 5
WRONG, ASKED, ASKED_IN_VAIN = 3.0, 0.3, 1.2
"""What a wrong answer costs, a question back, and one where neither is right; to hand over a question whose answer is known costs 1."""

GAPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)


def gathered(folder: Path, embedder: Embedder, common: Common, console: Console) -> list[Listed]:
    communities = [
        *clinc.communities(folder, random.Random(1)),
        *parallel.communities(folder, random.Random(2)),
        *shop.communities(folder, random.Random(3)),
    ]
    return [one for own in track(communities, "communities", console=console) for one in listed(own, embedder, common)]


def fold_of(one: Listed) -> int:
    return zlib.crc32(one.group.encode()) % FOLDS


def reranker(fitted: Fitted, embedder: str, temperature: float = 1.0, floor: float = 0.5, gap: float = 0.0) -> Reranker:
    return Reranker(embedder, fitted.entry, fitted.none, fitted.bias, temperature, floor, gap)


def held_back(lists: Sequence[Listed], name: str, console: Console) -> list[tuple[Reranker, list[Listed]]]:
    """Each fold's lists, with the reranker that has not seen them."""
    found = []
    for fold in track(range(FOLDS), "folds", console=console):
        seen = [one for one in lists if fold_of(one) != fold]
        found.append((reranker(fit(seen), name), [one for one in lists if fold_of(one) == fold]))
    return found


def temperature_of(parts: Sequence[tuple[Reranker, list[Listed]]]) -> float:
    """That with the lowest log loss of the first's being right."""
    tried = np.geomspace(0.6, 2.5, 25)
    return float(min(tried, key=lambda t: _log_loss(judged_all(parts, float(t)))))


def _log_loss(found: measure.Judged) -> float:
    sure = np.clip(found.first, 1e-6, 1 - 1e-6)
    return float(-np.where(found.right, np.log(sure), np.log(1 - sure)).mean())


def judged_all(parts: Sequence[tuple[Reranker, list[Listed]]], temperature: float, kind: str = "") -> measure.Judged:
    found = [
        measure.judged(model, own, temperature)
        for model, lists in parts
        if (own := [one for one in lists if not kind or one.kind == kind])
    ]
    return measure.Judged(*(np.concatenate([getattr(one, name) for one in found]) for name in measure.Judged.__slots__))


def knobs(found: measure.Judged) -> tuple[float, float]:
    """The floor and gap of ``assistant.faq.decide`` that cost least; of gaps that cost the same the widest."""
    tried = [
        (_cost(found, float(floor), gap), float(floor), gap) for floor in np.arange(0.2, 0.95, 0.025) for gap in GAPS
    ]
    _, floor, gap = min(tried, key=lambda one: (one[0], one[1], -one[2]))
    return round(floor, 3), gap


def _cost(found: measure.Judged, floor: float, gap: float) -> float:
    clear = (found.first >= floor) & (found.first - found.second >= gap)
    asked = ~clear & (found.first + found.second >= floor)
    hit = found.right | found.second_right
    wrong, in_vain = (clear & ~found.right).sum(), (asked & ~hit).sum()
    handed = (~clear & ~asked & found.answerable).sum()
    return float(WRONG * wrong + ASKED * (asked & hit).sum() + ASKED_IN_VAIN * in_vain + handed)


def written(model: Reranker, common: Common, file: Path) -> None:
    about: dict[str, object] = {"embedder": model.embedder, "features": FEATURES, "context": CONTEXT}
    about |= {name: getattr(model, name) for name in ("bias", "temperature", "floor", "gap")}
    about |= {name: _plain(getattr(model, name)) for name in ("entry", "none")}
    about["common"] = common
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(about) + "\n", "utf-8")


def _plain(layer: Layer) -> dict[str, object]:
    return {name: np.round(getattr(layer, name).astype(float), 5).tolist() for name in Layer.__slots__}


def build(lists: Sequence[Listed], name: str, console: Console) -> tuple[Reranker, dict[str, dict[str, float]]]:
    parts = held_back(lists, name, console)
    temperature = temperature_of(parts)
    everything = judged_all(parts, temperature)
    floor, gap = knobs(everything)
    kinds = sorted({one.kind for one in lists})
    report = {kind: measure.figures(judged_all(parts, temperature, kind)) for kind in kinds}
    report["all"] = measure.figures(everything)
    return reranker(fit(lists), name, temperature, floor, gap), report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=HERE)
    arguments = parser.parse_args()
    console, began = Console(), time.monotonic()
    torch.set_num_threads(1)
    embedder = StaticEmbedder.load()
    common = shares(arguments.data_dir)
    lists = gathered(arguments.data_dir, embedder, common, console)
    model, report = build(lists, embedder.ref.id, console)
    written(model, common, arguments.out / "weights" / "reranker.json")
    rounded = {kind: {name: round(value, 4) for name, value in own.items()} for kind, own in report.items()}
    about = {"embedder": embedder.ref.id, "temperature": model.temperature, "floor": model.floor, "gap": model.gap}
    (arguments.out / "metrics.json").write_text(json.dumps(about | {"held_back": rounded}, indent=1) + "\n", "utf-8")
    console.print_json(json.dumps(rounded))
    console.print(f"{len(lists)} questions, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
