"""Builds ``models/risk/weights`` from the training sets and seeds: ``make train``, or ``python -m models.risk.train``.

Steps: read the rows, cut them into features, fit each label (five models on four fifths each, whose margins on the last fifth calibrate,
then one on all), put all labels into one table, calibrate, measure. A label whose rows have not changed is taken from ``work/``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from rich.console import Console
from rich.progress import Progress

from models.risk import calibrate, choose, data, features, fit, measure, table
from models.risk.choose import Choice
from models.risk.features import Features
from models.risk.row import FOLDS, LABELS, Row

EVERYDAY = 24_000
OUT = data.HERE / "weights"


def thinned(rows: list[Row]) -> list[Row]:
    """All rows, but of ordinary sentences only every so many: they are many and alike."""
    everyday = [row for row in rows if row.source == "everyday"]
    step = max(1, len(everyday) // EVERYDAY)
    return [row for row in rows if row.source != "everyday"] + everyday[::step]


def load_features(rows: list[Row]) -> tuple[Features, Features, np.ndarray]:
    """The features of ``rows``, kept in ``work/`` between runs."""
    key = _digest(
        [row.text for row in rows],
        Path(features.__file__),
        Path(features.__file__).parents[2] / "assistant/backends/ngrams.py",
    )
    place = data.WORK / f"features-{key}.npz"
    if place.exists():
        kept = np.load(place)
        both = [
            Features(
                sp.csr_matrix(
                    (np.ones(len(kept[f"{n}_i"])), kept[f"{n}_i"], kept[f"{n}_p"]),
                    shape=(len(rows), len(kept[f"{n}_k"])),
                ),
                kept[f"{n}_k"],
            )
            for n in ("char", "pinyin")
        ]
        return both[0], both[1], kept["script"]
    char, pinyin, script = features.extract([row.text for row in rows])
    for old in data.WORK.glob("features-*.npz"):
        old.unlink()
    np.savez(
        place,
        script=script,
        char_i=char.matrix.indices,
        char_p=char.matrix.indptr,
        char_k=char.keys,
        pinyin_i=pinyin.matrix.indices,
        pinyin_p=pinyin.matrix.indptr,
        pinyin_k=pinyin.keys,
    )
    return char, pinyin, script


def _digest(values: object, *files: Path) -> str:
    found = hashlib.blake2b(json.dumps(values, ensure_ascii=False).encode(), digest_size=8)
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def fit_head(matrix: sp.csr_matrix, chosen: Choice) -> tuple[fit.Linear, np.ndarray]:
    """The model on all training rows, and each chosen row's margin from a model that had not seen it."""
    picked = matrix[chosen.index]
    margins = np.zeros(len(chosen.index))
    for fold in range(FOLDS):
        train = ~chosen.dev & (chosen.fold != fold)
        aside = ~chosen.dev & (chosen.fold == fold)
        margins[aside] = fit.fit(picked[train], chosen.truth[train], chosen.weight[train]).margins(picked[aside])
    whole = fit.fit(picked[~chosen.dev], chosen.truth[~chosen.dev], chosen.weight[~chosen.dev])
    margins[chosen.dev] = whole.margins(picked[chosen.dev])
    return whole, margins


def fit_label(label: str, heads: tuple[Features, Features], chosen: Choice) -> dict[str, np.ndarray]:
    """Both heads of one label, from ``work/`` if nothing they depend on has changed."""
    recipe = [Path(fit.__file__), Path(choose.__file__)]
    content = [chosen.index.tolist(), chosen.truth.tolist(), chosen.weight.round(6).tolist(), chosen.fold.tolist()]
    sizes = [[int(head.keys.sum(dtype=np.uint64)), head.matrix.nnz] for head in heads]
    place = data.WORK / f"label-{label}-{_digest([content, sizes], *recipe)}.npz"
    if place.exists():
        return dict(np.load(place))
    for old in data.WORK.glob(f"label-{label}-*.npz"):
        old.unlink()
    found = {}
    for name, head in zip(("char", "pinyin"), heads, strict=True):
        model, margins = fit_head(head.matrix, chosen)
        found |= {f"{name}_weights": model.weights, f"{name}_bias": np.array(model.bias), f"{name}_margins": margins}
    np.savez(place, **found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=data.DEFAULT_DATA)
    arguments = parser.parse_args()
    console, began = Console(), time.monotonic()
    everything = data.gather(arguments.data_dir, console)
    data.write(everything)
    rows = thinned(everything)
    char, pinyin, scripts = load_features(rows)
    console.print(f"{len(rows)} rows, {len(char.keys)} character keys, {len(pinyin.keys)} pinyin keys")
    heard = pinyin.matrix.getnnz(axis=1) > 0
    report, linear, maps, uncalibrated = {}, {}, [], []
    with Progress(console=console) as progress:
        for label in progress.track(LABELS, description="labels"):
            chosen = choose.choose(rows, scripts, label)
            found = fit_label(label, (char, pinyin), chosen)
            margins = calibrate.Margins(
                found["char_margins"], found["pinyin_margins"], heard[chosen.index], chosen.truth, chosen.weight, chosen.script
            )
            calibration, logits, enough = calibrate.calibrate(margins)
            maps.append(calibration)
            if not any(enough):
                uncalibrated.append(label)
            linear[label] = tuple(
                fit.Linear(found[f"{n}_weights"], float(found[f"{n}_bias"])) for n in ("char", "pinyin")
            )
            report[label] = measure.figures(1 / (1 + np.exp(-logits)), chosen)
            console.print(label, report[label])
    arrays = table.assemble((char, pinyin), linear)
    about = {
        "labels": list(LABELS),
        "version": _digest([asdict(row) for row in rows])[:12],
        "uncalibrated": uncalibrated,
        "calibration": calibrate.as_arrays(maps),
    }
    table.write(OUT, arrays, about)
    (data.HERE / "metrics.json").write_text(json.dumps({"held_back": report}, indent=1) + "\n", "utf-8")
    console.print(
        f"{len(arrays['keys'])} keys, {(OUT / 'weights.npz').stat().st_size / 1e6:.1f} MB, {time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
