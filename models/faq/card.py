"""Writes the figures of ``metrics.json`` into the card: ``python -m models.faq.card``."""

from __future__ import annotations

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
CARD = HERE / "README.md"
_MARKED = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
_COLUMNS = ("questions", "first right", "answered right", "unknown refused", "AUROC", "calibration error")


def rendered(card: str) -> str:
    about = json.loads((HERE / "metrics.json").read_text("utf-8"))
    lines = [f"| kind | {' | '.join(_COLUMNS)} |", "|---" * (len(_COLUMNS) + 1) + "|"]
    for kind, own in about["held_back"].items():
        cells = [f"{own['questions']:,.0f}", *(f"{own[name]:.3f}" for name in _COLUMNS[1:])]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    table = "\n".join([*lines, "", f"Default floor {about['floor']:g}, gap {about['gap']:g}.", ""])
    return _MARKED.sub(lambda found: found[1] + table + found[2], card)


if __name__ == "__main__":
    CARD.write_text(rendered(CARD.read_text("utf-8")), "utf-8")
