"""Warnings, news and complaints about a trade: its words stand in them without anybody's offering anything.

Sellers use the words of warnings too: what they deny ("not a scam") is read as blank, and a warning beside words that sell is none. A term
that offers by its own words (出售, 代开), or beside words that sellers and their victims use (现货, 接单), has to stand in a clear frame
besides: somebody else's deed, told or warned of. What a group rules out (no fake IDs, 不准賣假證) is only named, too.
"""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.headed import addresses, heading_end, is_headed_pitch, is_headed_warning, tells
from assistant.moderation.spoken_of import (
    BEWARE,
    BLOCKED,
    CHEATED,
    FINED,
    FORBIDDEN,
    FRAUD,
    MET,
    NEVER,
    POLICE,
    PUNISHED,
    REPORTED,
    SCAMS,
    SOMEBODY,
    THEY,
    any_of,
    begin_of,
    stands_before,
)
from assistant.moderation.tales import Tales

_NEWS = ("新闻", "警方", "警察", "法院", "起诉", "拘捕", "被捕")
_WARNS = re.compile(
    any_of(
        *FRAUD,
        *CHEATED,
        "骗人|骗你|骗我|骗了|呃人|呃我|呃钱|反诈|防骗|害人",
        "别信|不要信|不要相信|千万别|千万不要|切勿|谨记|禁止",
        *REPORTED,
        "挂断|挂掉|拨165|打165|报警",
        *_NEWS,
        "被抓|被判|判刑|坐牢|坐监|落网|查获|破获|违法|犯法",
        r"是假的|系假|冇可能|不可能|没有什[么幺](?![^\n,，。；;！!?？]{0,8}(?:不[能会可好了到掉]|无法|没法|没办法))",
        "好彩|幸好|才醒|差点|欠了",
        rf"\b{any_of(*SCAMS, 'scammed|fraud|(?:is|are|all) fake|police|news|warning|beware|illegal|report(?:ed)?')}\b",
        r"\b(?:don'?t (?:fall|trust|believe)|never (?:pay|send|trust)|blocked (?:it|him|her|them|that))\b",
        r"\bsome(?:one|body) (?:is|keeps) (?:selling|posting|advertising)\b",
    )
)
_COMPLAINS = re.compile(
    any_of(
        "(?:要|想|申请|怎[么幺]|不给|不让|拒绝)退货|维权",
        "(?:找谁|怎[么幺]|要|想|去|向.{1,6}|如何|已经?|准备|我)投诉|投诉(?:无门|你|商家|卖家)",
        rf"(?<!代){any_of(*REPORTED)}(?!下架|删)",
        *CHEATED,
        "骗局|诈骗|呃钱",
        *_NEWS,
        r"\b(?:(?:is|are|was|were) (?:all )?(?:a )?(?:scams?|fake)|scammed|scammers?|fraud|police|beware|report(?:ed)?)\b",
    )
)
_SELLS = re.compile(
    any_of(
        "(?:主页|头像|简介|签名)(?:有|见|看|加|联系)|[看见睇](?:我)?(?:主页|头像|简介)",
        "认准|有意者|量大(?:从优|价优)|诚信(?:经营|合作|交易)|信誉(?:保证|第一|担保)|长期合作",
        "(?:现在|后来|终于|还好|幸好)[^\n。]{0,4}(?:找到|遇到|遇见|跟对|认识)(?:了|咗|一?个)?(?:靠谱|正规|真正|良心|诚信)的?"
        "(?:荐股|带单|投资|理财|平台|老师|导师|师傅|项目)(?!说|自称)",
        r"\b(?:link in bio|see (?:my )?(?:profile|bio)|contact me|hit me up|we deliver|legit (?:seller|vendor|plug))\b",
    )
)
_WHO_WANTS_IT = any_of(r"(?<!\w)(?:有需要|需要|想要|要)的?", "(?:需要|想要|要)(?:的|(?=[请就]))")
_MAY_SELL = re.compile(
    any_of(
        "先货后款|货到付款|现货|包邮|接单|出单|秒发|当面交易|可验货|支持验货|长期[收出供]",
        _WHO_WANTS_IT + "(?:请|就|速|快|直接|欢迎)?(?:找|私|联系|来|加|滴|揾|搵)(?!的)",
        r"\b(?:cash on delivery|in stock|free shipping|contact us)\b",
    )
)
"""What a seller says, and whoever tells of one."""

