"""Offers in Chinese and English, with their figures in digits, so that 全面五折, 「5 折」 and "half price" are one."""

from __future__ import annotations

import re
from typing import Final

from assistant.text.han import fold
from assistant.text.numerals import DIGITS, PLACES, TEN_THOUSAND, value_of

_NUMERAL: Final = re.compile("[〇零一二两三四五六七八九十百千万]+")
_GROUPED: Final = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_WIDE: Final = str.maketrans("０１２３４５６７８９．：／％", "0123456789.:/%")
_LEADING: Final = re.compile(r"(?<![\d.])0+(?=\d)")
_WORDS: Final = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100",
}  # fmt: skip
_WORD: Final = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b")

_FIGURE: Final = re.compile(r"\d+(?:\.\d+)?")
_NO_FIGURE: Final = re.compile(
    "(?:周|星期|礼拜)[一二三四五六日]|(?<![〇零一二两三四五六七八九十百千万])一(?![〇零一二两三四五六七八九十百千万])"
)
_SPACE: Final = re.compile(r"(?<=[^\x00-\x7f\d])\s+|\s+(?=[^\x00-\x7f])")
_N: Final = r"(\d+(?:\.\d+)?)"
_TIME: Final = "(天|日|小时|分钟|周|星期|个月|月|年)"
_SHARE: Final = re.compile(rf"{_N}折")
_HALF: Final = re.compile(r"半价|对折|\bhalf[ -]price\b|\bhalf off\b")
_OFF: Final = re.compile(rf"{_N} ?(?:%|percent) ?off\b")
_TENTHS: Final = re.compile(rf"(?:省|便宜|降价|降|优惠|回馈|减){_N}成|百分之{_N}")
_GIFT: Final = re.compile(rf"买{_N}[^\d\n]{{0,3}}送{_N}|\bbuy {_N},? get {_N}\b")
_LIMIT: Final = re.compile(
    rf"限[时量额定期前]?{_N}(天|日|小时|分钟|周|星期|个月|月|名|位|份|组|件|套|个|人)"
    rf"|(?:只有|仅有?|只到|最后|倒数|只剩|仅剩){_N}{_TIME}"
    rf"|\b(?:only|last|final|just) (?:for )?{_N} (day|hour|week|month)s?\b(?! ago)|\b{_N} (day|hour|week|month)s? (?:only|left)\b"
)
_MONEY: Final = re.compile(
    rf"{_N}(?:元(?!复始|素|旦|宵)|块钱|圆)|(?:立减|现减|折抵|现折){_N}|满{_N}(?=[件就即可再享送减折免起])"
)
_SAME_TIME: Final = {
    "天": "day", "日": "day", "小时": "hour", "分钟": "minute", "周": "week", "星期": "week", "个月": "month", "月": "month",
}  # fmt: skip


def offers(text: str) -> set[str]:
    """What is offered, each as a key with its figures: ``discount 5``, ``gift 1 1``, ``limit 3 day``, ``money 1000``."""
    plain = with_digits(text)
    found = {f"discount {one[1].replace('.', '')}" for one in _SHARE.finditer(plain)}
    found |= {"discount 5" for _ in _HALF.finditer(plain)}
    found |= {f"discount {_left(one[1])}" for one in _OFF.finditer(plain)}
    found |= {f"share {_first(one)}" for one in _TENTHS.finditer(plain)}
    found |= {"gift " + " ".join(filter(None, one.groups())) for one in _GIFT.finditer(plain)}
    found |= {_limit([part for part in one.groups() if part]) for one in _LIMIT.finditer(plain)}
    return found | {f"money {_first(one)}" for one in _MONEY.finditer(plain)}


def figures(text: str) -> set[str]:
    """The numbers in it, written in digits or in Chinese; days of the week and a lone 一 (一起, 一樣) are none."""
    return set(_FIGURE.findall(with_digits(_NO_FIGURE.sub(" ", fold(text)))))


def with_digits(text: str) -> str:
    """Folded and in lower case, its numbers in plain digits: 一千二百, 1,200 and １２００ are 1200."""
    plain = plain_digits(fold(text)).lower()
    plain = _WORD.sub(lambda found: _WORDS[found[0]], _NUMERAL.sub(lambda found: _value(found[0]), plain))
    return _SPACE.sub("", plain)


def plain_digits(text: str) -> str:
    """Full-width digits as ASCII ones, without commas between thousands and without noughts in front."""
    return _LEADING.sub("", _GROUPED.sub("", text.translate(_WIDE)))


def _value(numeral: str) -> str:
    """In digits; digit by digit where no unit is named (七五 is 75)."""
    if not set(numeral) & {*PLACES, TEN_THOUSAND}:
        return "".join(str(DIGITS[sign]) for sign in numeral)
    return str(value_of(numeral))


def _left(percent: str) -> str:
    """A discount of so many percent as what is left of ten: 20 is 8, 25 is 75."""
    return f"{(100 - float(percent)) / 10:g}".replace(".", "")


def _first(found: re.Match[str]) -> str:
    return next(part for part in found.groups() if part)


def _limit(parts: list[str]) -> str:
    return f"limit {parts[0]} {_SAME_TIME.get(parts[1], parts[1])}"
