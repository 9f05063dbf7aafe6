"""Speech about harm is not harm: what is quoted in a report, or named in a warning, becomes a hint.

A few cases only, because a spammer can write a warning too. A shipped term in quotation marks, or behind "called me", in a message that
reports it; a term of a trade (fraud, gambling, illicit goods, false promises) in a message that warns, or of an advert in one that
complains, and itself offers no contact and no suspicious link; a promise that is asked about, wished, denied, or held against its author;
an insult that is nobody's, or told by who seeks help; a groan about too much work; a friend's visit; and threats in play or at vermin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from assistant.moderation.denials import without_denials
from assistant.moderation.insults import Insults
from assistant.moderation.jest import Jests
from assistant.moderation.lightly import is_groan, is_visit
from assistant.moderation.luring import Luring
from assistant.moderation.negated import negated
from assistant.moderation.quoted import Span, is_inside, quotations
from assistant.moderation.spoken_of import BLOCKED, REPORTED, SELLERS, any_of, begin_of, stands_before
from assistant.moderation.warned import TradeTalk
from assistant.text import Normalised
from assistant.types import Finding, Label

HINT_SCORE = 0.45

_TRADES = frozenset({Label.FRAUD, Label.GAMBLING, Label.ILLICIT, Label.MISLEADING})
_REPORTS = re.compile(
    any_of(
        *REPORTED,
        *BLOCKED,
        "截图|管理员|版主|群主|屏蔽|报警|删掉|夸大|违规|违法|怎[么幺]处理|[板版群社]规|停权|水桶|(?:直接|一律|即)踢",
        r"(?:骂|叫|说|讲|写|留|回|话|闹)(?:我|他|她|人|佢|你|了|咗)?[:：,，]?\s?[「『“\"]",
        r"\b(?:report(?:ed|ing|s)?|mods?|admins?|moderators?|screenshot|blocked|police)\b",
        r"\b(?:called (?:me|him|her)|told me|wrote|typed|dm'?ed me|said|says)\b",
    )
)
_TOLD = re.compile(r"(?:骂|闹|叫|喊|称)(?:我|他|她|佢|人)(?:是|系|做|作)?\W{0,2}$")
_CALLED = 8
"""Characters before a term in which it can be said who called whom that."""
_OTHER_SAYS = re.compile(
    r"\b(?:he|she|they|someone|somebody|anyone|anybody|who|that|guy|kid|user|account|classmates?|boys?|girls?|strangers?|kids|trolls?|man)"
    r"\s(?:(?:keeps?|kept|just|once|always|has|have|had|been|also|randomly)\s){0,2}"
    r"(?:tells?|told|telling|says?|said|saying|wrote|dm'?ed|messaged|commented)"
    r"\s(?:(?:me|you|him|her|us|them|people|others|someone|everyone|members|(?:my|your|his|her|our|their|a)\s\w+)\s)?(?:to\s)?(?:go\s)?$"
)
_AGREES = re.compile(
    r"\b(?:should|needs? to|ought|must|will|won'?t|gonna|hope|wish|glad|good|right|true|agrees?|because|laugh\w*|deserv\w*)\b"
)
_SEEKS_HELP = re.compile(
    r"\b(?:report\w*|block(?:ed)?|mods?|admins?|moderators?|screenshots?|police|bull(?:y|ied|ying))\b"
)
_SAYS_REACH, _TOLD_REACH = 60, 16
_TOLD_TO_OTHERS = re.compile(
    "(?:叫|让|要|跟|对|喊|骂)(?:我们?)?(?:的|嘅)?"
    "(?:[个這这那]?(?:儿子|女儿|仔|女|孩子|小孩|同学|同事|朋友|弟弟?|妹妹?|哥哥?|姐姐?|室友|学生)|他|她|佢)(?:说|讲|话)?\\W{0,2}$"
)
_OWN_DESPAIR = re.compile("我(?:也|都|就|真的?|好|只)*(?:想死|想跳|想去|不想|唔想|活不)|活不下去|死了算|解脱|遗书")
_STOPS = "\n,，、。;；!！?？"
_CLAUSE = re.compile(rf"[^{_STOPS}]*[?？]?")
_LONGEST_CLAUSE = 60
"""Characters of a clause that are read on either side of where a term begins."""
_CLAIMANTS = any_of(*SELLERS, "你们|你家|广告|他们|佢哋")
_ASKS = re.compile(
    any_of(
        r"(?:怎[么幺]|怎样|点样|如何|为什[么幺]|点解).|[吗么幺嘛咩](?:\W*|呢)$|吧[?？]$",
        "真的假的|是不是真|能不能|可不可以",
        rf"{_CLAIMANTS}(?:上面)?(?:写|说|讲|标|宣传|承诺|保证|吹|话)",
    )
)
"""A question, or what is held against those who claim it."""
_PITCHES = re.compile(r"教你|告诉|揭秘|分享|[您你].{0,4}(?:还在|想)|^(?:想|要|还在|担心)|(?:就|只)用|我们")
"""What an advert says that asks too ("想根治湿疹吗？")."""
_WISHES = re.compile(r"祝[你您他她大愿福]|早日康复|希望.{0,12}(?:能|可以)")
_OFFERS = ("rule:spam.contact", "rule:link.")


def as_hints(terms: Iterable[Finding], others: Sequence[Finding], text: Normalised) -> list[Finding]:
    """``terms``, found by the shipped lists, with the reported and warned of at ``HINT_SCORE``.

    Args:
        terms: findings of the shipped lists.
        others: findings of every other rule in the same text.
        text: the text.
    """
    speech = _Speech(text, offers=_offers(others, text))
    return [as_hint(term) if speech.holds(term) else term for term in terms]


def _offers(others: Sequence[Finding], text: Normalised) -> bool:
    """Whether the message offers a contact or a suspicious link, or speaks of a contact as one who offers it may."""
    ways = [finding for finding in others if finding.source.startswith(_OFFERS)]
    if any(finding.score > HINT_SCORE for finding in ways):
        return True
    view = text.folded
    luring = Luring(view.text)
    contacts = [finding for finding in ways if finding.source == _OFFERS[0]]
    return any(luring.still_offers(view.place(one.start), view.place(one.end)) for one in contacts)


class _Speech:
    """What the message does with the words in it: reports, warns, complains, asks or wishes."""

    def __init__(self, text: Normalised, *, offers: bool) -> None:
        self._text, self._view, folded = text, text.folded, text.folded.text
        honest = without_denials(folded)
        self._reports = _REPORTS.search(honest) is not None
        self._quoted = self._quotations if self._reports else []
        self._offers = offers
        self._jests, self._insults = Jests(folded), Insults(folded)
        self._trade = TradeTalk(honest)
        self._wishes = _WISHES.search(folded) is not None

    def holds(self, term: Finding) -> bool:
        if term.label == Label.SELF_HARM:
            return self._is_no_despair(term)
        if term.label == Label.THREAT:
            return self._is_quoted(term) or self._is_no_threat(term)
        if term.label == Label.HARASSMENT and self._is_nobodys(term):
            return True
        if not self._offers and self._is_named(term):
            return True
        if term.label == Label.MISLEADING and not self._offers and self._is_no_promise(term):
            return True
        return self._is_quoted(term)

    def _is_no_despair(self, term: Finding) -> bool:
        text, start, end = self._view.text, self._place(term), self._end(term)
        if is_groan(text, start) or self._jests.are_boredom(start, end):
            return True
        told = stands_before(_TOLD_TO_OTHERS, text, start, _TOLD_REACH) and is_inside(term, self._quotations)
        return told and not self._despairs

    def _is_no_threat(self, term: Finding) -> bool:
        start = self._place(term)
        return is_visit(self._view.text, start) or self._jests.threaten_nobody(start, self._end(term))

    def _is_nobodys(self, term: Finding) -> bool:
        start = self._place(term)
        if self._insults.are_nobodys(start, self._end(term)):
            return True
        return stands_before(_OTHER_SAYS, self._view.text, start, _SAYS_REACH) and self._seeks_help

    @cached_property
    def _quotations(self) -> list[Span]:
        return quotations(self._text)

    @cached_property
    def _despairs(self) -> bool:
        return _OWN_DESPAIR.search(self._view.text) is not None

    @cached_property
    def _seeks_help(self) -> bool:
        text = self._view.text
        return _SEEKS_HELP.search(text) is not None and not _AGREES.search(text)

    @cached_property
    def _luring(self) -> Luring:
        return Luring(self._view.text)

    def _is_no_promise(self, term: Finding) -> bool:
        return self._wishes or self._is_asked(term) or negated(self._text, term) is not None

    def _is_quoted(self, term: Finding) -> bool:
        return is_inside(term, self._quoted) or self._is_told(term)

    def _is_named(self, term: Finding) -> bool:
        start, end = self._place(term), self._end(term)
        if term.label in _TRADES:
            return self._trade.names(start, end, promises=term.label == Label.MISLEADING)
        if term.label != Label.SPAM:
            return False
        if self._trade.complains or self._trade.rules_out(start, end) or self._luring.turned_out(end):
            return True
        return self._luring.is_told_below_heading(start, end)

    def _is_told(self, term: Finding) -> bool:
        at = self._place(term)
        return self._reports and stands_before(_TOLD, self._view.text, at, _CALLED)

    def _is_asked(self, term: Finding) -> bool:
        """Whether a question, or what is held against somebody, is all of the clause around ``term``."""
        at, text = self._place(term), self._view.text
        clause = _CLAUSE.match(text, begin_of(text, at, _STOPS, _LONGEST_CLAUSE), at + _LONGEST_CLAUSE)
        return clause is not None and bool(_ASKS.search(clause[0])) and not _PITCHES.search(clause[0])

    def _place(self, term: Finding) -> int:
        """Where the term begins in the folded text."""
        return self._view.place(term.start)

    def _end(self, term: Finding) -> int:
        return self._view.place(term.end)


def as_hint(term: Finding) -> Finding:
    return replace(term, score=min(term.score, HINT_SCORE))
