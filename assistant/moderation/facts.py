"""Shares of a material and of an origin ("100% cotton", "100% 台灣製造"): facts of goods, which are no claim.

The classifier and the model of claims take the share itself for one. Whatever else the text claims is read as it stands, and so is a
share of anything else (100% 有效).
"""

from __future__ import annotations

import re

from assistant.text import Normalised

_MADE_OF = (
    r"(?:精梳|有机|天然|桑|美丽诺|再生|头层|小)?(?:棉|蚕丝|真丝|丝绸|羊毛|羊绒|喀什米尔|亚麻|苎麻|麻|聚酯|涤纶|尼龙|锦纶|嫘萦|莫代尔|天丝|莱赛尔|竹纤维"
    r"|牛皮|真皮|羊皮|羽绒|鹅绒|鸭绒|乳胶|实木|原木|橡木|不锈钢|银|矽胶|硅胶)"
    r"|(?:鲜榨|浓缩还原)?(?:果|柳橙|橙|苹果|葡萄|番茄|柠檬|椰子|蔓越莓)汁|原汁|椰子水|鲜奶|生乳|牛乳|牛奶|豆浆|蜂蜜|阿拉比卡|咖啡豆|可可|橄榄油|糙米|燕麦"
    r"|大豆|牛肉|猪肉|鸡肉|鱼肉"
)
_PLACE = (
    r"(?:台湾|日本|韩国|美国|德国|法国|意大利|义大利|英国|欧洲|瑞士|加拿大|澳洲|澳大利亚|新西兰|纽西兰"
    r"|泰国|越南|中国|大陆|香港|本地|在地|国内|国产)"
)
_STUFF = (
    r"(?:(?:pure|organic|combed|merino|mulberry|virgin|recycled|genuine|solid|fresh|natural)\s){0,2}"
    r"(?:cotton|silk|wool|cashmere|linen|hemp|polyester|nylon|viscose|modal|lyocell|bamboo|leather|down"
    r"|latex|wood|oak|stainless steel|silicone|silver"
    r"|(?:(?:orange|apple|grape|fruit|tomato|lemon)\s)?juice|milk|honey|arabica"
    r"|cocoa|olive oil|oats|beef|pork|chicken|(?:made|grown|produced) in)\b"
)
_SHARE = r"(?:(?<![\d.])\d{1,3}(?:\.\d)?\s?%|百分之?百)"
_FACT = re.compile(
    rf"(?P<before>{_SHARE})(?=\s?纯?(?:{_MADE_OF})|\s?{_PLACE}(?:在地|本土|原装)?(?:制|产|生产|进口|种植|栽种|原料)|\s?(?:{_STUFF}))"
    rf"|(?:{_MADE_OF})\s?[:：]?\s?(?P<after>{_SHARE})"
)


def shares(text: Normalised) -> list[tuple[int, int]]:
    """Original spans of the shares, without what they are a share of."""
    view = text.folded
    return [view.span(*match.span(match.lastgroup or 0)) for match in _FACT.finditer(view.text)]
