"""Builds ``models/replies/weights``: ``python -m models.replies.train``; half a minute on one core. ``--measure`` measures what was held
back, too.

What is chosen (strength, the share of ordinary texts) was chosen on the training families alone, each family of plain sentences judged by a
model of the families with choices and the other way round. The same out-of-fold probabilities calibrate.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console

from assistant.moderation.stance import Harm, StanceModel
from models.replies.fit import calibrated, fit, predict, write
from models.replies.measure import elsewhere, end_to_end, figures, held_back
from models.replies.rows import Row, for_training, ordinary, seeds

HERE = Path(__file__).parent
WEIGHTS = HERE / "weights" / "stance.json"
DATA = Path("../shared/datasets")
STRENGTH = 3.0
ORDINARY, ORDINARY_TRADE = 0.3, 0.1
"""What an ordinary text counts beside a seed; less under trade, where shops' talk (多少錢, how do I join) follows on offers."""
OTHER = 2.0
"""Replies that take nothing on are so many times as frequent as those that do, for the calibration."""


def rows_for(own: Sequence[Row], everyday: Sequence[Row]) -> list[Row]:
    weighed = [
        replace(row, weight=ORDINARY_TRADE if row.harm is Harm.TRADE else ORDINARY, stance=row.stance)
        for row in everyday
    ]
    return [*for_training(own), *weighed]


def halves(own: Sequence[Row], everyday: Sequence[Row]) -> tuple[np.ndarray, list[Row]]:
    """Out-of-fold probabilities: families with choices by those without, and the other way round."""
    judged: list[Row] = []
    found: list[np.ndarray] = []
    for half in (True, False):
        learnt, asked = ([row for row in own if ("slots" in row.family) is side] for side in (half, not half))
        parts = [
            [row for row in everyday if bool(zlib.crc32(row.family.encode()) % 2) is side] for side in (half, not half)
        ]
        asked = [*asked, *(replace(row, weight=0.1) for row in parts[1])]
        found.append(predict(fit(rows_for(learnt, parts[0]), STRENGTH), asked))
        judged += asked
    return np.concatenate(found), judged


def train(console: Console) -> StanceModel:
    own = [row for row in seeds() if not row.held]
    everyday = [row for row in ordinary() if not row.held]
    probabilities, judged = halves(own, everyday)
    model = calibrated(fit(rows_for(own, everyday), STRENGTH), probabilities, judged, OTHER)
    write(model, WEIGHTS)
    console.print(f"{WEIGHTS.stat().st_size / 1e3:.0f} kB, slope {model.slope:.2f}, shift {model.shift:.2f}")
    return StanceModel.read(WEIGHTS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--data", type=Path, default=DATA)
    asked = parser.parse_args()
    console = Console()
    model = train(console)
    if asked.measure:
        found: dict[str, object] = {}
        for name, fresh in (("", True), ("_first", False)):
            held = held_back(fresh)
            found |= {f"replies{name}": figures(model, held), f"flow{name}": end_to_end(held)}
        found["replies_elsewhere"] = elsewhere(model, asked.data)
        (HERE / "metrics.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        console.print(found)


if __name__ == "__main__":
    main()
