"""Writes the figures of ``metrics.json`` into the card: ``python -m models.replies.card``."""

from __future__ import annotations

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
CARD = HERE / "README.md"
_MARKED = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\w+ -->)", re.DOTALL)
_COLUMNS = ("recall at .5", "recall at 0.8", "ROC AUC", "false positives at .5", "false positives at 0.8")


def rendered(card: str) -> str:
    about = json.loads((HERE / "metrics.json").read_text("utf-8"))
    tables = {name: replies(figures) for name, figures in about.items() if name.startswith("replies")}
    tables |= {name: flow(figures) for name, figures in about.items() if name.startswith("flow")}
    return _MARKED.sub(lambda found: f"{found[1]}{tables[found[2]]}\n{found[3]}", card)


def replies(figures: dict[str, dict[str, object]]) -> str:
    lines = [f"| | taken on, other | {' | '.join(_COLUMNS)} |", "|---" * (len(_COLUMNS) + 2) + "|"]
    for name, own in figures.items():
        cells = [_cell(own.get(column)) for column in _COLUMNS]
        lines.append(f"| {name} | {own['taken on']}, {own['other']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def flow(figures: dict[str, dict[str, list[float]]]) -> str:
    lines = ["| held-back replies that | by themselves | after what they answer |", "|---|---|---|"]
    names = {"taken on": "take it on", "other": "do not"}
    for kind, own in figures.items():
        lines.append(f"| {names[kind]} | {_cell(own['by itself'])} | {_cell(own['after what it answers'])} |")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if not isinstance(value, list):
        return "–"
    return f"{value[0]:.3f} ({value[1]:.3f}–{value[2]:.3f})"


if __name__ == "__main__":
    CARD.write_text(rendered(CARD.read_text("utf-8")), "utf-8")
