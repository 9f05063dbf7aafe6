"""Writes the measured table into the model card: ``python -m models.embedder.card``, after training. A test fails while it is stale."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CARD = HERE / "README.md"
WEIGHTS = HERE / "weights" / "0_StaticEmbedding" / "model.safetensors"


def figures_table(metrics: dict[str, Any]) -> str:
    """A line per set and split, a column per number of dimensions."""
    by_length = metrics["figures"]
    lines = [
        f"| set | split | {' | '.join(f'{length} dimensions' for length in by_length)} |",
        f"|---|---|{'---|' * len(by_length)}",
    ]
    for name, splits in next(iter(by_length.values())).items():
        for split in splits:
            cells = " | ".join(f"{figures[name][split]:.1f}" for figures in by_length.values())
            lines.append(f"| {name} | {split} | {cells} |")
    return "\n".join(lines)


def version() -> str:
    """What the embedder's reference begins with."""
    return hashlib.blake2b(WEIGHTS.read_bytes(), digest_size=6).hexdigest()


def rendered(card: str) -> str:
    """The card with its table, and the version it names, as the files beside it say."""
    made = figures_table(json.loads((HERE / "metrics.json").read_text("utf-8")))
    card = re.sub(r"(?s)(<!-- figures -->\n).*?(\n<!-- /figures -->)", lambda m: m[1] + made + m[2], card)
    return re.sub(r"Version `[0-9a-f]+`", f"Version `{version()}`", card)


if __name__ == "__main__":
    CARD.write_text(rendered(CARD.read_text("utf-8")), "utf-8")
