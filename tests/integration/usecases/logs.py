"""Logs of four weeks of a channel, a theme a week. Written for this project."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

FIRST = date(2026, 1, 5)
THEMES = ("sourdough starter", "bicycle chain", "tomato seedlings", "camera tripod")
_SAYINGS = (
    "how do I keep my {} in good shape?",
    "my {} looks strange since yesterday",
    "a good {} needs patience",
    "can anybody recommend a {}?",
    "the {} in the picture is mine",
    "is it normal that a {} smells?",
    "I gave up on the old {}",
)


def write_logs(folder: Path) -> list[str]:
    """A file per week; the words of each message. One of the files ends names in a tab."""
    said = []
    for week, theme in enumerate(THEMES):
        day = FIRST + timedelta(days=7 * week + 1)
        gap = "\t" if week == 3 else " "
        lines = ["=== ada joined"]
        for at, saying in enumerate(_SAYINGS):
            words = saying.format(theme)
            said.append(words)
            lines.append(f"[{10 + at}:00] <member{at}>{gap}{words}")
        (folder / f"{day.isoformat()}.log").write_text("\n".join(lines))
    return said
