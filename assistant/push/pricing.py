"""Whether a message names a price or a discount: what some members are offered and others are not waits for a second person."""

from __future__ import annotations

import re
import unicodedata

_CURRENCIES = "TWD|NTD|HKD|MOP|USD|CNY|RMB|EUR|GBP|JPY"
_PRICES = re.compile(
    rf"""
    (?:NT|HK|US|MOP)?[$¥€£]\s?\d
    | \b(?:{_CURRENCIES})\s?\d
    | \d\s?(?:{_CURRENCIES}|元|圓|塊|块|蚊|港幣|港币|台幣|台币|新台幣|新台币|人民幣|人民币|dollars?\b|euros?\b|pounds?\b)
    | [\d一二三四五六七八九]\s?折
    | 半價 | 半价 | \bhalf[ -]price
    | \d\s?%\s?(?:off\b|discount|less\b|的?折扣|優惠|优惠)
    | (?:折|減|减|省|折抵|折扣|優惠|优惠)\s?\d
    | \b(?:discount|save|off)\s(?:of\s)?\d
    """,
    re.IGNORECASE | re.VERBOSE,
)


def names_price(text: str) -> bool:
    """An amount of money, or a part taken off one, in Chinese or English."""
    return _PRICES.search(unicodedata.normalize("NFKC", text)) is not None
