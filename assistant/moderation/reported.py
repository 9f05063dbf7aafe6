"""Speech about harm is not harm: what is quoted in a report, or named in a warning, becomes a hint.

Two cases only, because a spammer can write a warning too. A shipped term in quotation marks, in a message that reports it; and a term of a
trade (fraud, gambling, illicit goods, false promises) in a message that warns and itself offers no contact and no suspicious link.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.text import Normalised
from assistant.types import Finding, Label

HINT_SCORE = 0.45

_TRADES = frozenset({Label.FRAUD, Label.GAMBLING, Label.ILLICIT, Label.MISLEADING})
_QUOTED = re.compile(r"「[^「」\n]*」|『[^『』\n]*』|“[^“”\n]*”|\"[^\"\n]*\"")
"""Of quotations inside quotations of the same marks the innermost, so that a row of opening marks is read once."""
_REPORTS = re.compile(
    r"举报|检举|截图|管理员|版主|群主|拉黑|封锁|屏蔽|报警|"
    r"(?:骂|叫|说|讲|写|留|回|话|闹)(?:我|他|她|人|佢|你|了|咗)?[:：,，]?\s?[「『“\"]"
    r"|删掉|夸大|违规|违法|怎么处理"
    r"|\b(?:report(?:ed|ing|s)?|mods?|admins?|moderators?|screenshot|blocked"
    r"|called (?:me|him|her)|told me|wrote|typed|dm'?ed me|said|says|police)\b"
)
_WARNS = re.compile(
    r"诈骗|骗局|骗子|骗人|骗你|骗我|骗了|被骗|受骗|上当|呃人|呃我|呃钱|反诈|防骗|别信|不要信|不要相信|千万别|千万不要|切勿|谨记"
    r"|挂断|挂掉|拨165|打165|报警"
    r"|警方|警察|新闻|法院|起诉|拘捕|被捕|违法|犯法|是假的|系假|没有什么"
    r"|冇可能|不可能|禁止|举报|检举"
    r"|好彩|幸好|才醒|差点|害人|欠了"
    r"|\b(?:scams?|scammers?|scammed|fraud"
    r"|(?:is|are|all) fake|police|news|warning|beware|don'?t (?:fall|trust|believe)|never (?:pay|send|trust)|illegal|report(?:ed)?)\b"
)
_OFFERS = ("rule:spam.contact", "rule:link.")


def as_hints(terms: Iterable[Finding], others: Sequence[Finding], text: Normalised) -> list[Finding]:
    """``terms``, found by the shipped lists, with the reported and warned of at ``HINT_SCORE``.

    Args:
        terms: findings of the shipped lists.
        others: findings of every other rule in the same text.
        text: the text.
    """
    folded = text.folded.text
    quoted = [text.plain.span(*match.span()) for match in _QUOTED.finditer(text.plain.text)]
    reports = bool(quoted) and _REPORTS.search(folded) is not None
    offers = any(finding.source.startswith(_OFFERS) for finding in others)
    warns = not offers and _WARNS.search(folded) is not None
    return [_hint(term) if _is_spoken_of(term, quoted if reports else [], warns=warns) else term for term in terms]


def _is_spoken_of(term: Finding, quoted: Sequence[tuple[int, int]], *, warns: bool) -> bool:
    """``quoted`` are in order and apart."""
    if term.label == Label.SELF_HARM:
        return False
    if warns and term.label in _TRADES:
        return True
    at = bisect_right(quoted, term.start, key=lambda quote: quote[0])
    return at > 0 and term.end <= quoted[at - 1][1]


def _hint(term: Finding) -> Finding:
    return replace(term, score=min(term.score, HINT_SCORE))
