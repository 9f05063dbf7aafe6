"""Long numbers: mainland resident identity numbers, bank cards and phone numbers.

A run of digits with single separators is read as whole and as each row of its groups, longest first, so that two numbers side by side are
two numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import ric

from assistant.moderation.personal_data.hit import Hit, hit, near
from assistant.moderation.personal_data.phones import POSSIBLE, recognise_phone
from assistant.text import Normalised

_RUN = re.compile(r"(?<!\d)(?<!\d[.,])\+?\(?\d(?:[ \t\-\u2010-\u2015.()·_]{0,3}\d){6,60}x?(?!\d)")
_GROUP = re.compile(r"\d+x?")
_LEAST_DIGITS, _MOST_DIGITS = 7, 19
_CENTURIES = {"18", "19", "20"}
_MONEY_BEFORE = re.compile(r"[$¥￥€£]\s?$")
_MONEY_AFTER = re.compile(r"\s?(?:元|块钱|円|日元|美元|美金|港币|台币|usd|rmb|twd|hkd|%)")
_NOT_PERSONAL = re.compile(
    r"订单|单号|编号|快递|运单|物流|流水|交易号|案号|条码|货号|款号|型号|版本|统编|统一编号|股票|基金|代码|发票|工单|批号|序列号|房间号|会议号|"
    r"order|invoice|tracking|\bsku\b|isbn|\bref\b|ticket|serial|\bv\d*$|version|#\s?$|meeting id|zoom"
)
_ID_CUE = re.compile(r"身份证|身分证|证件号|\bid\b")
_CARD_CUE = re.compile(r"银行卡|信用卡|储蓄卡|借记卡|卡号|card|账号|帐号|账户|帐户|iban|转账|转帐|汇款|visa|master")
_CARD = re.compile(
    r"4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:2[2-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d)\d{12}"
)
_KNOWN = re.compile(rf"\d{{17}}[\dx]|{_CARD.pattern}|{POSSIBLE.pattern}")
"""The digits of whatever is recognised, but international phone numbers."""


class Number(NamedTuple):
    """A row of digit groups as a candidate: ``digits`` bare, ``written`` as it stands, offsets in the view's text."""

    digits: str
    written: str
    start: int
    end: int
    text: str
    hant: bool


def find_numbers(text: Normalised) -> Iterator[Hit]:
    view = text.digits
    hant = text.plain.text != text.folded.text
    for run in _RUN.finditer(view.text):
        groups = [(m.start() + run.start(), m.end() + run.start()) for m in _GROUP.finditer(run[0])]
        if _priced(view.text, run.start(), run.end()):
            continue
        for number, (kind, score) in _read(view.text, groups, hant=hant):
            yield hit(view, kind, (number.start, number.end), score, number.digits)


def _priced(text: str, start: int, end: int) -> bool:
    return bool(_MONEY_BEFORE.search(text, max(0, start - 2), start) or _MONEY_AFTER.match(text, end))


def _read(text: str, groups: list[tuple[int, int]], *, hant: bool) -> Iterator[tuple[Number, tuple[str, float]]]:
    at = 0
    digits = "".join(text[start:end] for start, end in groups)
    places = [0, *accumulate(end - start for start, end in groups)]
    while at < len(groups):
        international = "+" in text[max(0, groups[at][0] - 2) : groups[at][0]]
        for end in _ends(groups, at):
            bare = digits[places[at] : places[end]]
            if not (international or _KNOWN.fullmatch(bare)):
                continue
            number = _number(text, groups[at:end], bare, hant=hant)
            found = _recognise(number)
            if found:
                yield number, found
                at = end
                break
        else:
            at += 1


def _ends(groups: list[tuple[int, int]], at: int) -> list[int]:
    """Where rows of groups from ``at`` on may end: those with as many digits as some number has, longest first."""
    ends, digits = [], 0
    for end in range(at, len(groups)):
        digits += groups[end][1] - groups[end][0]
        if digits > _MOST_DIGITS:
            break
        if digits >= _LEAST_DIGITS:
            ends.append(end + 1)
    return ends[::-1]


def _number(text: str, groups: list[tuple[int, int]], digits: str, *, hant: bool) -> Number:
    start, end = groups[0][0], groups[-1][1]
    while start > 0 and text[start - 1] in "+(":
        start -= 1
    return Number(digits, text[start:end], start, end, text, hant=hant)


def _recognise(number: Number) -> tuple[str, float] | None:
    readings: tuple[Callable[[Number], tuple[str, float] | None], ...] = (_identity, _card, _phone)
    return next((found for read in readings if (found := read(number))), None)


def _identity(number: Number) -> tuple[str, float] | None:
    if len(number.digits) != 18 or number.digits[6:8] not in _CENTURIES or not _is_resident_id(number.digits):
        return None
    return "id_cn", 0.98


def _is_resident_id(digits: str) -> bool:
    try:
        return bool(ric.is_valid(digits))
    except KeyError:  # python-stdnum fails on the codes of provinces, which nobody has
        return False


def _card(number: Number) -> tuple[str, float] | None:
    if not _CARD.fullmatch(number.digits) or not luhn.is_valid(number.digits):
        return None
    if near(number.text, number.start, number.end, _CARD_CUE):
        return "card", 0.95
    return None if near(number.text, number.start, number.end, _NOT_PERSONAL, before=10) else ("card", 0.92)


def _phone(number: Number) -> tuple[str, float] | None:
    found = recognise_phone(number.text, number.start, number.end, number.digits, hant=number.hant)
    return None if found and near(number.text, number.start, number.end, _NOT_PERSONAL, before=10) else found
