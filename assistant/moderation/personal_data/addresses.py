"""Postal addresses that locate a home: a street and number, and a flat, a town or a word such as "lives at" beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.moderation.personal_data.hit import Hit, hit, near
from assistant.text import Normalised, View

_H = r"[\u4e00-\u9fff]"
_MAYBE = re.compile(
    r"[0-9一二三四五六七八九十零〇]\s?(?:[号弄栋幢座室楼房邨]|单元|[/ ]?f\b)|[a-z0-9]室"
    r"|\d{1,5} [a-z0-9]+ [a-z. ]{0,30}(?:st|ave|rd|road|lane|ln|dr|way|blvd|court|ct)"
)
_REGION = rf"(?>(?:{_H}{{2,7}}?(?:省|自治区|特别行政区|市|区|县|镇|乡|旗|街道|州)|香港|九龙|新界|澳门)\s?)"
"""Ends at its first suffix, for good: trying the others too takes exponentially many steps on a row of suffixes."""
_N = r"[0-9一二三四五六七八九十百零〇]"
_STREET = (
    rf"{_H}{{1,8}}?(?<!知)(?<!报)(?<!味)(?<!频)(?<!通)(?<!渠)(?:大道|路|街|胡同|里|村|巷|道)"
    rf"(?:\s?{_N}{{1,3}}段)?(?:\s?{_N}{{1,4}}(?:巷|弄|支)){{0,3}}\s?{_N}{{1,5}}(?:之{_N}{{1,3}})?(?:号|弄|-{_N}{{1,4}}号)"
    r"(?!线|店|链|选手|球|电池|字|前|后|到)"
)
_ESTATE = rf"{_H}{{2,8}}?(?:小区|花园|家园|公寓|新村|苑|城|府|邨|大厦|里)\s?第?(?:[a-z0-9]{{1,4}}|{_N}{{1,3}})(?:栋|幢|座|号楼|期)"
_UNIT = rf"(?:之\s?{_N}{{1,3}}|(?:[a-z0-9]{{1,5}}|{_N}{{1,4}})\s?(?:栋|幢|座|号楼|单元|楼|层|室|户|房|期|/f|f(?![a-z]))|阁楼)"
_HAN = re.compile(
    rf"(?P<region>{_REGION}{{0,4}})(?P<place>{_STREET}|{_ESTATE})(?P<unit>(?:[\s,，]?(?:{_H}{{2,8}}?(?:大厦|大楼|小区|花园|公寓|中心|苑))?[\s,，]?{_UNIT}){{0,5}})"
)
_HOME = re.compile(
    r"我家|他家|她家|家住|住在|住址|住处|住的|地址|家庭|老家|租屋|宿舍|收件|收货|寄到|送到|寄给|堵(?:他|她|你|人)|上门"
    r"|lives? (?:at|in|on)|address|home|deliver to|ship to|send it to|residence"
)
_SHOP = re.compile(
    r"门市|门店|分店|旗舰店|营业|本店|店址|我们店|总店|展览|会场|活动地点|餐厅|医院|学校|车站|公司地址|store|office|venue|shop|branch"
)
_COUNTER = re.compile(r"专柜|专卖|工厂店|商场|百货|购物中心|奥特莱斯")
"""What is sold at a place, unless somebody is said to live there."""
_ENGLISH = re.compile(
    r"(?P<unit>(?:\b(?:flat|apt|apartment|unit|room|rm|suite)\.?\s?#?[a-z0-9]{1,5},?\s|\b\d{1,3}/f,?\s)(?:[a-z0-9' ]{1,30},\s?)?)?"
    r"\b(?P<place>\d{1,5}[a-z]?\s(?:(?:n|s|e|w|north|south|east|west)\.?\s)?(?:[a-z0-9'.-]{2,20}\s){1,3}"
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|terrace|parkway|pkwy|close|crescent|place)\b\.?)"
    r"(?P<more>,?\s(?:apt|apartment|unit|flat|suite|room|#)\.?\s?[a-z0-9]{1,5}\b)?"
    r"(?P<zip>,?\s(?:[a-z]{2,20}[, ]\s?){0,3}(?:[a-z]{2}\s\d{5}|[a-z]{1,2}\d[a-z0-9]?\s\d[a-z]{2})\b)?"
)


def find_addresses(text: Normalised) -> Iterator[Hit]:
    view = text.folded
    if not _MAYBE.search(view.text):
        return
    yield from _scored(view, _HAN)
    yield from _scored(view, _ENGLISH)


def _scored(view: View, pattern: re.Pattern[str]) -> Iterator[Hit]:
    for match in pattern.finditer(view.text):
        score = _score(view.text, match)
        if score:
            start = max((cue.end() for cue in _HOME.finditer(view.text, *match.span("place"))), default=match.start())
            yield hit(view, "address", (start, match.end()), score)


def _score(text: str, match: re.Match[str]) -> float:
    """A street and number alone are a place; what is said beside them makes it somebody's home."""
    parts = match.groupdict()
    unit = bool(parts.get("unit") or parts.get("more"))
    town = bool(parts.get("region") or parts.get("zip"))
    home = near(text, match.end(), match.end(), _HOME, before=12 + len(match[0]))
    if near(text, match.end(), match.end(), _SHOP, before=14 + len(match[0]), after=12):
        return 0.4
    if not home and near(text, match.end(), match.end(), _COUNTER, before=len(match[0]), after=12):
        return 0.4
    if unit and (town or home):
        return 0.93
    if home:
        return 0.92 if town else 0.91
    if unit:
        return 0.91
    return 0.5 if town else 0.0
