"""What a finding rests on, what to do about it, and the text as it may be said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.moderation.advertising.find import find_claims, is_advertising, rule_named
from assistant.moderation.advertising.learned import ClaimReader
from assistant.moderation.advertising.rulebook import PROHIBITED, rule_of
from assistant.text import Normalised
from assistant.types import Finding, Label
from assistant.types.advertising import Advertising, Law

_ROUNDS: Final = 3
_LEFT_OVER: Final = re.compile(r"[，,、；;]+(?=[。！!？?，,；;])|^[\s，,。、；;！!]+|(?<=[。！？])[，,、]+")
_MARK: Final = re.compile(r"[，。！？；,.!?;\n]+")
_PARTICLES: Final = ("的", "嘅")
_SPACES: Final = re.compile(r"[ \t]{2,}")
_GENERAL: Final = ("cn_ad_28", "tw_fair_21", "hk_tdo_7", "us_ftc_5")
_FALLBACK: Final = {"zh-Hant-HK": "zh-Hant", "zh": "zh-Hans"}


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
    folded = Normalised(words).folded.text
    chosen = next((one.say for one in rule.instead if one.find.search(folded)), {})
    instead = {language: str(say) for language, say in chosen.items() if language != "find"}
    return Advice(rule.rests_on(where), rule.weight == PROHIBITED, dict(rule.advice), instead)


def reword(
    text: str, findings: Sequence[Finding], where: Advertising, language: str, reader: ClaimReader | None = None
) -> str:
    """``text`` without what advertising law finds in it: each stretch replaced, or its clause left out where nothing may stand
    there, again until nothing is found, by ``reader`` neither. Where nothing would be left it is a blank 〔…〕 that says what may be
    written. A proposal, for a person to read."""
    findings = [one for one in findings if one.field == "text" and is_advertising(one.source)]
    left = _reworded(text, findings, where, language, reader)
    return left if left or not findings else _blank(findings[0], language)


def _blank(finding: Finding, language: str) -> str:
    rule = rule_of(rule_named(finding.source))
    return _in(rule.blank, language) if rule else ""


def _reworded(
    text: str, findings: Sequence[Finding], where: Advertising, language: str, reader: ClaimReader | None
) -> str:
    for _ in range(_ROUNDS):
        if not findings:
            return text
        text = _tidy(_replaced(text, findings, where, language))
        findings = find_claims(Normalised(text), where, reader)
    return _tidy(_without_clauses(text, findings, where, reader)) if findings else text


def _general(where: Advertising) -> Advice:
    from assistant.moderation.advertising.rulebook import load_laws  # noqa: PLC0415

    laws = tuple(law for name in _GENERAL if (law := load_laws()[name]).holds(where))
    rule = rule_of("effect")
    return Advice(laws, True, dict(rule.advice) if rule else {}, {})


def _replaced(text: str, findings: Sequence[Finding], where: Advertising, language: str) -> str:
    for finding in sorted(findings, key=lambda one: one.start, reverse=True):
        words = text[finding.start : finding.end]
        advice = advise(finding, words, where)
        say = _in(advice.instead if advice else {}, language)
        say += words[-1] if say and words.endswith(_PARTICLES) else ""
        start, end = (finding.start, finding.end) if say else _clause(text, finding.start, min(finding.end, len(text)))
        text = text[:start] + say + text[end:]
    return text


def _in(say: Mapping[str, str], language: str) -> str:
    return say.get(language) or say.get(_FALLBACK.get(language, "en"), "")


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch between the marks around it, with the mark that ends it."""
    before = max((match.end() for match in _MARK.finditer(text, 0, start)), default=0)
    after = _MARK.search(text, end)
    return before, after.end() if after else len(text)


def _without_clauses(text: str, findings: Sequence[Finding], where: Advertising, reader: ClaimReader | None) -> str:
    for finding in sorted(findings, key=lambda one: one.start, reverse=True):
        start, end = _clause(text, min(finding.start, len(text)), min(finding.end, len(text)))
        text = text[:start] + text[end:]
    left = find_claims(Normalised(text), where, reader)
    return "" if left else text


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", _LEFT_OVER.sub("", text)).strip()
