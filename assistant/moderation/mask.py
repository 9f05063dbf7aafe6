"""Masking what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.moderation.advertising import is_advertising
from assistant.types import Finding

MASK = "*"


def mask(text: str, findings: Sequence[Finding], least: Mapping[str, float]) -> str:
    """``text`` with every character of the findings under the labels of ``least`` replaced, one for one, white space kept.

    Where rules found a label with the score that ``least`` names or more, only their spans are masked: they are exact, while a
    classifier's evidence is a hint, and so is what a rule is less sure of. Claims that advertising must not make are masked whoever
    found them.
    """
    chosen = [f for f in findings if f.field == "text" and f.label in least]
    if not chosen:
        return text
    characters = list(text)
    for label in {finding.label for finding in chosen}:
        for finding in _surest([one for one in chosen if one.label == label], least[label]):
            for at in range(finding.start, finding.end):
                if not characters[at].isspace():
                    characters[at] = MASK
    return "".join(characters)


def _surest(found: Sequence[Finding], least: float) -> Sequence[Finding]:
    exact = [one for one in found if one.score >= least and _is_exact(one)]
    return exact or found


def _is_exact(finding: Finding) -> bool:
    return not finding.source.startswith("model:") or is_advertising(finding.source)
