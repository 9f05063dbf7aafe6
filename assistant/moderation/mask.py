"""Masking what was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.moderation.advertising import is_advertising
from assistant.types import Finding

MASK = "*"


def mask(text: str, findings: Sequence[Finding], labels: Collection[str]) -> str:
    """``text`` with every character of the findings under ``labels`` replaced, one for one, white space kept.

    Where rules found a label, only their spans are masked: they are exact, while a classifier's evidence is a hint. Claims that
    advertising must not make are masked whoever found them.
    """
    chosen = [f for f in findings if f.field == "text" and f.label in labels]
    if not chosen:
        return text
    by_rule = {f.label for f in chosen if _is_exact(f)}
    characters = list(text)
    for finding in chosen:
        if finding.label in by_rule and not _is_exact(finding):
            continue
        for at in range(finding.start, finding.end):
            if not characters[at].isspace():
                characters[at] = MASK
    return "".join(characters)


def _is_exact(finding: Finding) -> bool:
    return not finding.source.startswith("model:") or is_advertising(finding.source)
