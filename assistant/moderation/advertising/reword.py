"""What a finding rests on, what to do about it, and the text as it may be said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.moderation.advertising.clauses import Sentence, joined, sentences
from assistant.moderation.advertising.find import find_claims, is_advertising, rule_named
from assistant.moderation.advertising.learned import ClaimReader
from assistant.moderation.advertising.replaced import say_in, spoken, without_claims
from assistant.moderation.advertising.rulebook import PROHIBITED, rule_of
from assistant.text import Normalised
from assistant.types import Finding, Label
from assistant.types.advertising import Advertising, Law

_ROUNDS: Final = 3
_WORDS: Final = re.compile(r"[\d〔]|[\u3400-\u9fff]\W*[\u3400-\u9fff]|[A-Za-z]+\W+[A-Za-z]+\W+[A-Za-z]")
"""What is more than a greeting: a figure, a blank, two characters or three words."""
_GENERAL: Final = ("cn_ad_28", "tw_fair_21", "hk_tdo_7", "us_ftc_5")


@dataclass(frozen=True, slots=True)
class Advice:
    """``prohibited`` is False where facts decide that the text does not show; ``advice`` is a sentence by language; ``instead`` is what
    may stand in the place of the words, by language, empty to leave them out."""

    laws: tuple[Law, ...]
    prohibited: bool
    advice: Mapping[str, str]
    instead: Mapping[str, str]


def advise(finding: Finding, words: str, where: Advertising) -> Advice | None:
    """For a finding of advertising law, or of another misleading claim in a marketing text; ``words`` are those found. None for others."""
    rule = rule_of(rule_named(finding.source)) if is_advertising(finding.source) else None
    if rule is None:
        return _general(where) if finding.label == Label.MISLEADING else None
    return Advice(rule.rests_on(where), rule.weight == PROHIBITED, dict(rule.advice), spoken(rule, words))


def reword(
    text: str,
    findings: Sequence[Finding],
    where: Advertising,
    language: str,
    reader: ClaimReader | None = None,
    field: str = "text",
) -> str:
    """``text`` without what advertising law finds in it, as sentences that can be sent: a clause with a claim is worded anew where
    something fits there, and left out otherwise; again until nothing is found, by ``reader`` neither, at last by whole sentences. Where
    nothing would be left it is a frame with blanks 〔…〕 that say what may be written. Of ``findings`` those of ``field`` count. A
    proposal, for a person to read."""
    findings = [one for one in findings if one.field == field and is_advertising(one.source)]
    if not findings:
        return text
    left = _reworded(text, findings, where, language, reader)
    return left if _WORDS.search(left) else _blank(findings[0], language)


def _blank(finding: Finding, language: str) -> str:
    rule = rule_of(rule_named(finding.source))
    return say_in(rule.blank, language) if rule else ""


def _reworded(
    text: str, findings: Sequence[Finding], where: Advertising, language: str, reader: ClaimReader | None
) -> str:
    for count in range(_ROUNDS):
        text = without_claims(text, findings, language, replacing=count == 0)
        findings = find_claims(Normalised(text), where, reader)
        if not findings:
            return text
    text = joined(text, [_without(one, findings) for one in sentences(text)])
    return "" if find_claims(Normalised(text), where, reader) else text


def _without(sentence: Sentence, findings: Sequence[Finding]) -> str:
    return "" if any(sentence.meets(one.start, one.end) for one in findings) else sentence.text


def _general(where: Advertising) -> Advice:
    from assistant.moderation.advertising.rulebook import load_laws  # noqa: PLC0415

    laws = tuple(law for name in _GENERAL if (law := load_laws()[name]).holds(where))
    rule = rule_of("effect")
    return Advice(laws, True, dict(rule.advice) if rule else {}, {})