_OFFERS = re.compile(
    any_of(
        "出?售|[卖代办买购招贩租]|收(?![到益入款])|接(?![听到])|求购|回收",
        "提供|供应|批发|转让|货源|制作|订做|定做|承接",
        r"\b(?:buy|buying|sell|selling|sale|order|shop|cheap|dm|hire|hiring|rent|purchase|vendor|supplier|available|get your|cashout)\b",
    )
)
_OFFERED = re.compile(
    any_of(
        r"(?:出售|[卖贩]|提供|供应|代办|收购|批发|转让|求购|承接)[^\n,，。；;！!?？]{0,2}$",
        r"\b(?:sell(?:ing)?|offer(?:ing)?|buy|cheap)\s$",
    )
)
_ON_SALE = re.compile(
    any_of(
        r"[^\n,，。；;！!?？]{0,2}(?:出售|有售|现货|批发|代办|接单|货源|转让|回收|包过|可办|到付)",
        r"\s(?:for sale|available|in stock|for hire)\b",
    )
)
_BESIDE = 12
"""Characters beside a term in which it can be offered."""

_MUST_NOT = any_of(
    *FORBIDDEN,
    "(?<![准许可])(?:不准(?!备)|不许|不可以|唔准|唔可以)|(?<![舍怪恨免少巴])不得(?![了已不])",
    "不允许|请勿|切勿",
)
_SELLERS_DONT = "错过|担心|害怕|犹豫|白嫖|打扰|还价|转载|盗图|信|找|选|联系|上当|骗|冒充|假冒|低价|他人|同行|别家"
"""What a seller asks one not to do."""
_NO_DOING = "more|buying|selling|trading|sales?|posting|advertising|ads|offering|offers|sharing|links|talk"
_NO = any_of(
    rf"\bno\s(?:(?:{_NO_DOING}|and|or|of|for|any|illegal|requests|spam|to)\s){{0,4}}", r"\bno\s(?:[a-z]+,?\s){1,5}?or\s"
)
_DONT_SELL = (
    r"(?<!we )(?<!i )\b(?:don'?t|do not|not allowed to)\s"
    r"(?:sell|post|offer|advertise|trade)(?:\s(?:or|and)\s\w+)?\s(?:any\s)?"
)
_RULED_OUT = re.compile(
    any_of(rf"{_MUST_NOT}\s?(?:(?!{_SELLERS_DONT})[^\n,，。；;！!？?\s]){{0,14}}", _NO, _DONT_SELL) + "$"
)
_IS_PUNISHED = (
    "(?:一律|直接|立即|立刻|都|会|会被|将|将会|即)?(?:踢|禁言|封[号群禁]|拉黑|禁止|不允许|不准|唔准)"
    r"(?:的|出群?|出去|走|掉|㗎)?(?=[。！!,，\s]|$)"
)
_SELLERS_VOW = (
    r"(?![^\n。！!]{0,4}(?:吗|[?？]|不存在|我负责|我们负责|我出|[包保赔退]|不了|不用|不怕|风险|解|也|的话?[收要可]))"
)
_COMES_OF_IT = any_of(
    "(?:一律|一经[发查][现获实属]{1,2}[,，]?|直接|立即|即时?|会|会被|将被?|给予|予以|依法|并){1,4}"
    + any_of(*PUNISHED, *FINED),
    "(?:记)?" + any_of(*PUNISHED),
)
_COMES_TO = _COMES_OF_IT + _SELLERS_VOW
_BANNED = (
    "(?:not allowed|banned|forbidden|prohibited|removed|deleted|expelled|suspended|punished|prosecuted|disciplined)"
)
_RULED_OUT_AFTER = re.compile(
    any_of(
        r"(?:[^\n,，。；;！!？?]{0,4}(?:一律|的|者)|)" + _IS_PUNISHED,
        rf"(?:[^\n,，。；;！!?？]{{0,10}}(?:一律|的|者)[,，]?|){_COMES_TO}",
        rf"[^\n,，。；;！!?？]{{0,10}}(?:一律|的|者)[,，]?{any_of(*FINED)}{_SELLERS_VOW}",
        rf"\s(?:(?!my|our|i|we|account|channel|page)\w+\s){{0,5}}(?:is|are|get|gets|will be)\s(?:you\s)?(?:strictly\s)?{_BANNED}\b",
        r"\s(?:\w+\s){0,3}(?:gets?|means|earns)\s(?:you\s)?an?\s(?:\w+\s)?ban\b",
    )
)
"""A rule of the group beside what it rules out."""
_US = "(?:我|本店|小店)"
_BUY_FROM = "(?:[找揾跟向在由从]|联[系络])"
_BUT_FROM_US = re.compile(
    any_of(
        rf"[^\n。；;！!?？]{{0,12}}(?:除[非了咗左]|只[能可准]|买就)[^\n。；;！!?？]{{0,4}}{_BUY_FROM}{_US}(?!举报|检举|投诉|说|讲|申请)",
        rf"[^\n。；;！!?？]{{0,12}}除[非了咗左](?:是|系)?{_US}(?=[\n,，。；;！!]|$)",
        rf"[^\n。；;！!?？]{{0,12}}{_US}[^\n,，。；;！!?？]{{0,3}}除外",
        r"[^.!?\n]{0,30}\b(?:except|unless|only|but)\b[^.!?\n]{0,20}\b(?:from|through|via)\s(?:me|us)\b(?!\s\w)",
    )
)
"""Whoever rules out all others to sell by themselves."""

