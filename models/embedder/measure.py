"""Figures of a folder's model, read as production reads it: dev splits to choose by, test splits for the card.

``python -m models.embedder.measure`` measures the shipped one again.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from assistant.backends.static_embedder import StaticEmbedder
from models.embedder.data import DEFAULT_DATA, HERE

Scored = tuple[list[str], list[str], list[float]]
SETS: Mapping[str, Mapping[str, str]] = {
    "STS-B zh": {"dev": "csts_zh/Chinese-STS-B/sts-b-dev.txt", "test": "csts_zh/Chinese-STS-B/sts-b-test.txt"},
    "STS-B zh, stsb-multi-mt": {
        "dev": "stsb_multi_mt/data/stsb-zh-dev.csv",
        "test": "stsb_multi_mt/data/stsb-zh-test.csv",
    },
    "STS-B en": {"dev": "stsb_multi_mt/data/stsb-en-dev.csv", "test": "stsb_multi_mt/data/stsb-en-test.csv"},
    "LCQMC": {"dev": "csts_zh/LCQMC/dev.txt", "test": "csts_zh/LCQMC/test.txt"},
    "BQ": {"dev": "nlp_datasets_zh_match/BQ_corpus/dev.csv", "test": "nlp_datasets_zh_match/BQ_corpus/test.csv"},
    "AFQMC": {"dev": "csts_zh/AFQMC/dev.txt"},
}
PREFIXES = (64, 128, 256)


def rows(path: Path) -> Scored:
    """Pairs of texts and how alike people found them."""
    if path.suffix == ".txt":
        found = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    else:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = [row for row in csv.reader(lines) if row[:1] != ["sentence1"]]
    return [r[0] for r in found], [r[1] for r in found], [float(r[2]) for r in found]


def likeness(embedder: StaticEmbedder, scored: Scored) -> float:
    """Spearman's correlation x 100 of the cosines."""
    left, right, said = scored
    return round(100 * float(spearmanr((embedder.encode(left) * embedder.encode(right)).sum(axis=1), said)[0]), 2)


def bitext(embedder: StaticEmbedder, left: Sequence[str], right: Sequence[str]) -> float:
    """The share of sentences whose nearest of the other language is their own, the mean of both directions."""
    found, own = embedder.encode(left) @ embedder.encode(right).T, np.arange(len(left))
    return round(float(((found.argmax(axis=1) == own).mean() + (found.argmax(axis=0) == own).mean()) / 2), 4)


def figures(weights: Path, root: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Per number of dimensions, set and split; sets that are absent are left out."""
    report: dict[str, dict[str, dict[str, float]]] = {}
    for length in PREFIXES:
        embedder = StaticEmbedder.load(weights, truncate=length)
        found = {
            name: {
                split: likeness(embedder, rows(root / path)) for split, path in paths.items() if (root / path).is_file()
            }
            for name, paths in SETS.items()
        }
        sides = [root / f"laser_tatoeba_test/data/tatoeba/v1/tatoeba.cmn-eng.{side}" for side in ("cmn", "eng")]
        if all(side.is_file() for side in sides):
            texts = [side.read_text("utf-8").splitlines() for side in sides]
            found["Tatoeba zh-en, accuracy x100"] = {"test": round(100 * bitext(embedder, *texts), 2)}
        report[str(length)] = {name: splits for name, splits in found.items() if splits}
    return report


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA)
    place = HERE / "metrics.json"
    kept = json.loads(place.read_text("utf-8"))
    kept["figures"] = figures(HERE / "weights", parser.parse_args().data_dir)
    place.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
