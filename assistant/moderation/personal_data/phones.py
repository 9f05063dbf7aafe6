"""Phone numbers: which format makes a row of digits one, and in which region ``phonenumbers`` must then find it valid."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

from assistant.moderation.personal_data.hit import near

_OTHER_NUMBER = "".join(
    f"(?<!{thing})"
    for thing in ("订单", "追踪", "会员", "物流", "快递", "运单", "单", "包裹", "货运", "积分", "发票", "案件")
)
_OTHER_NUMBER_ENGLISH = "".join(
    f"(?<!{thing} )"
    for thing in ("order", "tracking", "member", "membership", "invoice", "ticket", "case", "reference", "parcel")
)
_CUE = re.compile(
    rf"电话|手机|手提|{_OTHER_NUMBER}号码|致电|打给|联系|联络|聯|热线|专线|市话|座机|whatsapp|微信|薇信"
    rf"|\b(?:tel|phone|mobile|cell|call|text|ring|ph|vx|wx|{_OTHER_NUMBER_ENGLISH}number)\b|拨打|屋企|打去|打俾|加我|找我|打我|☎|📞|📱"
)
_BUSINESS = re.compile(
    r"门店|门市|店铺|本店|分店|旗舰店|前台|客服|总机|公司|酒店|餐厅|医院|诊所|药局|学校"
    r"|store|shop|hotline|office|clinic|reception|front desk|restaurant|school|hospital"
)
_LETTERS_BEFORE = re.compile(r"[a-z]+$")
_CUE_LETTERS = re.compile(r"(?:tel|phone|mobile|cell|call|ph|vx|wx|v|t|m|whatsapp|wechat|number|no|mob|p)$")
_PUBLIC = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_PUBLIC_DIGITS = re.compile(r"(?:86)?[48]00\d{7}|0800\d{6}|0809\d{6}|9[56]\d{3,6}|100\d{2,3}|12\d{3}")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


class _Format(NamedTuple):
    """``digits`` are the bare digits; ``written`` the separators expected; ``cued`` scores where a word for telephone stands before,
    ``alone`` where none does (0: not recognised)."""

    digits: re.Pattern[str]
    written: re.Pattern[str]
    region: str
    alone: float
    cued: float


def _format(digits: str, written: str, region: str, alone: float, cued: float) -> _Format:
    return _Format(re.compile(digits), re.compile(written), region, alone, cued)


_ANY = r".*"
_FORMATS = (
    _format(r"(?:86)?1[3-9]\d{9}", r"(?!1[.,]\d|1[ -]\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$).*", "CN", 0.93, 0.95),
    _format(r"(?:886)9\d{8}|09\d{8}", _ANY, "TW", 0.93, 0.95),
    _format(r"0(?:10|2\d|[3-9]\d\d)\d{7,8}", r"\(?0\d{2,3}\)?[ -].*", "CN", 0.91, 0.92),
    _format(r"0[2-8]\d{7,8}", r"\(?0\d{1,3}\)?[ -].*", "TW", 0.91, 0.92),
    _format(r"0(?:10|2\d|[3-9]\d\d)\d{7,8}", _ANY, "CN", 0.0, 0.91),
    _format(r"0[2-8]\d{7,8}", _ANY, "TW", 0.0, 0.91),
    _format(r"852[4-9]\d{7}", _ANY, "HK", 0.91, 0.93),
    _format(r"[5679]\d{7}", r"\d{4}[ -]\d{4}", "HK", 0.91, 0.93),
    _format(r"[2-9]\d{7}", _ANY, "HK", 0.0, 0.91),
    _format(r"[2-9]\d{7}", _ANY, "MO", 0.0, 0.91),
    _format(r"1?[2-9]\d{9}", r"(?:1[ -.])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}", "US", 0.91, 0.92),
    _format(r"1?[2-9]\d{9}", _ANY, "US", 0.0, 0.91),
)
POSSIBLE = re.compile("|".join(f"(?:{shape.digits.pattern})" for shape in _FORMATS))
"""The bare digits of every phone number but those written with ``+``."""


def recognise_phone(text: str, start: int, end: int, digits: str, *, hant: bool) -> tuple[str, float] | None:
    """``("phone", score)`` when ``text[start:end]``, whose digits are ``digits``, is a private phone number.

    ``hant``: the text is written in Traditional characters, so eight digits in two groups may be a Hong Kong number.
    """
    if not (POSSIBLE.fullmatch(digits) or text.startswith("+", start)):
        return None
    letters = _LETTERS_BEFORE.search(text, max(0, start - 12), start)
    if letters and not _CUE_LETTERS.search(letters[0]):
        return None
    if _PUBLIC_DIGITS.fullmatch(digits):
        return None
    written = text[start:end]
    if written.startswith("+"):
        return ("phone", 0.93) if _is_private(f"+{digits}", None) else None
    if digits[0] in "023" and not digits.startswith("09") and near(text, start, end, _BUSINESS, before=24, after=8):
        return None
    cued = letters is not None or near(text, start, end, _CUE, before=16)
    for shape in _FORMATS:
        score = shape.cued if cued else shape.alone
        if score and _fits(shape, digits, written, local=cued or hant) and _is_private(digits, shape.region):
            return "phone", score
    return None


def _fits(shape: _Format, digits: str, written: str, *, local: bool) -> bool:
    """Eight digits are a number of Hong Kong or Macau only in a ``local`` text, and never where they are a date."""
    if shape.region in {"HK", "MO"} and (not local or _DATE.fullmatch(digits)):
        return False
    return shape.digits.fullmatch(digits) is not None and shape.written.fullmatch(written) is not None


@lru_cache(maxsize=4096)
def _is_private(number: str, region: str | None) -> bool:
    """Whether ``number`` is a valid number of ``region`` that does not belong to a public service."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) not in _PUBLIC
