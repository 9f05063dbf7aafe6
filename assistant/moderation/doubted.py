"""A shipped term where the classifier sees next to nothing of the term's label is two words that met: it becomes a hint. So does one in
quotation marks of whose label the classifier sees less than the half.

Short terms stand inside innocent words (胸推 in 大码文胸推荐), and sound like them (爆奖 and 爆浆); the classifier reads the whole text.
What a community lists itself always counts, and so does every other rule. So do shipped terms of self-harm, for which a person should
look, and all of them where no calibrated classifier read the text, and those of fraud beside a seller's word that it is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from assistant.moderation.denials import read_honestly
from assistant.moderation.quoted import is_inside, quotations
from assistant.moderation.reported import as_hint
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import Finding, Label, ModelRef, TermList

DOUBT = 0.2
"""The probability below which the classifier sees next to nothing."""
QUOTED_DOUBT = 0.5
"""The same for what stands in quotation marks, where a word is more often mentioned than said."""


def as_doubted(
    findings: Sequence[Finding],
    scores: Mapping[str, float],
    model: ModelRef,
    shipped: Set[str],
    texts: Mapping[str, Normalised],
) -> list[Finding]:
    """``findings`` in ``texts`` (by field); those of the sources ``shipped`` as hints where the classifier's ``scores`` are below
    ``DOUBT``, or ``QUOTED_DOUBT``."""
    unsure = {Label.SELF_HARM.value, *model.uncalibrated}
    doubts = {label: score for label, score in scores.items() if score < QUOTED_DOUBT and label not in unsure}
    doubted = [one for one in findings if one.label in doubts and one.source in shipped and not _sold(one, texts)]
    if not doubted:
        return list(findings)
    quoted = {field: quotations(texts[field]) for field in {one.field for one in doubted}}
    hints = {one for one in doubted if doubts[one.label] < DOUBT or is_inside(one, quoted[one.field])}
    return [as_hint(one) if one in hints else one for one in findings]


def _sold(found: Finding, texts: Mapping[str, Normalised]) -> bool:
    return found.label == Label.FRAUD.value and read_honestly(texts[found.field]) is not None


def shipped_sources(own: Iterable[TermList]) -> frozenset[str]:
    """The sources of findings that only shipped lists have: a community's ``own`` may bear the same names."""
    return frozenset(f"rule:{one.id}" for one in starter_lists()) - {f"rule:{one.id}" for one in own}
