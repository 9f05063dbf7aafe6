"""Postal addresses that locate a home: a street and number, and a flat, a town or a word such as "lives at" beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.moderation.personal_data.hit import Hit, hit, near
from assistant.text import Normalised, View

_H = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_MAYBE = re.compile(
    r"[0-9一二三四五六七八九十零〇]\s?(?:[号弄栋幢座室楼房邨]|单元|[/ ]?f\b)|[a-z0-9]室"
    r"|\d{1,5} [a-z0-9]+ [a-z. ]{0,30}(?:st|ave|rd|road|lane|ln|dr|way|blvd|court|ct|cir|terrace|p[kl]|close|crescent|place"
    r"|square|plaza|h[iw]|trail)"
    r"|\d\s?/\s?f"
)
_REGION = rf"(?>(?:{_H}{{2,7}}?(?:省|自治区|特别行政区|市|区|县|镇|乡|旗|街道|州)|香港|九龙|新界|澳门)\s?)"
"""Ends at its first suffix, for good: trying the others too takes exponentially many steps on a row of suffixes."""
_N = r"[0-9一二三四五六七八九十百零〇]"
_STREET = (
    rf"{_H}{{1,8}}?(?<!知)(?<!报)(?<!味)(?<!频)(?<!通)(?<!渠)(?<!条)(?:大道|路|街|胡同|(?<![家店村这那哪楼屋院房校厂城镇乡市县车群圈库心夜])里"
    r"|(?<![们全本我咱他她这那哪个农乡])村|巷|(?<![楼过赛轨人行车跑])道)"
    rf"(?:\s?{_N}{{1,3}}段)?(?:\s?{_N}{{1,4}}(?:巷|弄|支)){{0,3}}\s?{_N}{{1,5}}(?:之{_N}{{1,3}})?(?:号|弄|-{_N}{{1,4}}号)"
    r"(?!线|店|链|选手|球|电池|字|前|后|到)"
)
_ESTATE = rf"{_H}{{2,8}}?(?:小区|花园|家园|公寓|新村|苑|城|府|邨|大厦|里)\s?第?(?:[a-z0-9]{{1,4}}|{_N}{{1,3}})(?:栋|幢|座|号楼|期)"
_HK_BLOCK = rf"{_H}{{2,8}}?邨{_H}{{1,4}}?[楼阁]|{_H}{{2,8}}?苑{_H}{{1,4}}?阁"
"""A house of an estate in Hong Kong by its name, without a number."""
_UNIT = rf"(?:之\s?{_N}{{1,3}}|(?:[a-z0-9]{{1,5}}|{_N}{{1,4}})\s?(?:栋|幢|座|号楼|单元|楼|层|室|户|房|期|/f|f(?![a-z]))|阁楼)"
_HAN = re.compile(
    rf"(?P<region>{_REGION}{{0,4}})(?P<place>{_STREET}|{_ESTATE}|(?P<block>{_HK_BLOCK}))(?P<unit>(?:[\s,，]?(?:{_H}{{2,8}}?(?:大厦|大楼|小区|花园|公寓|中心|苑))?[\s,，]?{_UNIT}){{0,5}})"
)
_HOME = re.compile(
    r"我家|他家|她家|家住|[我你妳他她佢您]住(?!院|宿|嘴|手|口)|住在|住址|住处|住的|地址|家庭|老家|租屋|宿舍|收件|收货|寄到|送到|寄给|堵(?:他|她|你|人)|上门"
    r"|lives? (?:at|in|on)|address|home|deliver to|ship to|send it to|residence"
)
_SHOP = re.compile(
    r"门市|门店|分店|旗舰店|营业|本店|店址|我们店|总店|展览|会场|活动地点|餐厅|医院|学校|车站|公司地址|store|office|venue|shop|branch"
)
_LODGING = re.compile(rf"\s?的?那?[家间]?{_H}{{0,6}}?(?:酒店|宾馆|旅馆|民宿|饭店)|,?\s(?:at\s)?[a-z' ]{{0,20}}hotel")
"""Right behind a street and number: whoever stays there has no home there."""
_COUNTER = re.compile(r"专柜|专卖|工厂店|商场|百货|购物中心|奥特莱斯")
"""What is sold at a place, unless somebody is said to live there."""
_ENGLISH = re.compile(
    r"(?P<unit>(?:(?<![a-z0-9])(?:flat|apt|apartment|unit|room|rm|suite)\.?\s?#?[a-z0-9]{1,5},?\s|(?<![a-z0-9])\d{1,3}/f,?\s)"
    r"(?:[a-z0-9' ]{1,30},\s?)?)?"
    r"(?<![a-z0-9])(?P<place>\d{1,5}[a-z]?\s(?:(?:n|s|e|w|north|south|east|west)\.?\s)?(?:[a-z0-9'.-]{2,20}\s){1,3}"
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|terrace|parkway|pkwy|close|crescent|place"
    r"|circle|cir|square|plaza|highway|hwy|trail|gardens|mews)(?![a-z0-9])\.?)"
    r"(?P<more>,?\s(?:apt|apartment|unit|flat|suite|room|#)\.?\s?[a-z0-9]{1,5}(?![a-z0-9]))?"
    r"(?P<zip>,?\s(?:[a-z]{2,20}[, ]\s?){0,3}(?:[a-z]{2}\s\d{5}|[a-z]{1,2}\d[a-z0-9]?\s\d[a-z]{2})(?![a-z0-9]))?"
)
_FLAT = re.compile(
    r"(?<![a-z0-9])(?P<place>(?P<flat>flat|rm|room|unit)\.?\s?[a-z0-9]{1,5},?\s?"
    r"(?:\d{1,3}\s?/\s?f(?![a-z0-9])(?:,?\s?(?:block|blk|tower)\s?[a-z0-9]{1,3}(?![a-z0-9]))?"
    r"|(?:block|blk|tower)\s?[a-z0-9]{1,3}(?![a-z0-9])))"
    r"(?P<house>,\s?[a-z' ]{2,30}(?![a-z0-9])){0,3}"
)
"""As addresses in Hong Kong begin, before the street or without one. Offices have rooms and units."""
_DAY = re.compile(r"[里村道]\s?(?:[1-9]|[12]\d|3[01]|[一二三四五六七八九]|[一二三]?十[一二三四五六七八九]?)号")
"""What may be a day of the month behind a place."""
_SENT = re.compile(r"地址|住址|收件|收货|寄给|(?:寄|送|邮|快递)[到去]|deliver to|ship to|send it to")
"""Beside it a place is where something goes, whatever follows."""
_ON_THE_DAY = re.compile(r"\s?(?:可以|可唔可以|行|能|得唔得|会|就|才|来|到|前|之前|早|晚|上午|下午|之后|开始|有人)")
_ENDS = re.compile(r"\s*(?:[^\w\s]|$)")


def find_addresses(text: Normalised) -> Iterator[Hit]:
    view = text.folded
    if not _MAYBE.search(view.text):
        return
    yield from _scored(view, _HAN)
    yield from _scored(view, _ENGLISH)
    yield from _scored(view, _FLAT)


def _scored(view: View, pattern: re.Pattern[str]) -> Iterator[Hit]:
    for match in pattern.finditer(view.text):
        score = _score(view.text, match)
        if score:
            start = max(
                (cue.end() for cue in _HOME.finditer(view.text, match.start(), match.end("place"))),
                default=match.start(),
            )
            yield hit(view, "address", (start, match.end()), score)


def _score(text: str, match: re.Match[str]) -> float:
    """A street and number alone are a place; what is said beside them makes it somebody's home."""
    parts = match.groupdict()
    unit = bool(parts.get("unit") or parts.get("more") or parts.get("flat") == "flat")
    town = bool(parts.get("region") or parts.get("zip"))
    home = near(text, match.end(), match.end(), _HOME, before=12 + len(match[0]))
    if (parts.get("block") and not unit) or (not unit and not town and _may_be_day(text, match)):
        return 0.0
    if near(text, match.end(), match.end(), _SHOP, before=14 + len(match[0]), after=12):
        return 0.4
    if not unit and _LODGING.match(text, match.end()):
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


def _may_be_day(text: str, match: re.Match[str]) -> bool:
    """Whether "in the village, on the 8th" is as likely as "8, Village", since something is said of it."""
    if _DAY.search(match["place"]) is None or _ENDS.match(text, match.end()):
        return False
    sent = near(text, match.end(), match.end(), _SENT, before=12 + len(match[0]))
    return not sent or _ON_THE_DAY.match(text, match.end()) is not None
