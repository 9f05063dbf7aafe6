"""Tales of those who were harmed, and talk about messages that one gets: the words of a trade stand in them, and nobody offers it.

Who sells tells tales too, which end well ("then I found an honest teacher"); those are none.
"""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.spoken_of import THEY, any_of, begin_of

_AMOUNT = r"[\d一两二三四五六七八九十几数百千万]+(?:多|来)?(?:百|千|万|块|元|蚊|刀)"
_SAVINGS = "积蓄|退休金|养老[钱金]|棺材本|学费|存款|副身家|身家"
_CHEATED_OF = rf"(?:骗|呃|坑)(?:走|去|光|掉|了|咗){{0,2}}[^\n,，。]{{0,4}}?{any_of(_AMOUNT, _SAVINGS)}"
_CAME_TO_HARM = re.compile(
    any_of(
        _CHEATED_OF,
        "(?:做|录|作)(?:了|咗)?笔录|落口供|报(?:了|咗)案|报案(?!没用|无用|冇用)|立案|追不回|要不回|拿不回|追唔返|盗刷",
        rf"(?:垫|亏|赔|输|蚀)(?:了|咗|进去)[^\n,，。]{{0,3}}{_AMOUNT}|钱(?:都|全|就)?(?:没了|打水漂)(?![?？吗])",
        "送[^\n,，。]{0,4}(?:急诊|急症|医院|抢救)|送医(?!美)|洗胃|抽搐",
        r"被(?:银行)?冻结(?:了|咗|[\d一两三五]+年)|悔死|悔不当初",
        r"\blost (?:her|his|their|my|our|all|everything)\b[^.!?\n]{0,20}(?:savings|money|pension|inheritance|thousand|[$£€]\s?\d)",
        r"\b(?:ended up|taken|rushed|sent|landed)\s(?:\w+\s)?(?:in|to)\s(?:the\s)?(?:a&e|er|hospital|emergency|icu)\b",
        r"\b(?:conned|swindled|overdosed|od'?d)\b",
    )
)
_CLOSE = re.compile(
    any_of(
        r"(?:我|我家|我们|阿|家里|佢)(?:的|嘅)?(?:大|小|二|三|老)?(?:弟|哥|姐|妹|爸|妈|嫲|嬷|公|婆|爷|奶|伯|叔|舅|姑|姨|婶|朋友|同学|同事|室友|邻居|亲戚)",
        "爷爷|奶奶|外公|外婆|姥姥|姥爷|老豆|老妈|老爸|儿子|女儿|个仔|个女|孩子|老人|[表堂][弟哥姐妹]|男友|女友|闺蜜|同学|同事|亲戚|学弟|学妹",
        r"\b(?:my|his|her|our)\s(?:\w+\s)?(?:nan|gran\w*|nana|mum|mom|mother|dad|father|uncle|aunt\w*|cousin|brother|sister|son|daughter"
        r"|friend|neighbou?r|mate|boss|colleague|wife|husband|ex|kid|student)s?\b",
        r"(?<!让)(?<!带)我(?:被|俾|畀|垫|亏|赔|弟)",
        *THEY,
    )
)
_BUT = r"(?![^\n]*(?:结果|但|可是|后来|最后|没想到|之后|然后|现在))"
_TURNED = re.compile(
    any_of(
        "(?:现在|后来|直到|还好|幸好|终于|如今|最后)[^\n。]{0,8}(?:找到|遇到|遇见|认识|跟对|跟着|加了|带我)",
        "赚回|回(?:了)?本|翻身|挽回|追回来了|翻倍|还清|发财|[补赢]回|换了?这家|跟我(?:学|做|一起)|一个月就|第二天就|当天就|当晚就|靠谱|正规|真正|没关系|不要紧|别怕|唔使惊|效果好|真爽",
        rf"(?:到账|赚(?:了|到|钱?$)|老师赚){_BUT}",
        r"\b(?:got (?:it|everything) (?:all )?back|thanks to|until (?:he|she|i|we|they) (?:found|met))\b",
        r"\bnow (?:he|she|i|we) (?:earns?|makes?)\b|\brich\b|\bswears by\b|\b(?:recovered|profits?)\b|\bmade (?:him|her|them|me)\b",
        r"\b(?:our\s(?:\w+\s){0,3}(?:are|is)|we have|we sell|real deal|how good|(?:buy|get|order)\s(?:\w+\s){0,2}here)\b",
    )
)
"""A tale that ends well."""

