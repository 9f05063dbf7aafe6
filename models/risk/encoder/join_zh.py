"""Writes ``encoder_zh/joint.json``: how the Chinese encoder's logits are joined to the n-grams', with nothing else fitted anew.

``python -m models.risk.encoder.join_zh``, after ``models.risk.train`` and ``store_zh``. ``models.risk.encoder.join`` fits all languages and
puts them into ``cascade.json``, which counts where it names a language.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from assistant.backends.cascade import JOINT, LANGUAGES
from assistant.backends.encoder import Encoder
from assistant.backends.ngram import NgramClassifier
from assistant.text import Normalised
from models.risk import data
from models.risk.encoder import join
from models.risk.encoder.rows import ASIDE
from models.risk.row import LABELS, Row
from models.risk.train import Kept, kept_scores

ZH = "zh"
AT_ONCE = 32


def read(encoder: Encoder, rows: list[Row], wanted: list[int]) -> tuple[dict[int, int], join.F64]:
    """The encoder's logits of the rows ``wanted``, and the place of each row in them."""
    texts = sorted(((n, Normalised(rows[n].text).leet.text) for n in wanted), key=lambda pair: len(pair[1]))
    blocks = [encoder.logits([text for _, text in texts[at : at + AT_ONCE]]) for at in range(0, len(texts), AT_ONCE)]
    return {n: at for at, (n, _) in enumerate(texts)}, np.concatenate(blocks).astype(np.float64)


def joint(
    rows: list[Row], kept: dict[str, Kept], ordinary: list[str], weights: Path, most: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What ``joint.json`` holds, and what it does to rows that neither model has seen."""
    gate = join.gates(join.scored(NgramClassifier.load(weights), ordinary))
    aside = [n for n, row in enumerate(rows) if (row.dev or row.fold == ASIDE) and row.lang[:2] == ZH]
    aside = np.random.default_rng(0).permutation(aside)[:most].tolist()
    grey = join.grey_rows(kept, gate)
    place, logits = read(Encoder.load(weights / f"encoder_{ZH}"), rows, [n for n in aside if n in grey])
    maps, report = join.join(kept, place, logits, LANGUAGES.index(ZH))
    about: dict[str, Any] = {"labels": list(LABELS), "gate": [round(float(value), 5) for value in gate], **maps}
    about["version"] = hashlib.blake2b(json.dumps(about).encode(), digest_size=4).hexdigest()
    return about, report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=data.HERE)
    parser.add_argument("--most", type=int, default=12_000, help="rows that may be read")
    arguments = parser.parse_args()
    rows, kept = kept_scores(arguments.out / "work")
    used = {row.text for row in rows}
    ordinary = join.ordinary(data.read(arguments.out / "work/rows.jsonl"), used, ZH)
    about, report = joint(rows, kept, ordinary, arguments.out / "weights", arguments.most)
    (arguments.out / f"weights/encoder_{ZH}" / JOINT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    Console().print(report)


if __name__ == "__main__":
    main()
