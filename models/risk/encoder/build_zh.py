"""The Chinese encoder from nothing to its stored weights: ``python -m models.risk.encoder.build_zh``, after ``models.risk.data``.

Each step keeps its result in ``work/``; stopped and started again, it goes on with the first step that has none.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from models.risk.data import DEFAULT_DATA, HERE, WORK
from models.risk.encoder import align_zh, fit_zh, start_zh, store_zh

ALIGN, FIRST, SECOND = 15.0, 32.0, 13.0
"""Processor minutes of each."""


def steps(root: Path, work: Path, most: float) -> list[tuple[Path, Callable[[], None]]]:
    """What each step leaves when it is done, and the step; ``most`` minutes by the clock for a turn of fitting."""
    rows, start, aligned = work / "rows.jsonl", work / "start_zh", work / "aligned_zh"
    first, second = work / "encoder_zh.pt", work / "encoder_zh2.pt"
    return [
        (start / "tokenizer.json", partial(start_zh.begin, root, rows, start)),
        (aligned / "tokenizer.json", partial(align_zh.run, root, start, aligned, ALIGN)),
        (first, partial(fit_zh.run, rows, aligned, first, FIRST, most)),
        (second, partial(fit_zh.run, rows, aligned, second, SECOND, most, first)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=HERE / "weights/encoder_zh")
    parser.add_argument("--at-most", type=float, default=120.0, help="minutes by the clock for a turn of fitting")
    given = parser.parse_args()
    for done, step in steps(given.data_dir, given.work, given.at_most):
        if not done.exists():
            step()
    store_zh.write(given.work / "encoder_zh2.pt", given.work / "aligned_zh", given.out)


if __name__ == "__main__":
    main()
