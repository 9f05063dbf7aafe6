"""Speech about harm is not harm: what is quoted in a report, or named in a warning, becomes a hint.

A few cases only, because a spammer can write a warning too. A shipped term in quotation marks, or behind "called me", in a message that
reports it; a term of a trade (fraud, gambling, illicit goods, false promises) in a message that warns, or of an advert in one that
complains, and itself offers no contact and no suspicious link; a promise that is asked about, wished, or held against its author; and a
groan about too much work.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.moderation.quoted import is_inside, quotations
from assistant.text import Normalised
from assistant.types import Finding, Label

HINT_SCORE = 0.45

_TRADES = frozenset({Label.FRAUD, Label.GAMBLING, Label.ILLICIT, Label.MISLEADING})
_REPORTS = re.compile(
    r"举报|检举|截图|管理员|版主|群主|拉黑|封锁|屏蔽|报警|"
    r"(?:骂|叫|说|讲|写|留|回|话|闹)(?:我|他|她|人|佢|你|了|咗)?[:：,，]?\s?[「『“\"]"
    r"|删掉|夸大|违规|违法|怎[么幺]处理"
    r"|\b(?:report(?:ed|ing|s)?|mods?|admins?|moderators?|screenshot|blocked"
    r"|called (?:me|him|her)|told me|wrote|typed|dm'?ed me|said|says|police)\b"
)
_WARNS = re.compile(
    r"诈骗|骗局|骗子|骗人|骗你|骗我|骗了|被骗|受骗|上当|呃人|呃我|呃钱|反诈|防骗|别信|不要信|不要相信|千万别|千万不要|切勿|谨记"
    r"|挂断|挂掉|拨165|打165|报警"
    r"|警方|警察|新闻|法院|起诉|拘捕|被捕|违法|犯法|是假的|系假|没有什[么幺]"
    r"|冇可能|不可能|禁止|举报|检举"
    r"|好彩|幸好|才醒|差点|害人|欠了"
    r"|\b(?:scams?|scammers?|scammed|fraud"
    r"|(?:is|are|all) fake|police|news|warning|beware|don'?t (?:fall|trust|believe)|never (?:pay|send|trust)|illegal|report(?:ed)?)\b"
)
_COMPLAINS = re.compile(
    r"(?:要|想|申请|怎[么幺]|不给|不让|拒绝)退货|维权|(?:找谁|怎[么幺]|要|想|去|向.{1,6}|如何|已经?|准备|我)投诉|投诉(?:无门|你|商家|卖家)"
    r"|(?<!代)(?:举报|检举)(?!下架|删)|骗局|被骗|受骗|上当|诈骗|呃钱|新闻|警方|警察|拘捕|被捕|法院|起诉"
    r"|\b(?:(?:is|are|was|were) (?:all )?(?:a )?(?:scams?|fake)|scammed|scammers?|fraud|police|beware|report(?:ed)?)\b"
)
_TOLD = re.compile(r"(?:骂|闹|叫|喊|称)(?:我|他|她|佢|人)(?:是|系|做|作)?\W{0,2}$")
_CALLED = 8
"""Characters before a term in which it can be said who called whom that."""
_STOPS = "\n,，、。;；!！?？"
_CLAUSE = re.compile(rf"[^{_STOPS}]*[?？]?")
_LONGEST_CLAUSE = 60
"""Characters of a clause that are read on either side of where a term begins."""
_ASKS = re.compile(
    r"(?:怎[么幺]|怎样|点样|如何|为什[么幺]|点解).|[吗么幺嘛咩](?:\W*|呢)$|吧[?？]$|真的假的|是不是真|能不能|可不可以"
    r"|(?:你们|你家|店家|商家|卖家|客服|广告|他们|佢哋)(?:上面)?(?:写|说|讲|标|宣传|承诺|保证|吹|话)"
)
_PITCHES = re.compile(r"教你|告诉|揭秘|分享|[您你].{0,4}(?:还在|想)|^(?:想|要|还在|担心)|(?:就|只)用|我们")
"""What an advert says that asks too ("想根治湿疹吗？")."""
_WISHES = re.compile(r"祝[你您他她大愿福]|早日康复|希望.{0,12}(?:能|可以)")
_GROANS = re.compile(
    r"(?:好|真|超)想死掉?[喔哦噢啦耶][~～!！，,\s]{0,3}(?:又|一直|天天|今天)?(?:加班|上班|开会|报告|作业|功课|考试|期中|期末|赶稿)"
    r"[^。！？!?\n]{0,4}(?:爆|炸|不完|一堆|好多)"
)
"""A groan that names its everyday cause at once, with a particle that makes light of it."""
_DESPAIRS = re.compile(
    r"死|活|痛苦|撑不|遗书|药|楼|割|解脱|再见|没有?意义|没人|绝望|忧郁|抑郁|崩溃|伤害自己|结束|消失|die|kill|suicid|live|end it"
)
_OFFERS = ("rule:spam.contact", "rule:link.")


def as_hints(terms: Iterable[Finding], others: Sequence[Finding], text: Normalised) -> list[Finding]:
    """``terms``, found by the shipped lists, with the reported and warned of at ``HINT_SCORE``.

    Args:
        terms: findings of the shipped lists.
        others: findings of every other rule in the same text.
        text: the text.
    """
    speech = _Speech(text, offers=any(finding.source.startswith(_OFFERS) for finding in others))
    return [_hint(term) if speech.holds(term) else term for term in terms]


class _Speech:
    """What the message does with the words in it: reports, warns, complains, asks or wishes."""

    def __init__(self, text: Normalised, *, offers: bool) -> None:
        self._view, folded = text.folded, text.folded.text
        self._reports = _REPORTS.search(folded) is not None
        self._quoted = quotations(text) if self._reports else []
        self._offers = offers
        self._warns = not offers and _WARNS.search(folded) is not None
        self._complains = not offers and _COMPLAINS.search(folded) is not None
        self._wishes = not offers and _WISHES.search(folded) is not None

    def holds(self, term: Finding) -> bool:
        if term.label == Label.SELF_HARM:
            return self._is_exaggerated(term)
        if term.label in _TRADES and (self._warns or self._complains):
            return True
        if term.label == Label.SPAM and self._complains:
            return True
        if term.label == Label.MISLEADING and (self._wishes or self._is_asked(term)):
            return True
        return is_inside(term, self._quoted) or self._is_told(term)

    def _is_exaggerated(self, term: Finding) -> bool:
        """Whether somebody groans about too much work right behind it, and nothing else in the message is about wanting to live or die."""
        text, at = self._view.text, self._place(term)
        groan = _GROANS.match(text, at)
        return groan is not None and not _DESPAIRS.search(text[:at] + text[groan.end() :])

    def _is_told(self, term: Finding) -> bool:
        at = self._place(term)
        return self._reports and _TOLD.search(self._view.text, max(0, at - _CALLED), at) is not None

    def _is_asked(self, term: Finding) -> bool:
        """Whether a question, or what is held against somebody, is all of the clause around ``term``."""
        if self._offers:
            return False
        at = self._place(term)
        text, least = self._view.text, max(0, at - _LONGEST_CLAUSE)
        start = max(least, *(text.rfind(stop, least, at) + 1 for stop in _STOPS))
        clause = _CLAUSE.match(text, start, at + _LONGEST_CLAUSE)
        return clause is not None and bool(_ASKS.search(clause[0])) and not _PITCHES.search(clause[0])

    def _place(self, term: Finding) -> int:
        """Where the term begins in the folded text."""
        starts = self._view.starts
        return term.start if starts is None else bisect_left(starts, term.start)


def _hint(term: Finding) -> Finding:
    return replace(term, score=min(term.score, HINT_SCORE))
