"""Masking what was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.types import Finding

MASK = "*"


def mask(text: str, findings: Sequence[Finding], labels: Collection[str]) -> str:
    """``text`` with every character of the findings under ``labels`` replaced, one for one, white space kept.

    Where rules found a label, only their spans are masked: they are exact, while a model's evidence is a hint.
    """
    chosen = [f for f in findings if f.field == "text" and f.label in labels]
    if not chosen:
        return text
    by_rule = {f.label for f in chosen if not f.source.startswith("model:")}
    characters = list(text)
    for finding in chosen:
        if finding.label in by_rule and finding.source.startswith("model:"):
            continue
        for at in range(finding.start, finding.end):
            if not characters[at].isspace():
                characters[at] = MASK
    return "".join(characters)
