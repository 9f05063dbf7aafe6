"""Claims that advertising must not make, found in a marketing text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from assistant.moderation.advertising.learned import MODEL, ClaimReader, learned_claims
from assistant.moderation.advertising.rulebook import Rule, load_rules, rule_of
from assistant.moderation.floods import MAX_FINDINGS
from assistant.text import Normalised
from assistant.types import Finding, Label
from assistant.types.advertising import Advertising

SOURCE: Final = "rule:ads."
_BESIDE: Final = 40
_DENIED: Final = re.compile(
    r"(?:不|未|无|無|勿|别|唔|冇|非|没有|没办法|没法|无法|不敢|难以|很难|禁止|严禁|拒绝|切勿|避免)"
    r"(?:能|得|可以?|会|应|须|必|具有?|有|用作|用于|用来|保证|承诺|担保|提供|宣称|声称|代表|等于|同|作|作为|任何|以|再|要|能够|是"
    r"|话(?:佢|它)?|说(?:它|佢|是)?|讲(?:它|佢)?|会|到|(?:代替|替代)(?:药物|药品|药)?)*$"
    r"|\b(?:not|never|no|nor|cannot|without|n[o']t|don['’]t|doesn['’]t|isn['’]t|aren['’]t|won['’]t|can['’]t)"
    r"(?:\s+(?:intended|to|be|a|an|any|the|that|you|we|claims?|guarantees?|promises?|meant|diagnose|treat|cure|prevent|or|and|post)|,)*\s*$"
)
_ASKED: Final = re.compile(
    r"^[^，。！；;\n]{0,12}[?？]\s*(?:答|a)?\s*[:：]?\s*(?:不|没|沒|无|無|未|唔|冇|会的|有(?:可能|赚)|no\b|not\b|never\b|we\s+(?:do\s+not|don['’]t|can))"
)
"""A question that is answered by no."""
_PUNISHED: Final = re.compile(
    r"被罚|罚款|罚[一二三四五六七八九十百千万两\d]+|开罚|被处罚|被立案|被通报|(?:局|署|会|处)(?:通报|公告|提醒|警告)|辟谣"
    r"|\b(?:fined|watchdog|regulator|authorit(?:y|ies)\s+warn\w*|warned\s+a|myths?)\b"
)
"""News of what a claim brought, or its refutation."""
_QUOTED: Final = re.compile(
    r"(?:不能|不得|不可以?)(?:写|出现|说成)|自查|小课堂|(?:小编|编辑)笔记|可能违反|(?:拿不出|没有|冇|要有|需要?)(?:客观)?(?:根据|依据|证据)"
    r"|已?(?:经)?(?:举报|检举)(?:了|咗|$|[,，。！!])|(?<!不是)(?<!非)骗局|(?:都|多半|一定|全)是(?:骗子|骗人|诈骗)"
    r"|\b(?:checklist|needs?\s+proof|without\s+(?:evidence|proof)|reported\s+(?:it|them)|is\s+a\s+scam|after\s+your\s+money)\b"
)
"""A claim spoken about: how to write, what to report."""
_AFTER: Final = 60
_DO_THEMSELVES: Final = frozenset({"hidden", "comparison"})
"""Rules about what is asked of writers, or said of others: words of quoting are part of it."""


def is_advertising(source: str) -> bool:
    """Whether a finding is one of these."""
    return source.startswith((SOURCE, MODEL))


def rule_named(source: str) -> str:
    """The rule's id in the source of such a finding."""
    return source.removeprefix(SOURCE).removeprefix(MODEL)


def find_claims(
    text: Normalised, where: Advertising, reader: ClaimReader | None = None, shown: Normalised | None = None
) -> list[Finding]:
    """One finding per stretch and rule, in the order of the text, labelled ``misleading``; ``source`` is ``rule:ads.<rule>``, or
    ``model:ads.<rule>`` where ``reader`` alone finds it, who reads ``shown``: the same text, less what it may not see. Where it
    doubts that anything is claimed (``DOUBT``), the rules' findings are left out too, but for prizes, whose worth is stated. Only
    rules whose law holds for ``where``. Takes time linear in the text."""
    found = _by_rule(text, where)
    if reader is not None:
        stated = [one for one in found if _states(one)]
        found = learned_claims(shown or text, where, reader, found)
        found += [one for one in stated if one not in found]
    return sorted(found, key=lambda one: (one.start, one.end, one.source))


def find_drawn(texts: Mapping[str, Normalised], where: Advertising) -> list[Finding]:
    """Prizes beyond what the law allows where the draw stands in another text of the message than its prize, with their field."""
    folded = {field: text.folded for field, text in texts.items()}
    return [
        Finding(Label.MISLEADING, rule.score, *folded[field].span(*span), f"{SOURCE}{rule.id}", field)
        for rule in load_rules()
        if rule.draws is not None and rule.rests_on(where)
        for field, span in rule.draws.drawn({name: view.text for name, view in folded.items()})
        if not _excused(rule, folded[field].text, *span, [])
    ]


def _states(finding: Finding) -> bool:
    rule = rule_of(rule_named(finding.source))
    return rule is not None and rule.draws is not None


def _by_rule(text: Normalised, where: Advertising) -> list[Finding]:
    view = text.folded
    found = []
    for rule in load_rules():
        if not rule.rests_on(where):
            continue
        for start, end in _stretches(rule, view.text):
            found.append(Finding(Label.MISLEADING, rule.score, *view.span(start, end), f"{SOURCE}{rule.id}"))
    return found


def _stretches(rule: Rule, text: str) -> Iterator[tuple[int, int]]:
    """What the rule finds and nothing excuses; of overlapping stretches the first, grown to the end of the last."""
    spans = [span for pattern in rule.patterns for span in _spans(pattern, text)]
    spans = sorted([*spans, *(rule.draws.found(text) if rule.draws is not None else ())])
    if not spans:
        return
    innocent = [span for pattern in rule.unless for span in _spans(pattern, text)]
    last: tuple[int, int] | None = None
    for start, end in spans:
        if _excused(rule, text, start, end, innocent):
            continue
        if last is not None and start < last[1]:
            last = (last[0], max(end, last[1]))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for count, match in enumerate(pattern.finditer(text)):
        if match.end() > match.start():
            yield match.span()
        if count >= MAX_FINDINGS:
            return


def _excused(rule: Rule, text: str, start: int, end: int, innocent: list[tuple[int, int]]) -> bool:
    if any(a <= start and end <= b for a, b in innocent):
        return True
    before, after = text[max(0, start - _BESIDE) : start], text[end : end + _BESIDE]
    if _DENIED.search(before) or _ASKED.search(after):
        return True
    if any(one.search(before) for one in rule.before) or any(one.search(after) for one in rule.after):
        return True
    near = text[max(0, start - _BESIDE) : end + _AFTER]
    if _PUNISHED.search(near) or (rule.id not in _DO_THEMSELVES and _QUOTED.search(near)):
        return True
    return rule.around is not None and rule.around.search(text[max(0, start - _BESIDE) : end + _BESIDE]) is not None
