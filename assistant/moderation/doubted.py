"""A shipped term where the classifier sees next to nothing of the term's label is two words that met: it becomes a hint.

Short terms stand inside innocent words (胸推 in 大码文胸推荐), and sound like them (爆奖 and 爆浆); the classifier reads the whole text.
What a community lists itself always counts, and so does every other rule. So do shipped terms of self-harm, for which a person should
look, and all of them where no calibrated classifier read the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from assistant.moderation.reported import HINT_SCORE
from assistant.moderation.starter import starter_lists
from assistant.types import Finding, Label, ModelRef, TermList

DOUBT = 0.1
"""The probability below which the classifier sees next to nothing."""


def as_doubted(
    findings: Sequence[Finding], scores: Mapping[str, float], model: ModelRef, shipped: Set[str]
) -> list[Finding]:
    """``findings``; those of the sources ``shipped`` at ``HINT_SCORE`` at most where the classifier's ``scores`` are below ``DOUBT``."""
    unsure = {Label.SELF_HARM.value, *model.uncalibrated}
    doubted = {label for label, score in scores.items() if score < DOUBT} - unsure
    return [_hint(one) if one.label in doubted and one.source in shipped else one for one in findings]


def _hint(finding: Finding) -> Finding:
    return replace(finding, score=min(finding.score, HINT_SCORE))


def shipped_sources(own: Iterable[TermList]) -> frozenset[str]:
    """The sources of findings that only shipped lists have: a community's ``own`` may bear the same names."""
    return frozenset(f"rule:{one.id}" for one in starter_lists()) - {f"rule:{one.id}" for one in own}
