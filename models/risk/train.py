"""Builds ``models/risk/weights`` from the training sets and seeds: ``make train``, or ``python -m models.risk.train``.

Steps: read the rows, cut them into features, fit each label (five models on four fifths each, whose margins on the last fifth calibrate,
then one on all), put all labels into one table, calibrate, measure. Stopped and started again, it takes finished labels from ``work/``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from rich.console import Console
from rich.progress import Progress

from models.risk import calibrate, choose, data, features, fit, measure, table
from models.risk.choose import Choice
from models.risk.features import Features
from models.risk.row import FOLDS, LABELS, Row

F64 = npt.NDArray[np.float64]
EVERYDAY = 24_000
OUT = data.HERE / "weights"
HEADS = ("letters", "syllables")


def thinned(rows: list[Row]) -> list[Row]:
    """All rows, but of ordinary sentences only every so many: they are many and alike."""
    everyday = [row for row in rows if row.source == "everyday"]
    step = max(1, len(everyday) // EVERYDAY)
    return [row for row in rows if row.source != "everyday"] + everyday[::step]


def fit_head(matrix: sp.csr_matrix, chosen: Choice) -> tuple[fit.Linear, F64]:
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


def fit_label(label: str, heads: tuple[Features, Features], chosen: Choice) -> tuple[list[fit.Linear], list[F64]]:
    """Both heads' models and margins, from ``work/`` if nothing they depend on has changed."""
    place = data.WORK / f"label-{label}-{_recipe(heads, chosen)}.npz"
    if not place.is_file():
        for old in data.WORK.glob(f"label-{label}-*.npz"):
            old.unlink()
        found = {}
        for name, head in zip(HEADS, heads, strict=True):
            model, margins = fit_head(head.matrix, chosen)
            found |= {
                f"{name}_weights": model.weights,
                f"{name}_bias": np.array(model.bias),
                f"{name}_margins": margins,
            }
        np.savez(place, **found)
    with np.load(place) as kept:
        models = [fit.Linear(kept[f"{name}_weights"], float(kept[f"{name}_bias"])) for name in HEADS]
        return models, [kept[f"{name}_margins"] for name in HEADS]


def _recipe(heads: tuple[Features, Features], chosen: Choice) -> str:
    digest = hashlib.blake2b(Path(fit.__file__).read_bytes(), digest_size=8)
    for array in (chosen.index, chosen.truth, chosen.weight, chosen.fold, *(head.keys for head in heads)):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def version(rows: list[Row]) -> str:
    """Twelve characters that change with the training rows or the recipe."""
    digest = hashlib.blake2b(json.dumps([asdict(row) for row in rows]).encode(), digest_size=6)
    for module in (calibrate, choose, features, fit, table):
        digest.update(Path(module.__file__).read_bytes())
    return digest.hexdigest()


def build(rows: list[Row], console: Console) -> dict[str, object]:
    """Fits, writes the weights, and returns the figures on held-back rows per label."""
    letters, syllables, scripts = features.kept([row.text for row in rows], data.WORK)
    console.print(f"{len(rows)} rows, {len(letters.keys)} letter keys, {len(syllables.keys)} syllable keys")
    heard = syllables.matrix.getnnz(axis=1) > 0
    fitted, maps, uncalibrated, report = {}, [], [], {}
    with Progress(console=console) as progress:
        for label in progress.track(LABELS, description="labels"):
            chosen = choose.choose(rows, scripts, label)
            models, margins = fit_label(label, (letters, syllables), chosen)
            found, logits, enough = calibrate.calibrate(
                calibrate.Margins(*margins, heard[chosen.index], chosen.truth, chosen.weight, chosen.script)
            )
            fitted[label] = models
            maps.append(found)
            uncalibrated += [] if any(enough) else [label]
            report[label] = measure.figures(1 / (1 + np.exp(-logits)), chosen)
    arrays = table.assemble((letters, syllables), fitted)
    about = {"labels": list(LABELS), "version": version(rows), "uncalibrated": uncalibrated}
    table.write(OUT, arrays, about | {"calibration": calibrate.as_arrays(maps)})
    console.print(f"{len(arrays['keys'])} keys, {(OUT / 'weights.npz').stat().st_size / 1e6:.1f} MB")
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=data.DEFAULT_DATA)
    arguments = parser.parse_args()
    console, began = Console(), time.monotonic()
    rows = data.gather(arguments.data_dir, console)
    data.write(rows)
    report = build(thinned(rows), console)
    (data.HERE / "metrics.json").write_text(json.dumps({"held_back": report}, indent=1) + "\n", "utf-8")
    console.print(measure.rendered(report))
    console.print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
