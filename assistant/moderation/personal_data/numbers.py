"""Long numbers: mainland resident identity numbers, United States social security numbers, bank cards and phone numbers.

A run of digits with single separators is read as whole and as each row of its groups, longest first, so that two numbers side by side are
two numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple

from stdnum import luhn

from assistant.moderation.personal_data.checks import is_mainland_id, looks_like_mainland_id
from assistant.moderation.personal_data.hit import Hit, hit, near
from assistant.moderation.personal_data.phones import POSSIBLE, Wording, is_called, is_mobile, recognise_phone
from assistant.text import Normalised

_RUN = re.compile(r"(?<!\d)(?<!\d[.,])\+?\(?\d(?:[ \t\-\u2010-\u2015.()·_]{0,3}\d){6,60}x?(?!\d)")
_GROUP = re.compile(r"\d+x?")
_LEAST_DIGITS, _MOST_DIGITS = 7, 19
_MOBILE_DIGITS = 11
_MONEY_BEFORE = re.compile(r"[$¥￥€£]\s?$")
_MONEY_AFTER = re.compile(r"\s?(?:元(?![气旦宵宇素])|块钱|円|日元|美元|美金|港币|台币|usd|rmb|twd|hkd|%)")
_OTHERWISE = re.compile(
    r"(?P<number>(?:版本号?|固件|(?<![a-z])(?:version|release|firmware|build))[\s:]{0,2}v\d*$|(?<![a-z0-9])v(?:\d+\.)+$|单号|编号|流水|交易号|案号|条码|货号|款号|型号|版本|统编|税号|代码|批号|序列号?|房间号|会议号|tracking|isbn|serial|version"
    r"|(?<!card)(?<!card\s)(?<!phone)(?<!phone\s)(?<!cell)(?<!cell\s)(?<!tel)(?<!tel\s)#\s?$"
    r"|meeting id|zoom|(?<![a-z0-9])(?:sku|ref)(?![a-z0-9])"
    r"|(?:confirmation|reservation|booking|member|membership|reference|case|parcel|policy|routing|transaction|receipt)\s(?:number|no|code|id|#))"
    r"|(?P<counted>订单|运单|工单|股票|基金)|快递|物流|发票|order|invoice|ticket|(?<![a-z])(?:part|item|lot|batch|model)(?![a-z])"
    r"|(?<![a-z0-9加信薇我])v\d*$"
)
"""What a row of digits may be the number of: by a word that says number, things that are told apart by numbers, and others."""
_REACH = 24
_JOINS = frozenset("abcdefghijklmnopqrstuvwxyz-")
_SAID = re.compile(
    r"(?P<colon>\s?[:=]\s?)?(?:\s|[:=.#()\[\]【】/-]|(?P<number>号码?|编号|单号?|码|(?<![a-z])(?:number|num|no|nr|code|id)(?![a-z])|#)"
    r"|是|为|系|即|(?<![a-z])(?:of|is|was|the|my|your)(?![a-z]))*"
)
"""What may stand between what a number is of and its digits."""
_ID_CUE = re.compile(r"身份证|身分证|居住证|证件|证号|identity (?:card|number)|id (?:card|number)")
_SOCIAL_SECURITY = re.compile(r"(?!000|666|9)\d{3}(?!00)\d\d(?!0000)\d{4}")
_SOCIAL_SECURITY_CUE = re.compile(r"(?<![a-z])ssn(?![a-z])|social security|社会安全号|社会安全码|社安号|社会保险号")
_SOCIAL_SECURITY_REACH = 32
_CARD_CUE = re.compile(r"银行卡|信用卡|储蓄卡|借记卡|卡号|card|账号|帐号|账户|帐户|iban|转账|转帐|汇款|visa|master")
_CARD = re.compile(
    r"4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:2[2-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d)\d{12}"
)
_KNOWN = re.compile(rf"\d{{17}}[\dx]|\d{{9}}|{_CARD.pattern}|{POSSIBLE.pattern}")
"""The digits of whatever is recognised, but international phone numbers."""


class Number(NamedTuple):
    """A row of digit groups as a candidate: ``digits`` bare, ``written`` as it stands, offsets in the view's text."""

    digits: str
    written: str
    start: int
    end: int
    text: str
    wording: Wording


