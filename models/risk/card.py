"""Writes the measured tables into the model card: ``python -m models.risk.card``, after training. A test fails while they are stale."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CARD = HERE / "README.md"


def figures_table(metrics: dict[str, Any]) -> str:
    """Held-back figures per label and script, with 95 % intervals."""
    lines = [
        "| label | script | harmful | clean | AUC | precision | recall | false positives |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for label, scripts in metrics["held_back"].items():
        for script, row in scripts.items():
            if "auc" not in row:
                continue
            cells = [_interval(row[name]) for name in ("auc", "precision", "recall", "fpr")]
            lines.append(f"| {label} | {script} | {row['positive']:,} | {row['negative']:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def thresholds_table(thresholds: dict[str, Any]) -> str:
    """The proposed default thresholds and what held-back rows say of them."""
    lines = ["| label | action | threshold | precision | recall | clean rows flagged |", "|---|---|---|---|---|---|"]
    for label, actions in thresholds.items():
        for action, row in actions.items():
            flagged = f"{row['clean_flagged']:.2%}".replace("%", " %")
            lines.append(
                f"| {label} | {action} | {row['threshold']} | {row['precision']:.3f} | {row['recall']:.3f} | {flagged} |"
            )
    return "\n".join(lines)


def cascade_table(metrics: dict[str, Any]) -> str:
    """ROC AUC on the held-back rows that an encoder reads: n-grams, encoder, both."""
    lines = ["| label | language | texts read | harmful | n-grams | encoder | both |", "|---|---|---|---|---|---|---|"]
    for language, labels in metrics.get("cascade", {}).items():
        for label, row in labels.items():
            cells = " | ".join(f"{row[name]:.3f}" for name in ("n-grams", "encoder", "both"))
            lines.append(f"| {label} | {language} | {row['rows']:,} | {row['harmful']:,} | {cells} |")
    return "\n".join(lines)


def reliability_table(metrics: dict[str, Any]) -> str:
    """Per label and language: how far scores lie from shares on average, and the share of harmful rows where scores are highest."""
    lines = ["| label | language | mean distance | harmful at 0.9 and over, mean score there |", "|---|---|---|---|"]
    for label, languages in metrics.get("reliability", {}).items():
        for language, points in languages.items():
            rows = sum(count for _, _, count in points)
            distance = sum(abs(mean - share) * count for mean, share, count in points) / max(rows, 1)
            top = [f"{share:.3f}, {mean:.3f}" for mean, share, _ in points if mean >= 0.9]
            lines.append(f"| {label} | {language} | {distance:.3f} | {top[-1] if top else '–'} |")
    return "\n".join(lines)


def _interval(figure: list[float]) -> str:
    value, low, high = figure
    return f"{value:.3f} ({low:.3f}–{high:.3f})"


def rendered(card: str) -> str:
    """The card with its tables, and the version it names, as the files beside it say."""
    tables: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
        "figures": ("metrics.json", figures_table),
        "cascade": ("metrics.json", cascade_table),
        "reliability": ("metrics.json", reliability_table),
        "thresholds": ("thresholds.json", thresholds_table),
    }
    for name, (file, table) in tables.items():
        made = table(json.loads((HERE / file).read_text("utf-8")))
        card = re.sub(rf"(?s)(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", lambda m, made=made: m[1] + made + m[2], card)
    for before, file in (("Version", "model.json"), ("joined by version", "cascade.json")):
        version = json.loads((HERE / "weights" / file).read_text("utf-8"))["version"]
        card = re.sub(rf"{before} `\w+`", f"{before} `{version}`", card)
    return card


def write() -> None:
    """Brings the card's tables up to date."""
    CARD.write_text(rendered(CARD.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
