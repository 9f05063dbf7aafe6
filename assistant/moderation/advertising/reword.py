"""What a finding rests on, what to do about it, and the text as it may be said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.moderation.advertising.find import find_claims, is_advertising, rule_named
from assistant.moderation.advertising.learned import ClaimReader
from assistant.moderation.advertising.rulebook import PROHIBITED, Instead, rule_of
from assistant.text import Normalised
from assistant.types import Finding, Label
from assistant.types.advertising import Advertising, Law

_ROUNDS: Final = 3
_LEFT_OVER: Final = re.compile(r"[，,、；;]+(?=[。！!？?，,；;])|^[\s，,。、；;！!]+|(?<=[。！？])[，,、]+")
_MARK: Final = re.compile(r"(?:[。！？；!?;\n]|[，,.](?!\d)|(?<!\d)[，,.])+")
"""Ends a clause; not what parts the figures of a number."""
_END: Final = re.compile(r"(?:[。！？!?\n]|\.(?!\d)|(?<!\d)\.)+")
"""Ends a sentence."""
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
    chosen = _instead(finding, words)
    return Advice(
        rule.rests_on(where), rule.weight == PROHIBITED, dict(rule.advice), dict(chosen.say) if chosen else {}
    )


def reword(
    text: str,
    findings: Sequence[Finding],
    where: Advertising,
    language: str,
    reader: ClaimReader | None = None,
    field: str = "text",
) -> str:
    """``text`` without what advertising law finds in it: each stretch replaced, or its clause left out where nothing may stand there, the
    whole sentence where that is its head; again until nothing is found, by ``reader`` neither. Where nothing would be left it is a blank
    〔…〕 that says what may be written. Of ``findings`` those of ``field`` count. A proposal, for a person to read."""
    findings = [one for one in findings if one.field == field and is_advertising(one.source)]
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
        text = _tidy(_replaced(text, findings, language))
        findings = find_claims(Normalised(text), where, reader)
    return _tidy(_without_clauses(text, findings, where, reader)) if findings else text


def _general(where: Advertising) -> Advice:
    from assistant.moderation.advertising.rulebook import load_laws  # noqa: PLC0415

    laws = tuple(law for name in _GENERAL if (law := load_laws()[name]).holds(where))
    rule = rule_of("effect")
    return Advice(laws, True, dict(rule.advice) if rule else {}, {})


def _replaced(text: str, findings: Sequence[Finding], language: str) -> str:
    left = len(text)
    for finding in sorted(findings, key=lambda one: one.start, reverse=True):
        if finding.end > left:
            continue
        words = text[finding.start : finding.end]
        chosen = _instead(finding, words)
        say = _in(chosen.say if chosen else {}, language)
        if chosen and say and chosen.whole:
            start, end = _whole(text, finding, chosen.whole)
            say, end = ("", min(end, left)) if say in text else (say, end)
        elif say:
            start, end = finding.start, finding.end
            say += words[-1] if words.endswith(_PARTICLES) else ""
        else:
            start, end = _cut(text, finding.start, finding.end)
        text, left = text[:start] + say + text[end:], start
    return text


def _instead(finding: Finding, words: str) -> Instead | None:
    """What its rule puts in the place of the words that were found."""
    rule = rule_of(rule_named(finding.source)) if is_advertising(finding.source) else None
    folded = Normalised(words).folded.text
    return next((one for one in rule.instead if one.find.search(folded)), None) if rule else None


def _in(say: Mapping[str, str], language: str) -> str:
    return say.get(language) or say.get(_FALLBACK.get(language, "en"), "")


def _cut(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch between the marks around it, with the mark that ends it; to the end of the sentence where it is the head of one."""
    before, head = _last(_MARK, text, start), _last(_END, text, start)
    after = (_END if not text[head:before].strip() else _MARK).search(text, end)
    return before, after.end() if after else len(text)


def _whole(text: str, finding: Finding, begins: str) -> tuple[int, int]:
    """From the clause, or the sentence, to the end of the sentence, less the mark that ends it."""
    start = _last(_END if begins == "sentence" else _MARK, text, finding.start)
    after = _END.search(text, finding.end)
    return start, after.start() if after else len(text)


def _last(mark: re.Pattern[str], text: str, until: int) -> int:
    """Where the last mark before ``until`` ends; 0 for none."""
    return max((match.end() for match in mark.finditer(text, 0, until)), default=0)


def _without_clauses(text: str, findings: Sequence[Finding], where: Advertising, reader: ClaimReader | None) -> str:
    left = len(text)
    for finding in sorted(findings, key=lambda one: one.start, reverse=True):
        if finding.end <= left:
            left, end = _cut(text, finding.start, finding.end)
            text = text[:left] + text[end:]
    return "" if find_claims(Normalised(text), where, reader) else text


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", _LEFT_OVER.sub("", text)).strip()
