"""Threats that threaten nobody: 鲨了你 among friends, and what is shouted at mosquitoes; and somebody who wants to be gone from a party."""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.spoken_of import any_of

_IN_PLAY = re.compile("鲨(?:了|死)?你(?!全家|妈|爸|们|满门)")
"""杀 written as a shark: the written grin of a threat in play."""
_GRINS = re.compile("哈{2,}|h{2,}|嘻|嘿嘿|233|啊{2,}|呜{2,}|嘤|狗头|抱枕|枕头|小拳拳|[😂🤣😆🐶🥺😭😤🤪😝😜]|lol|xd")
_GRIEVANCE = re.compile(
    "剧透|袜子|薯片|零食|冰淇淋|冰激凌|雪糕|奶茶|外卖|呼噜|马桶|遥控|偷吃|抢我|鸽[我子]|充电宝|催更|断更|安利|早八|被窝|空调"
)
_MENACES = re.compile(
    any_of(
        "(?<!笑)(?<!烦)(?<!气)(?<!热)(?<!困)(?<!饿)死(?!党|鬼|掉了一|线)|杀|砍|斩|捅|刀(?!叉)|枪|血|揍|弄|废|残|收尸|命(?!运)|硫酸",
        "小心|等着|报复|堵|算账|算帐|还钱|欠|跑不|逃|躲|警告|后果|兄弟们|仇|报警|不开玩笑|没开玩笑|不是开玩笑|认真的|说到做到",
        "家人|全家|女儿|你妈|你爸|男人|女人|对象|女朋友|男朋友|前任|住哪|住在|你家|地址|学校|放学|下班|楼下|公司|跟踪|联系",
    )
)
"""What makes a threat of it all the same."""

_VERMIN = re.compile(
    any_of(
        "蚊子?|苍蝇|乌蝇|蟑螂|小强(?=[^\\n]*(?:杀虫|灭蟑|蟑螂|诱饵))|曱甴|老鼠|耗子|蚂蚁|跳蚤|臭虫|白蚁|飞蛾|螨虫|果蝇",
        r"\b(?:mosquito(?:e?s)?|(?:cock)?roach(?:es)?|fly|flies|ants?|bed ?bugs?|wasps?|fleas?|termites?)\b",
    )
)
_MEANS = re.compile(
    any_of(
        "电蚊拍|蚊香|蚊帐|杀虫|苍蝇拍|乌蝇拍|花露水|[灭驱]蚊|灭蟑|捕鼠|老鼠[药夹]|[粘黏][鼠板]|开水|滚水|热水|拖鞋|嗡嗡|诱饵",
        r"\b(?:zapper|insecticide|fly ?swat\w*|swatter|bug spray|spray (?:is )?(?:ready|incoming|can)|slipper|exterminator)\b",
    )
)
_PEOPLE = re.compile(
    any_of(
        r"你们这|(?<![咬叮吓烦])人|[男女](?!儿)|老板|老闆|同事|邻居|住|你妈|你爸|一样的?|东西|他|她|佢|上学|知道|不如|废物|贱|傻|[你妳](?:女|儿|仔|老婆|家人)|你这(?![只窝死臭])|滚[出回]|[日韩美英法德印中]国?人?(?=老鼠|蟑螂|蚂蚁|苍蝇)|日本|支那|外地|移民|难民|[们國国族]",
        r"\b(?:like you|people|scum|boys?|girls?|man|men|he|him|his|she|her|dick|immigrants?|live)\b",
    )
)
"""Who may be called vermin."""

_GONE = re.compile(r"(?:don'?t|do not) want to be here anymore")
_DULL_PLACE = re.compile(
    r"\b(?:this|the)\s(?:\w+\s)?(?:party|meeting|class|lecture|wedding|queue|conference|office|concert|seminar|mall|airport|gym|bus|line)\b"
)
_LAUGHS = re.compile(r"\b(?:lol|lmao|haha\w*|boring|bored|so dull)\b|[😂🙄🥱]")
_DESPAIRS = re.compile(
    r"\b(?:die|dead|kill\w*|suicid\w*|live|life|living|everything|world|tired of|alone|pain|hurt\w*|sorry|goodbye|nobody|no one|pointless"
    r"|not really|anyone cares?|pills?|cut\w*)\b"
)


class Jests:
    """What ``text``, as in the view ``folded``, means by the grave words in it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def threaten_nobody(self, start: int, end: int) -> bool:
        """Whether the threat from ``start`` to ``end`` is written as friends do who sulk, or shouted at vermin named before it."""
        if _IN_PLAY.fullmatch(self._text, start, end):
            return self._is_play
        return self._is_at_vermin and self._vermin < start

    def are_boredom(self, start: int, end: int) -> bool:
        """Whether the wish to be gone, from ``start`` to ``end``, is about a dull place that the text names."""
        return _GONE.search(self._text, start, end) is not None and self._is_dull

    @cached_property
    def _is_play(self) -> bool:
        grins = _GRINS.search(self._text) or _GRIEVANCE.search(self._text)
        return grins is not None and not _MENACES.search(_IN_PLAY.sub(" ", self._text))

    @cached_property
    def _vermin(self) -> int:
        named = _VERMIN.search(self._text)
        return len(self._text) if named is None else named.start()

    @cached_property
    def _is_at_vermin(self) -> bool:
        return _MEANS.search(self._text) is not None and not _PEOPLE.search(self._text)

    @cached_property
    def _is_dull(self) -> bool:
        rest = _GONE.sub(" ", self._text)
        return all(one.search(rest) for one in (_DULL_PLACE, _LAUGHS)) and not _DESPAIRS.search(rest)