_WHO_DID_IT = (
    "(?<![加找问])(?:有人|有个|有些|网上|网友|群里|群组|社团|留言区|某|谁|凡是|任何|所有|那些)(?!需要|想|要)",
    *THEY,
    "[男女]子|集团|团伙|嫌犯|嫌疑",
    "(?:我|你|阿)(?:弟|哥|姐|妹|爸|妈|嫲|朋友|同学|同事|室友|邻居|表)|朋友|同学|同事",
)
_HEARD = (*MET, "接到|听说|听讲|据说|新闻|报[道导]|记者|广告|短信|讯息|[叫让](?:我|你|人|大家)")
_WHAT_CAME_OF_IT = (
    *POLICE,
    *REPORTED,
    "海关|法院|法官|检[察方]|打击|严打|查[处获扣]|破获|捣破|[拘捕抓]|判刑",
    "[骗被]|诈骗|反诈|投诉",
)
_TOLD_NOT_TO = (
    *BEWARE,
    *FORBIDDEN,
    "提醒|呼吁|注意|拒绝|抵制|远离",
    "(?<![要])不(?:要|得|准|许|能|可|应|该|再|敢)|别|切勿|勿|唔好|唔准|唔可以",
)
_FRAMES_IN_ENGLISH = any_of(
    *SOMEBODY,
    "guy|anyone|account|user|bot|he|she|they",
    "saw|got|received|told|asked|asking|news",
    "reported|police|arrested|seized|scammers?|scam|illegal|ban(?:ned)?",
    *NEVER,
    "warning|beware|stop",
)
_FRAMES = re.compile(any_of(*_WHO_DID_IT, *_HEARD, *_WHAT_CAME_OF_IT, *_TOLD_NOT_TO, rf"\b{_FRAMES_IN_ENGLISH}\b"))
"""Somebody else's deed, told or warned of."""
_BEWARE = re.compile(
    any_of(*BEWARE, "切勿|慎防|别|不要|以免|避免|防止")
    + "再?"
    + any_of(*CHEATED, "被呃|骗子|诈骗|假冒|假货|山寨", r"相?信[^\n,，。]{0,4}(?:骗子|假货|同行|别家)")
    + r"|\bbeware of (?:scam(?:s|mers)?|fakes?|imitat\w+|impersonat\w+|copycats)\b|\bno (?:fake|illegal|fraudulent)\s\w+"
)
"""What frames nothing: of cheats sellers warn too."""