_MESSAGE = "短信|简讯|短讯|邮件|广告|弹窗|电话|私信|讯息|推送|贴文|小卡片"
_NUISANCE = "(?:垃圾|骚扰|诈骗|博彩)"
_SUCH = "(?:[这呢嗰那](?:种|类|些|啲|个)|之类的?|的|嘅)"
_IS_OF_MESSAGE = re.compile(
    any_of(
        rf"[^\n,，。；;！!?？]{{0,6}}?{_SUCH}{_NUISANCE}?{any_of(_MESSAGE)}(?!联系|咨询|回复|认证)",
        rf"[^\n,，。；;！!?？]{{0,4}}?{_NUISANCE}{any_of(_MESSAGE)}",
        r"[\"'”’]?\s(?:(?:spam|scam)\s)?(?:texts?|e?mails?|messages|calls|ads|dms|popups?)\b",
    )
)
_THESE = re.compile(r"[这呢嗰那](?:种|类|些|啲)[^\n,，。；;！!?？]{0,4}$")
_MESSAGE_BEHIND = re.compile(rf"[^\n,，。；;！!?？]{{0,2}}{any_of(_MESSAGE)}(?!联系|咨询|回复|认证)")
_NOT_WANTED = re.compile(
    any_of(
        "(?:怎[么幺样]|如何|点样?|想要?|有没有?办法|冇办法|可以)[^\n,，。]{0,6}(?:拉黑|屏蔽|封锁|拦截|退订|过滤|挡|擋|block|取消)",
        "[挡擋拦](?:都|也)|[挡擋拦](?:不|唔)|烦死|好烦|很烦|烦人|关不掉|删不完|又收到|总收到|一直收到|成日收到",
        r"\b(?:how (?:do|can) (?:i|we|you) (?:block|stop|filter)|block these|unsubscribe|keep getting|sick of)\b",
    )
)
_PITCHES = re.compile("(?:找|联系|加|私|滴|戳|揾|搵)(?:我|我们|客服)(?!问|骂)|看(?:签名|主页|简介)|注册|投放|包过|群发")
_FOR_SALE = re.compile("出售|有售|货源|批发|接单|到货|现货|代办|for sale|available|in stock")
"""What no tale says of what it tells of."""
_STOPS = ("\n",)
_REACH, _BEHIND, _BESIDE = 120, 24, 6


class Tales:
    """What ``text``, as in the view ``folded``, tells of the words of a trade in it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def hold(self, start: int, end: int) -> bool:
        """Whether the words from ``start`` to ``end`` are told of, and not said."""
        return self._is_suffered(start, end) or self._is_of_message(start, end)

    def _is_suffered(self, start: int, end: int) -> bool:
        """Whether harm to somebody close, named before ``start``, came of them."""
        if not self._harm or _FOR_SALE.search(self._text, start, end + _BESIDE):
            return False
        return _CLOSE.search(self._text, begin_of(self._text, start, _STOPS, _REACH), start) is not None

    def _is_of_message(self, start: int, end: int) -> bool:
        """Whether they only say what the messages are about that somebody wants to be rid of."""
        if not self._is_bothered:
            return False
        if _IS_OF_MESSAGE.match(self._text, end, end + _BEHIND):
            return True
        these = _THESE.search(self._text, max(0, start - _BEHIND), start)
        return these is not None and _MESSAGE_BEHIND.match(self._text, end, end + _BEHIND) is not None

    @cached_property
    def _harm(self) -> bool:
        return _CAME_TO_HARM.search(self._text) is not None and not _TURNED.search(self._text)

    @cached_property
    def _is_bothered(self) -> bool:
        return _NOT_WANTED.search(self._text) is not None and not _PITCHES.search(self._text)