def find_numbers(text: Normalised) -> Iterator[Hit]:
    view = text.digits
    wording = Wording.of(text)
    for run in _RUN.finditer(view.text):
        groups = [(m.start() + run.start(), m.end() + run.start()) for m in _GROUP.finditer(run[0])]
        groups = _unpriced(view.text, run.start(), groups)
        for number, (kind, score) in _read(view.text, groups, wording):
            yield hit(view, kind, (number.start, number.end), score, number.digits)


def _unpriced(text: str, start: int, groups: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """``groups``, which begin at ``start`` with their signs, less those that a sign of money touches. Nobody is called at a price."""
    if _MONEY_BEFORE.search(text, max(0, start - 2), start):
        groups = groups[1:]
    if not groups or not _MONEY_AFTER.match(text, groups[-1][1]):
        return groups
    first, last = groups[-1]
    return groups if last - first >= _MOBILE_DIGITS and is_called(text, first) else groups[:-1]


def _read(text: str, groups: list[tuple[int, int]], wording: Wording) -> Iterator[tuple[Number, tuple[str, float]]]:
    at = 0
    digits = "".join(text[start:end] for start, end in groups)
    places = [0, *accumulate(end - start for start, end in groups)]
    while at < len(groups):
        international = "+" in text[max(0, groups[at][0] - 2) : groups[at][0]]
        for end in _ends(groups, at):
            bare = digits[places[at] : places[end]]
            if not (international or _KNOWN.fullmatch(bare)):
                continue
            number = _number(text, groups[at:end], bare, wording)
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


def _number(text: str, groups: list[tuple[int, int]], digits: str, wording: Wording) -> Number:
    start, end = groups[0][0], groups[-1][1]
    while start > 0 and text[start - 1] in "+(":
        start -= 1
    return Number(digits, text[start:end], start, end, text, wording)


def _recognise(number: Number) -> tuple[str, float] | None:
    readings: tuple[Callable[[Number], tuple[str, float] | None], ...] = (
        _identity,
        _card,
        _social_security,
        _phone,
        _mistyped_identity,
    )
    return next((found for read in readings if (found := read(number))), None)


def _identity(number: Number) -> tuple[str, float] | None:
    return ("id_cn", 0.98) if is_mainland_id(number.digits) else None


def _mistyped_identity(number: Number) -> tuple[str, float] | None:
    """One figure of an identity number may be wrong, and all others tell whose it is."""
    if not looks_like_mainland_id(number.digits) or _is_otherwise(number):
        return None
    return ("id_cn", 0.86) if near(number.text, number.start, number.end, _ID_CUE) else None


def _card(number: Number) -> tuple[str, float] | None:
    if not _CARD.fullmatch(number.digits) or not luhn.is_valid(number.digits):
        return None
    if near(number.text, number.start, number.end, _CARD_CUE):
        return "card", 0.95
    return None if _is_otherwise(number) else ("card", 0.92)


def _social_security(number: Number) -> tuple[str, float] | None:
    if not _SOCIAL_SECURITY.fullmatch(number.digits):
        return None
    if near(number.text, number.start, number.end, _SOCIAL_SECURITY_CUE, before=_SOCIAL_SECURITY_REACH):
        return "id_us", 0.95
    if not re.fullmatch(r"\d{3}-\d\d-\d{4}", number.written) or is_called(number.text, number.start):
        return None
    part_of_more = (
        number.text[number.start - 1 : number.start] in _JOINS or number.text[number.end : number.end + 1] in _JOINS
    )
    return None if part_of_more or _is_otherwise(number) else ("id_us", 0.91)


def _phone(number: Number) -> tuple[str, float] | None:
    found = recognise_phone(number.text, number.start, number.end, number.digits, number.wording)
    return None if found is None or _is_otherwise(number) else found


def _is_otherwise(number: Number) -> bool:
    """Whether the digits are said to be the number of something. A mobile number is one beside a parcel or an invoice, too."""
    things = list(_OTHERWISE.finditer(number.text, max(0, number.start - _REACH), number.start))
    said = _SAID.fullmatch(number.text, things[-1].end(), number.start) if things else None
    if said is None:
        return False
    attached = things[-1]["counted"] and (said["colon"] or not said[0])
    return bool(things[-1]["number"] or said["number"] or attached or not is_mobile(number.digits))
