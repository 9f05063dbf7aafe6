"""Chinese numerals in words, of folded texts: 三百二十, 八万, and the formal 捌萬."""

from __future__ import annotations

from typing import Final

DIGITS: Final = {
    sign: value for signs in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖") for value, sign in enumerate(signs)
} | {"两": 2}
PLACES: Final = {"十": 10, "百": 100, "千": 1_000, "拾": 10, "佰": 100, "仟": 1_000}
TEN_THOUSAND: Final = "万"


def value_of(numeral: str) -> int:
    """What the signs of ``DIGITS``, ``PLACES`` and ``TEN_THOUSAND`` say, below a hundred million. KeyError for another sign."""
    total = section = digit = 0
    for sign in numeral:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign == TEN_THOUSAND:
            total, section, digit = total + (section + digit or 1) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * PLACES[sign], 0
    return total + section + digit
