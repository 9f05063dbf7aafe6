"""Writes the fitted Chinese encoder as ``assistant.backends.encoder_weights`` reads it: ``python -m models.risk.encoder.store_zh``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from models.risk.data import HERE, WORK
from models.risk.encoder import store
from models.risk.encoder.tokens_zh import FIRST, LAST

HEADS = 12
"""MiniLM's."""


def write(fitted: Path, start: Path, out: Path) -> None:
    """``fitted`` is a state as ``fit_zh`` keeps it, ``start`` the folder that holds its ``tokenizer.json``."""
    out.mkdir(parents=True, exist_ok=True)
    kept = torch.load(fitted, map_location="cpu", weights_only=True)
    state = {name: values.float().numpy() for name, values in kept.items()}
    rows, scales = store.rounded(state["body.embeddings.word_embeddings.weight"], store.COARSE)
    np.savez_compressed(out / "words.npz", rows=rows, scales=scales)
    np.savez_compressed(out / "body.npz", **store.arrays(state, HEADS, (FIRST, LAST)))
    (out / "tokenizer.json").write_bytes((start / "tokenizer.json").read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fitted", type=Path, default=WORK / "encoder_zh.pt")
    parser.add_argument("--start", type=Path, default=WORK / "aligned_zh")
    parser.add_argument("--out", type=Path, default=HERE / "weights/encoder_zh")
    arguments = parser.parse_args()
    write(arguments.fitted, arguments.start, arguments.out)


if __name__ == "__main__":
    main()
