"""Builds ``models/embedder/weights``: ``make train``, or ``python -m models.embedder.train``.

Steps: read the texts, make the tokenizer, ask the teacher for its vectors (kept in ``work/``; a stopped run goes on there), fit, write,
measure.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress

from models.embedder import charsmap, data, material, measure, store, teacher, tokenizer, vocabulary
from models.embedder.fit import Recipe, fit

SIZES = vocabulary.Sizes(chinese=32_000, english=20_000)
"""With the characters and the pieces, some 63,500 rows: 16 MB of int8 at 256 dimensions."""


def build(root: Path, out: Path, recipe: Recipe, console: Console) -> dict[str, float]:
    """Writes the weights; gives seconds by step."""
    began = time.monotonic()
    corpus = data.gather(root, console)
    table = charsmap.every_character()
    changes = str.maketrans(table)

    def fold(text: str) -> str:
        return text.translate(changes)

    words = vocabulary.vocabulary(corpus, fold, teacher.vocabulary(), SIZES)
    cutter = tokenizer.make(words, charsmap.compiled(table))
    console.print(f"{len(words)} tokens")
    read = time.monotonic()
    found = material.gather(
        corpus, words, cutter, fold, lambda texts: teacher.vectors(texts, out / "work", console), recipe.dimensions
    )
    taught = time.monotonic()
    with Progress(console=console) as progress:
        bar = progress.add_task("fitting")
        rows = fit(
            found,
            [word for word, _ in words],
            recipe,
            lambda step, steps, loss: progress.update(
                bar, completed=step, total=steps, description=f"fitting, loss {loss:.3f}"
            ),
        )
    store.write(out / "weights", cutter, np.ascontiguousarray(rows.numpy(), np.float32))
    ended = time.monotonic()
    return {"read": read - began, "teacher": taught - read, "fit": ended - taught}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=data.DEFAULT_DATA)
    parser.add_argument("--out", type=Path, default=data.HERE, help="where weights/, work/ and the figures go")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    console, recipe = Console(), Recipe()
    seconds = build(options.data_dir, options.out, recipe, console)
    report = {
        "recipe": asdict(recipe),
        "seconds": {step: round(value) for step, value in seconds.items()},
        "figures": measure.figures(options.out / "weights", options.data_dir),
    }
    (options.out / "metrics.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    console.print_json(json.dumps(report["figures"]["256"], ensure_ascii=False))


if __name__ == "__main__":
    main()