_BE = r"\b(?:is|are|was|were|got|gets)\s(?:\w+\s){0,2}"
_JUDGED = re.compile(
    any_of(
        r"[^\n,，。；;！!?？]{0,10}"
        + any_of(
            "违法|犯法|犯罪|诈骗|骗|假的|可耻|害人|千万别|不要|别信", "被[抓捕拘判]|判刑|坐[牢监]|抓|拘|集团|团伙"
        ),
        rf"[^.\n!?]{{0,20}}{_BE}(?:scams?|fakes?|fraud|illegal|crimes?|arrested|banned|jailed)\b",
    )
)
_LOST = re.compile(r"[^\n。！!?？]{0,24}(?:被骗|被呃)(?:了(?![的吗钱])|咗|走|[\d一两二三四五六七八九十几])")
_ACTED = re.compile(
    any_of(
        rf"已(?:经)?[^\n,，。]{{0,6}}{any_of(*REPORTED, *BLOCKED, '报警|截图|上报|回报|删')}",
        rf"(?<!代){any_of(*REPORTED, *BLOCKED, '报警|报案|投诉')}了",
        rf"怎[么幺]{any_of(*REPORTED, '投诉')}|维权",
        "破获|查[获扣]|缴获|起出|捣破|拘捕|被捕|判刑|落网|送办|反诈|防骗|[打拨]165",
        r"\b(?:(?:i|we|already|just|have)\s(?:reported|blocked)|arrest(?:ed|s)|seized|sentenced|raid(?:ed|s)?|busted)\b",
    )
)

_SENTENCE = ("\n", "。", "；", ";", "！", "!", "?", "？", ". ")
_BEFORE, _AFTER = 60, 40
"""Characters of the sentence that are read before and behind a term."""


class TradeTalk:
    """What a text, as in the view ``folded`` and without its author's denials, says of trades whose words it holds."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tales = Tales(text)
        sells = self._sells = _SELLS.search(text) is not None or is_headed_pitch(text)
        complains = not sells and _COMPLAINS.search(text) is not None
        self._warns = complains or (not sells and (_WARNS.search(text) is not None or is_headed_warning(text)))
        self._may_sell = self._warns and _MAY_SELL.search(text) is not None
        self.complains = complains and not self._may_sell

    def names(self, start: int, end: int, *, promises: bool) -> bool:
        """Whether the term from ``start`` to ``end`` is only named in a warning, a complaint or a rule of the group. A term that
        ``promises`` offers nothing."""
        if not promises and self._is_forbidden(start, end):
            return self.rules_out(start, end)
        if self._addresses_below_heading(start, end):
            return False
        if not self._sells and not promises and self._tales.hold(start, end):
            return True
        if not self._warns:
            return False
        if self._may_sell:
            return self._is_framed(start, end) or self._is_lost(start, end)
        return promises or not self._is_offered(start, end) or self._is_framed(start, end) or self._is_acted_on

    def rules_out(self, start: int, end: int) -> bool:
        """Whether a rule of the group names the term from ``start`` to ``end`` as what it forbids, its author not excepted."""
        return self._is_forbidden(start, end) and not _BUT_FROM_US.match(self._text, end, end + _AFTER)

    def _is_forbidden(self, start: int, end: int) -> bool:
        before = _RULED_OUT.search(self._text, self._sentence(start), start)
        return before is not None or _RULED_OUT_AFTER.match(self._text, end, end + _AFTER) is not None

    def _addresses_below_heading(self, start: int, end: int) -> bool:
        """Whether a heading is all that makes a warning of what the reader is told."""
        below = heading_end(self._text)
        if not below or not addresses(self._text, start, end):
            return False
        first = max(below, start - _BEFORE - _BEFORE)
        return not tells(self._text, first, start) and not _FRAMES.search(self._framing, first, start)

    def _is_offered(self, start: int, end: int) -> bool:
        return bool(
            _OFFERS.search(self._text, start, end)
            or stands_before(_OFFERED, self._text, start, _BESIDE)
            or _ON_SALE.match(self._text, end, end + _BESIDE)
        )

    def _is_framed(self, start: int, end: int) -> bool:
        framed = _FRAMES.search(self._framing, self._sentence(start), start)
        return framed is not None or _JUDGED.match(self._text, end, end + _AFTER) is not None

    def _is_lost(self, start: int, end: int) -> bool:
        offers = _OFFERS.search(self._text, start, end) is not None
        return not offers and _LOST.match(self._text, end, end + _AFTER) is not None

    def _sentence(self, start: int) -> int:
        return begin_of(self._text, start, _SENTENCE, _BEFORE)

    @cached_property
    def _framing(self) -> str:
        return _BEWARE.sub(lambda match: " " * len(match[0]), self._text)

    @cached_property
    def _is_acted_on(self) -> bool:
        return _ACTED.search(self._text) is not None
