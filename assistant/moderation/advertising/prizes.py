"""Prizes of draws: what they are worth, as a text states it in figures or in words, against what the law allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import re2

from assistant.text.numerals import DIGITS, PLACES, value_of

_WORDS: Final = "".join([*DIGITS, *PLACES])
_NUMBER: Final = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,2}})?|\d+(?:\.\d+)?|[{_WORDS}]+)"
_AMOUNT: Final = re2.compile(rf"(?:({_NUMBER})\s?([万亿])({_NUMBER}?千?)|({_NUMBER}千?))")
_MONEY_BEFORE: Final = re.compile(
    r"(?:值|现金|奖金|[¥$]|rmb|cny|人民币|worth|prize of)\s*(?:约|达|高达|逾|近|up to)?\s*[¥$]?$"
)
_MONEY_AFTER: Final = re.compile(r"^\s*(?:元|块|圆|人民币|rmb|cny|yuan|现金)")
_COUNT_AFTER: Final = re.compile(
    r"^\s*(?:多|余)?(?:人|份|张|个|名|位|次|积分|点|粉|步|字|公里|里|级|台|家|条|件|分|组|篇|天|年)"
)
_OTHER_MONEY: Final = re.compile(r"(?:nt\$|新?台币|日[元圆]|韩[元圆]|円|₩)\s*$")
_OTHER_MONEY_AFTER: Final = re.compile(r"^\s*(?:元)?(?:新?台币|日[元圆]|韩[元圆]|円)")
_NO_PRIZE: Final = re.compile(
    r"(?:满|消费|订单|单笔|销售额|营业额|预算|累计|总值|总价值|总额|合计|共计|(?:购买|买|订购)[^,，]{0,6}"
    r"|(?:不|未|不得|不会|不能|不可)(?:超过|超出|高于|多于|逾)(?:人民币)?|at most|up to a limit of)\s*[¥$]?$"
)
_PRIZE_BEFORE: Final = re.compile(r"(?:奖|礼品|prize)[^。！？!?\n]{0,14}$")
_REWARD: Final = re.compile(r"(?:^|\.)rewards\[\d+\]$")
_CONDITION: Final = re.compile(r"[,，。！？!?\n]|可|即|就|参加|参与|才能")
_SENTENCE: Final = re.compile(r"[。！？!?\n]")
_AHEAD, _BACK, _BESIDE = 60, 16, 16
MOST: Final = 200
"""Draws and amounts that are read of a text."""


class Span(NamedTuple):
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Draws:
    """``limit`` is the highest prize that is allowed, in yuan; ``draw`` finds the words of a draw, ``goods`` what costs more than it
    whatever is written, both RE2's."""

    limit: float
    draw: Any
    goods: Any

    def found(self, text: str) -> Iterator[Span]:
        """From a draw to a prize beyond the limit in the same sentence, of a folded text."""
        prizes = self.prizes(text)
        if not prizes:
            return
        for draw in _first(self.draw, text):
            for prize in prizes:
                if _of_the_draw(text, draw, prize):
                    yield Span(min(draw.start, prize.start), max(draw.end, prize.end))

    def drawn(self, texts: Mapping[str, str]) -> Iterator[tuple[str, Span]]:
        """The same over the parts of one message, by field: the draw may stand in one, its prize in another."""
        draws = {field for field, text in texts.items() if self.draw.search(text)}
        for field, text in texts.items():
            if not draws - {field}:
                continue
            for prize in self.prizes(text):
                if _REWARD.search(field) or _PRIZE_BEFORE.search(text[max(0, prize.start - _BESIDE) : prize.start]):
                    yield field, prize

    def prizes(self, text: str) -> list[Span]:
        """Amounts beyond the limit that are no condition and no total, and goods."""
        over = [span for span, yuan in amounts(text) if yuan > self.limit and _may_be_prize(text, span)]
        return sorted([*over, *_first(self.goods, text)])


def amounts(text: str) -> Iterator[tuple[Span, float]]:
    """Sums of money in a folded text (80,000元, 8万, 八万五千元), but those of currencies that are worth a small part of a yuan."""
    for count, match in enumerate(_AMOUNT.finditer(text)):
        if count >= MOST:
            return
        span = Span(*match.span())
        before, after = text[max(0, span.start - _BESIDE) : span.start], text[span.end : span.end + _BESIDE]
        if _OTHER_MONEY.search(before) or _OTHER_MONEY_AFTER.search(after):
            continue
        many = match[2] is not None and not _COUNT_AFTER.search(after)
        unit = _MONEY_AFTER.search(after)
        if many or unit or _MONEY_BEFORE.search(before):
            yield Span(span.start, span.end + (unit.end() if unit else 0)), _value(match)


def _value(match: Any) -> float:
    if match[2] is None:
        return _number(match[4])
    return _number(match[1]) * (10_000 if match[2] == "万" else 100_000_000) + _number(match[3])


def _number(written: str) -> float:
    """Figures with or without groups, or words below ten thousand; 0 for none."""
    if not written:
        return 0.0
    if written[0].isdecimal():
        thousands = written.endswith("千")
        return float(written.rstrip("千").replace(",", "")) * (1_000 if thousands else 1)
    return float(value_of(written))


def _may_be_prize(text: str, span: Span) -> bool:
    return _NO_PRIZE.search(text[max(0, span.start - _BESIDE) : span.start]) is None


def _of_the_draw(text: str, draw: Span, prize: Span) -> bool:
    if prize.end <= draw.start:
        near, apart = draw.start - prize.end <= _BACK, _CONDITION
    else:
        near, apart = prize.start - draw.end <= _AHEAD, _SENTENCE
    return near and apart.search(text, min(prize.end, draw.end), max(prize.start, draw.start)) is None


def _first(pattern: Any, text: str) -> list[Span]:
    found = []
    for count, match in enumerate(pattern.finditer(text)):
        if count >= MOST:
            break
        found.append(Span(*match.span()))
    return found
