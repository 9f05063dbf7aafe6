"""An insult that is nobody's: denied ("you are no scum"), what one's own head says, and what a dog is called that chews the shoes."""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.spoken_of import any_of, stands_before

_NO = re.compile(r"(?:(?<!是)不是|并非|唔系|绝非)(?:什[么幺]|乜|咩|一?个)?$")
_TURNED_BEFORE = re.compile(
    r"(?:难道|谁说|岂|敢说|还说|竟说|怎[么幺]|[这那]不|可不|是不|要不|就|要|如果|若|[又只])[^\n,，。]{0,6}$"
)
_TURNED_BEHIND = re.compile(
    r"[^\n,，。！!]{0,3}?(?:是什[么幺]|是乜|是咩|谁是|是谁|谁才是|还?是|就是|就系|难道|吗|嘛|么|幺|咩|才怪|谁信|鬼信|骗谁|[?？])|[,，]?(?:那)?谁是|[,，]?[你妳他她佢](?:是什[么幺]|是谁|是啥|系乜|系咩)"
)
_ENDS = re.compile(r"(?:的人?|啦|啊|呀|哦|喔|了|嘅|㗎|嚟)*(?!\w)")
_DENIED_REACH, _TURNED_REACH = 8, 12

_HEAD = any_of(
    r"\b(?:my\s)?(?:anxiety|depression)(?:\s(?:always|just|keeps?))?\s(?:says?|said|saying|tells? me|telling me|whispers?)",
    r"\bmy\s(?:brain|anxiety|depression|inner\s(?:critic|voice|monologue|demons?|bully)|mind|head|ocd|self[- ]doubt|imposter syndrome)"
    r"(?:\s(?:just|always|still|then|keeps?))?(?:\s(?:says?|said|saying|tells? me|telling me|goes|is like|be like|whispers?))?",
    "(?:我的?(?:脑子|大脑|脑袋|内心|心魔|焦虑|抑郁症?)|心里的?(?:那个)?声音|脑海里的?声音)(?:[老总]?是?(?:说|讲|话)|告诉我|跟我说|对我说)?",
)
_HEAD_SAYS = re.compile(rf"{_HEAD}\W{{0,3}}$")
_TELLS_TO_DIE = re.compile("死|\\b(?:kill|kys|die|dead|hang|neck|bleach|jump)\\b")
"""What a head says that a person should hear of."""
_HEAD_REACH = 48

_DOG = "狗东西"
_DOES_AS_DOGS_DO = re.compile(
    "拖鞋|叼(?![盘你毛])|啃(?!骨)|拆家|遛|牵绳|狗粮|狗窝|狗盆|乱?尿|拉了一地|掉毛|疫苗|绝育|骨头|摇尾巴|罐头|[🐶🐕🐾]"
)
_IS_A_PERSON = re.compile(
    "[你妳您他她滚男女佢]|老板|老闆|领导|上司|工资|欠|骗|(?<![咬舔扑吓])人|(?<!装)死|还钱|闭嘴|什么|什幺"
)


class Insults:
    """Whether insults in ``text``, as in the view ``folded``, are anybody's."""

    def __init__(self, text: str) -> None:
        self._text = text

    def are_nobodys(self, start: int, end: int) -> bool:
        """Whether nobody is meant by the insult from ``start`` to ``end``."""
        return self._is_denied(start, end) or self._is_of_ones_head(start, end) or self._is_of_dog(start, end)

    def _is_denied(self, start: int, end: int) -> bool:
        denied = _NO.search(self._text, max(0, start - _DENIED_REACH), start)
        if denied is None or stands_before(_TURNED_BEFORE, self._text, denied.start(), _TURNED_REACH):
            return False
        if not _ENDS.match(self._text, end):
            return False
        return _TURNED_BEHIND.match(self._text, end, end + _TURNED_REACH) is None

    def _is_of_ones_head(self, start: int, end: int) -> bool:
        says = stands_before(_HEAD_SAYS, self._text, start, _HEAD_REACH)
        return says and not _TELLS_TO_DIE.search(self._text, start, end)

    def _is_of_dog(self, start: int, end: int) -> bool:
        return self._text[start:end] == _DOG and self._is_about_dog

    @cached_property
    def _is_about_dog(self) -> bool:
        return _DOES_AS_DOGS_DO.search(self._text) is not None and not _IS_A_PERSON.search(self._text)
