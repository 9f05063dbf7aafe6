"""A shop that takes orders by messenger, and a form that asks for the account: 「訂單加賴」 beside food, 「加賴ID填在表單」."""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.spoken_of import any_of

_FORM = re.compile(
    r"\W{0,3}(?:id|帐号|账号)?\W{0,2}(?:请)?(?:打|填|写|留|附)(?:在|到|于|进|上)[^\n,，。]{0,6}(?:表单|表格|报名表|问卷|备注|资料)"
)
_ORDERED = re.compile(
    r"(?:订单|订购|团?订|预[订约定]|订位|点餐|下单|取餐|取货|登记)[^\n,，。；;！!?？]{0,4}(?:请|都|可以?|直接)?$"
)
_SEATS = re.compile("订位(?:请|都|可以?|直接)?$")
_FOOD = re.compile(
    r"便当|茶饮|手摇|饮料|奶茶|咖啡(?!包)|蛋糕|面包|甜点|卤味|鸡排|早餐|午餐|晚餐|三明治|披萨|火锅|水果|蔬菜|荤素|素食|饼干|[十\d]杯|粽|月饼|寿司|汤圆"
)
_NO_SHOP = re.compile(
    any_of(
        "妹|炮|外约|喝茶|外送茶|茶庄|茶订单|定点|舒压|酒店|小姐|传播|公关|鱼讯|援|约会|按摩|裸|陪|正妹|看片",
        "菸|烟|煙|弹|药|麻|丸|颗|咖啡包|装备|糖果|毒|枪",
        "贷|借|赚|兼职|投资|股|代储|仿|a货|精品|点数|博|娱乐|彩金|储值|带单|帐户|账户|门号",
        "领(?!养|餐|取餐)|优惠|抽奖|福利|资源|资料(?!表)|返现|返利|赠|免费|低价|日领|名额|红包|加盟|代理|收入",
    )
)
_BEFORE = 12


class Orders:
    """Whether ``text``, as in the view ``folded``, names messengers as a shop of every day does, or a form."""

    def __init__(self, text: str) -> None:
        self._text = text

    def hold(self, start: int, end: int) -> bool:
        """Whether the words from ``start`` to ``end`` take an order, or ask for an account in a form."""
        if not self._is_shop:
            return False
        if _FORM.match(self._text, end):
            return True
        first = max(0, start - _BEFORE)
        if _SEATS.search(self._text, first, start):
            return True
        return _ORDERED.search(self._text, first, start) is not None and self._feeds

    @cached_property
    def _is_shop(self) -> bool:
        return _NO_SHOP.search(self._text) is None

    @cached_property
    def _feeds(self) -> bool:
        return _FOOD.search(self._text) is not None
