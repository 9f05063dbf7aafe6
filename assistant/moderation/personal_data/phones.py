"""Phone numbers: which format makes a row of digits one, and in which region ``phonenumbers`` must then find it valid."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, Self

import phonenumbers
from phonenumbers import PhoneNumberType

from assistant.moderation.helplines import helpline_digits
from assistant.moderation.personal_data.hit import near
from assistant.text import Normalised

_OTHER_NUMBER = "".join(
    f"(?<!{thing})"
    for thing in (
        *("订单", "追踪", "会员", "物流", "快递", "运单", "单", "包裹", "货运", "积分", "发票", "案件"),
        *("证", "账户", "帐户", "账", "帐", "卡", "序列", "票", "房间", "座位", "学", "工", "批"),
    )
)
_OTHER_NUMBER_ENGLISH = "".join(
    f"(?<!{thing} )"
    for thing in (
        *("order", "tracking", "member", "membership", "invoice", "ticket", "case", "reference", "parcel"),
        *("serial", "account", "acct", "confirmation", "reservation", "booking", "policy", "routing", "receipt"),
        *("transaction", "customer", "flight", "model", "part", "item", "id", "tax", "card", "license", "passport"),
    )
)
_CUE = re.compile(
    rf"电话|手机|手提|{_OTHER_NUMBER}号码|致电|打给|联系|联络|聯|热线|专线|市话|座机|whatsapp|微信|薇信"
    rf"|(?<![a-z0-9])(?:tel|phone|mobile|cell|call|text|ring|ph|vx|wx|{_OTHER_NUMBER_ENGLISH}number)(?![a-z0-9])|拨打|屋企|打去|打俾|加我|找我|打我|☎|📞|📱"
)
_CALLED = re.compile(
    r"(?:电话|致电|热线|座机|打(?:给|去|俾|畀)?(?:我|他|她|佢)?|拨打?|联系(?:我|他|她)?|联络(?:我|佢)?|(?:手机|手提|电话)号码?|手机(?=\d|\s?[:是系])"
    r"|whatsapp|微信|(?<![a-z])(?:tel|phone|mobile|cell|call|text|ring|ws)|[☎📞📱])(?:\s?(?:[:=是系]|号码?|me|him|her|at|is|no\.?))*\s?[+(]?$"
)
"""What says at once before a number that it is called; 手机 and 手提 are goods, too."""
_CALLED_REACH = 14
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
_INTERNATIONAL = re.compile(r"00(?:861[3-9]\d{9}|8869\d{8}|852[4-9]\d{7}|8536\d{7})")
"""A mobile number with the prefix of a call abroad; any other row with two noughts is more likely a number of something."""
_MOBILE = re.compile(r"(?:86|0086)?1[3-9]\d{9}|(?:00)?8869\d{8}|09\d{8}")
_PAIR = re.compile(r"\d{4}\D+\d{4}")
_PRICES = re.compile(r"\d\d(?:[0589]0|[89]8|99)\D+\d\d(?:[0589]0|[89]8|99)")
_PRICE = re.compile(r"预算|价|元|块|蚊|左右|上下|之间|起跳|[$¥￥€£]|twd|hkd|rmb|usd|价钱|费用")
_CANTONESE = re.compile(r"[嘅喺佢咗唔冇揾俾畀𠮶啲嚟哋嘢攞咁乜嘥]")
"""As they stand in Simplified."""
_LOW = 0.5
_HONG_KONG_DIGITS = 8
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


class Wording(NamedTuple):
    """How the text around a number is written: in Traditional characters, as in Cantonese."""

    hant: bool
    cantonese: bool

    @classmethod
    def of(cls, text: Normalised) -> Self:
        hant = text.plain.text != text.folded.text
        return cls(hant, hant and _CANTONESE.search(text.folded.text) is not None)


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
_SPELT = r"(?:\(85[23]\) ?|85[23][ -])\d{4}[ -]?\d{4}"
_FORMATS = (
    _format(r"(?:86)?1[3-9]\d{9}", r"(?!1[.,]\d|1[ -]\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$).*", "CN", 0.93, 0.95),
    _format(r"(?:886)9\d{8}|09\d{8}", _ANY, "TW", 0.93, 0.95),
    _format(r"0(?:10|2\d|[3-9]\d\d)\d{7,8}", r"\(?0\d{2,3}\)?[ -].*", "CN", 0.91, 0.92),
    _format(r"0[2-8]\d{7,8}", r"\(?0\d{1,3}\)?[ -].*", "TW", 0.91, 0.92),
    _format(r"0(?:10|2\d|[3-9]\d\d)\d{7,8}", _ANY, "CN", 0.0, 0.91),
    _format(r"0[2-8]\d{7,8}", _ANY, "TW", 0.0, 0.91),
    _format(r"852[4-9]\d{7}", _SPELT, "HK", 0.91, 0.93),
    _format(r"8536\d{7}", _SPELT, "MO", 0.91, 0.93),
    _format(r"852[4-9]\d{7}", _ANY, "HK", 0.91, 0.93),
    _format(r"[5679]\d{7}", r"\d{4}[ -]\d{4}", "HK", 0.91, 0.93),
    _format(r"[2-9]\d{7}", _ANY, "HK", 0.0, 0.91),
    _format(r"[2-9]\d{7}", _ANY, "MO", 0.0, 0.91),
    _format(r"1?[2-9]\d{9}", r"(?:1[ -.])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}", "US", 0.91, 0.92),
    _format(r"1?[2-9]\d{9}", _ANY, "US", 0.0, 0.91),
)
POSSIBLE = re.compile(
    "|".join(f"(?:{digits.pattern})" for digits in (_INTERNATIONAL, *(one.digits for one in _FORMATS)))
)
"""The bare digits of every phone number but those written with ``+``."""


def is_called(text: str, at: int) -> bool:
    """Whether a word for calling stands at once before ``at``."""
    return _CALLED.search(text, max(0, at - _CALLED_REACH), at) is not None


def is_mobile(digits: str) -> bool:
    """Whether bare digits have the form of a mobile number of the mainland or Taiwan, which little else has."""
    return _MOBILE.fullmatch(digits) is not None


def recognise_phone(text: str, start: int, end: int, digits: str, wording: Wording) -> tuple[str, float] | None:
    """``("phone", score)`` when ``text[start:end]``, whose digits are ``digits``, is a private phone number.

    In Traditional characters eight digits in two groups may be a Hong Kong number, and in Cantonese they most likely are one.
    """
    if not (POSSIBLE.fullmatch(digits) or text.startswith("+", start)):
        return None
    letters = _LETTERS_BEFORE.search(text, max(0, start - 12), start)
    if letters and not _CUE_LETTERS.search(letters[0]):
        return None
    if _PUBLIC_DIGITS.fullmatch(digits) or digits.removeprefix("852") in helpline_digits():
        return None
    written = text[start:end]
    if written.startswith("+") or _INTERNATIONAL.fullmatch(digits):
        return ("phone", 0.93) if _is_private(f"+{digits.removeprefix('00')}", None) else None
    if digits[0] in "023" and not digits.startswith("09") and near(text, start, end, _BUSINESS, before=24, after=8):
        return None
    if _is_price_range(text, start, end):
        return None
    cued = letters is not None or is_called(text, start) or near(text, start, end, _CUE, before=16)
    for shape in _FORMATS:
        score = shape.cued if cued else shape.alone
        if score and _fits(shape, digits, written, local=cued or wording.hant) and _is_private(digits, shape.region):
            unsure = len(digits) == _HONG_KONG_DIGITS and not (cued or wording.cantonese)
            return "phone", _LOW if unsure else score
    return None


def _is_price_range(text: str, start: int, end: int) -> bool:
    """Whether two times four digits are prices or measures rather than a number that somebody calls."""
    if not _PAIR.fullmatch(text, start, end) or is_called(text, start):
        return False
    return _PRICES.fullmatch(text, start, end) is not None or near(text, start, end, _PRICE, before=6, after=4)


def _fits(shape: _Format, digits: str, written: str, *, local: bool) -> bool:
    """Numbers of Hong Kong or Macau are told only in a ``local`` text or by their area code apart, and never where they are a date."""
    abroad = shape.region in {"HK", "MO"} and shape.written.pattern != _SPELT
    if abroad and (not local or _DATE.fullmatch(digits)):
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
