"""Whether a lure, an account or a deal past the platform is only spoken of: warned of, reported, told of somebody else, or asked about.

A warning alone is not enough, since those who lure write warnings too ("beware of impostors, message me"): the words before, behind or
around the lure must say that it is another's.
"""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.denials import without_denials
from assistant.moderation.headed import is_headed_warning, tells, warns
from assistant.moderation.spoken_of import (
    ASKS,
    BEWARE,
    BLOCKED,
    CHEATED,
    FINED,
    FORBIDDEN,
    FRAUD,
    MET,
    NEVER,
    PUNISHED,
    REPORTED,
    SCAMS,
    SELLERS,
    SOMEBODY,
    TELLS,
    THEY,
    any_of,
    begin_of,
    stands_before,
    stands_beside,
)

_GAP = r"[^\n\s,，。；;！!?？请可需想赚富躺轻月翻入送福利牛免]"
"""What may stand between who speaks of a lure and the lure: no word of a promise."""

_STRANGERS = any_of(
    *FRAUD,
    *THEY,
    "陌生|自称|人家|有人|对方",
    r"有(?:一|几)?个(?:人|号|账号|帐号|网友|男|女)|某个?(?:人|号|账号)|[那这]个?[人号]|呢个人|嗰个",
    r"(?:假|冒充|冒名)冒?(?:的|嘅)?(?:客服|账号|帐号|老师|小编|官方|我们|我哋|你们|群主|管理|店家|卖家)",
)
_ROLES = any_of(*SELLERS, "老师|助理|小编|管理员|中介|群友|网友|小号|机器人")
_ROLE_WRITES = any_of(
    rf"{_GAP}{{0,4}}(?:[说话叫让喊催劝]|发(?:消息|讯息|信息|私信|短信|链接))(?!你|您|大家){_GAP}{{0,6}}",
    rf"{_GAP}{{0,4}}(?:一直|主动|又|天天|总是?|老是|突然|偷偷|居然|竟然?)",
)
_AGAIN = r"(?<![利股惠包品单送财钱份额])(?:天天|老是|一直|总是|总有|成日|整天|不停|频频|又|又来|突然)(?:有人|被)?"
_TELLS_ME = rf"(?:{any_of(*TELLS, '(?<![想需主重])要')}(?:我们?|我哋|阿\w)|(?:[叫喊劝]|要求|骗)(?:大家|人))"
_MET_MESSAGE = (
    rf"{any_of(*MET)}(?:有人|一?[个条封]|广告|短信|讯息|消息|私信|帖子|贴文)"
    r"[^\n，,。！!请的]{0,6}(?:[叫让说话]|要我)[^\n，,。！!请的]{0,4}"
)
_MET_QUOTATION = rf"{any_of(*MET)}[「『“‘\"'][^\n，,。！!请的」』”’\"']{{0,8}}"
_TOLD_TO_IN_ENGLISH = (
    r"\b(?:told|asked|asking|asks|tells|wants?|wanted|trying to get|tried to get|begging|invited|inviting)"
    r"\s(?:me|us|people|members|everyone|users|him|her|them)\sto\s"
)
_STRANGER_SAYS_IN_ENGLISH = (
    rf"\b(?:scammers?|spammers?|strangers?|bots|they|he|she|{any_of(*SOMEBODY, 'guys?|accounts?|ads?|bot')}\s"
    r"(?:who|that|says?|said|saying|keeps?|kept|just|randomly|tried to|trying to))"
    r"\s(?:(?:who|that|says?|said|saying|keeps?|kept|always|just|randomly|will|would|tried to|trying to|all|keep)\s)*[\"'“]?"
)
_TOLD_OF_OTHERS = any_of(
    rf"{_STRANGERS}{_GAP}{{0,8}}",
    _ROLES + _ROLE_WRITES,
    _AGAIN,
    _TELLS_ME + r"[^\n，,。！!的赚富躺轻月翻告通宣推介享帮有自]{0,6}",
    _MET_MESSAGE,
    _MET_QUOTATION,
    _TOLD_TO_IN_ENGLISH,
    _STRANGER_SAYS_IN_ENGLISH,
)

_DONT = any_of("(?<![特个级区分性告差类辨识送道])别", *FORBIDDEN, "不要|勿|不得|不可|唔好|唔准|不准|拒绝|谢绝")
_NOT_BELIEVE = "(?!(?:相|轻|听)?信(?:别|那(?!些(?:让|叫|要|说))|其他|他们|同行|骗))"
"""Whoever sells warns of believing the others."""
_DONT_HOW = (
    "再|随便|随意|轻易|乱咁?|胡乱|咁|去|主动|私自|擅自|自行|频繁|不停|一直|总是|老是",
    "[在喺](?:群里?|群组|评论区?|这里|呢度|帖子里?|版上|社团里?)?|群组?[里内]?",
    "陌生人|任何人?|有人|人|[这那][种类些]|[呢嗰]?啲|所谓|大家|用户|会员|学员|买家",
    "相信|轻信|听信|信|理会?",
    "给|畀|俾|让|叫|要求|诱导|引导|[叫让要]你|说|话|以|用|通过|发布?|发送|广告|为由",
)
"""What stands between "do not" and the lure: in what way, where, to whom, believing whom, by what means."""
_BEWARE = any_of(*BEWARE, "抵制|打击|防止")
_MISSING_OUT = any_of(
    *CHEATED, "错过|再|后悔|套路|踩|亏|买|假(?!冒?(?:客服|账号|帐号|老师|小编))|失|走|丢|找不|被封|封号"
)
"""What those who lure warn of: missing it, and being cheated by others."""
_NOT_TO = any_of(*NEVER, "not to", "shouldn'?t", "should not")
_WARNED_OF = any_of(
    f"{_DONT}{_NOT_BELIEVE}{any_of(*_DONT_HOW)}{{0,5}}",
    rf"{_BEWARE}(?!{_MISSING_OUT}){_GAP}{{0,6}}",
    rf"\b{_NOT_TO}\s(?:(?:ever|please|pls|try|trying|to|let|anyone|people|start|want)\s){{0,3}}",
)
_SPOKEN_OF_BEFORE = re.compile(any_of(_TOLD_OF_OTHERS, _WARNED_OF) + "$")

_REPORTS = rf"(?<!代){any_of(*REPORTED)}"
_REPORTS_IT = rf"(?<!代)(?<!同行){any_of(*REPORTED)}(?!者|死|的?全家|必|狗|的死)"
_TURNED_OUT = (
    "结果(?:都|全|就|竟|居然|却|才发现){0,2}(?:是|系|被|畀人|俾人|要)"
    "(?:卖|买|推销|拉(?:人头|进|去|我)|骗|传销|忽悠|套路|坑|洗脑|呃|直销|微商|假|要钱|[交付][钱费])"
)
_WAS_CHEATED = any_of("(?:结果|居然|然后|就|我[爸妈]?|同学|朋友)(?:被骗|畀人呃|俾人呃)", _TURNED_OUT)
_CHEATS = "(?<![被防打谁怕诈])骗(?!你|子(?:滚|勿|太多|死|别|绕|请|走))|(?<![防反])诈骗|呃人(?!嘅)"
_GOT_BLOCKED = "(?:我|已|已经|直接|马上|立刻|把[他她佢])拉黑|拉黑(?:了|咗)"
_DONT_BELIEVE = (
    "(?:别|不要|唔好)(?:相)?信|勿信|千万别(?:加(?!别)|去|点|理|上当|扫|进|回|听)|(?<!不)是骗[子人局]|都是骗|系骗"
)
_NOT_OTHERS = "(?!别|那|其他|他们|同行|骗)"
"""Those who lure say it of the others."""
_JUDGED = re.compile(
    any_of(
        rf"[^\n。！!]{{0,14}}{any_of(_CHEATS, _GOT_BLOCKED, _REPORTS_IT, _WAS_CHEATED)}",
        rf"[^\n。！!其别外同]{{0,20}}{any_of(_DONT_BELIEVE)}{_NOT_OTHERS}",
    )
)
_CONDEMNED = re.compile(
    r"[^\n。！!其别外同]{0,12}" + any_of("(?<!不)(?:[是系]|全|都)(?:骗|诈骗|呃)", _WAS_CHEATED, _REPORTS, "拉黑")
)
"""What says outright that it is a fraud, or what became of it."""
_WAS_REPORTED = "(?<!be )reported"
_JUDGED_IN_ENGLISH = re.compile(
    rf"[^.\n!]{{0,30}}\b{any_of(*SCAMS, 'fake', _WAS_REPORTED, 'spam(?:mers?)?', 'beware')}\b"
)
_CALLED_SCAM = re.compile(
    r"[^\n!]{0,40}\b"
    + any_of(
        r"(?:is|it'?s|are|was|were|such|total|obvious|another)\s(?:\w+\s){0,2}"
        + any_of(*SCAMS, "spam")
        + r"\b(?![^.\n]*[?？][^\n]*\w)",
        "then scam|scammed (?:me|us)|got scammed",
        rf"{_WAS_REPORTED}\b",
    )
)
"""The same beside a promise, where a word alone may be the seller's ("beware of fake accounts")."""

_ONESELF = r"(?<![代被号遭])(?<!被人)(?<!畀人)(?<!俾人)(?<!给人)(?<!让人)(?<!恶意)(?<!同行)"
"""Who reports it: not rivals, nor somebody paid for it, nor whoever had the author's own account blocked."""
_IS_IT_FRAUD = (
    r"(?<![管论问])(?:是不是|系咪)(?:骗|真|诈|呃)(?![^\n]{0,8}(?:不是|不骗|唔系|唔呃|试试|试下|当然))",
    "这(?:个|条|种|明显|肯定|就|绝对){0,2}是(?:骗|诈)",
)
_REPORTED = re.compile(
    any_of(
        *_IS_IT_FRAUD,
        rf"(?:怎[么幺]|点样?|要|想){any_of(*REPORTED)}",
        rf"(?<!号)已(?:经)?(?:被我)?{any_of(*REPORTED, *BLOCKED)}",
        rf"{_ONESELF}{any_of(*REPORTED, *BLOCKED)}(?:了|咗)",
    )
)
_REPORTED_IN_ENGLISH = re.compile(
    r"\b"
    + any_of(
        r"is (?:this|it) (?:a |really a )?scam",
        rf"(?:is|are|it'?s|was) (?:definitely |probably |obviously |all )?(?:a )?{any_of(*SCAMS)}\b",
        "(?:i|we|already|just|and|have) reported",
        "how (?:do|can) i report",
    )
)
_MOVED = re.compile(
    r"[旧老原]号|[新小大]号|换号|备用号|[旧老原新](?:群|账号|帐号|微信|line|wechat)|\b(?:old|new|main|backup) (?:account|number|group)"
)
"""An account given up for another is reported by somebody else."""

_FORBIDDEN = re.compile(
    any_of(
        r"[」』”’\"']?[^\n,，。；;！!？?]{0,4}?"
        r"(?:的?(?:广告|帖子?|文)|的人?|者|[」』”’\"']|一律|直接|立即|立刻|即|会被?|将被?|予以|都|全部){1,4}"
        + any_of(*PUNISHED, *FINED),
        r"(?:[\"'”’]\s(?:\w+\s){0,3}|\s(?:posts?|ads?|messages|spam|links|comments)\s(?:\w+\s)?)"
        r"(?:is|are|get|gets|will be)\s(?:you\s)?(?:\w+\s)?(?:banned|deleted|removed|not allowed|kicked|muted)\b",
    )
)
"""What a rule of the board says of it."""

_ASKED = re.compile(rf"[^\n。！!,，；;：:]{{0,14}}{any_of(*ASKS, '咩')}")
_COAXES = re.compile(
    r"想|要不要|要[吗嘛]|您|还在|还等|等什|心动|需要|好[吗嘛]|不香|唔香|可以[吗嘛么幺?？]|行[吗嘛么幺]|懂|值得|敢[不吗]|得唔得"
)
"""What stands in the question of somebody who lures ("想进群领红包吗？")."""
_CALLED_FOR = re.compile(
    r"\b(?:can|could|would|will|may)\s(?:you|u|someone|anyone|somebody|support|staff|they|i|we|he|she)"
    r"\s(?:(?:please|pls|plz|kindly|also|just|maybe|perhaps)\s)?$"
)

_OF_OTHERS = re.compile(
    r"(?:他|她|它|牠|ta|这个?人|那个?人|某某|楼主|楼上|对方|前男友|前女友|邻居|同事|\bhis|\bher|\btheir)\W{0,2}的?\W{0,2}$"
)
"""Before an account that is somebody else's."""
_TROUBLE = re.compile(
    r"[^\n。！!]{0,10}?"
    + any_of(
        "怎[么幺样](?!加|联系|领)|如何(?!加|联系)|点样?用|点整",
        "闪退|崩溃|卡顿|打不开|开唔到|登[录入]?(?:不|唔)|报错|故障|[收发]不到",
        "版本|型号|安装|更新[后了不失完]|升级[后了不失完]",
        r"\b(?:crash\w*|errors?|bugs?|won'?t|not work\w*|doesn'?t|log ?in|updat\w+|install\w*|freez\w+|version|models?|issues?"
        r"|problems?|broken)\b",
    )
)
"""What one asks for help with behind a messenger's name."""

_DEALS_REFUSED = re.compile(
    any_of(
        *FRAUD,
        *REPORTED,
        *FORBIDDEN,
        "谨防|警惕",
        "被骗|骗钱|风险|投诉|靠谱|违规|封号|处罚|拒绝",
        "(?<![别不])走平台|(?:别|勿|不要|不得|不可|不能|不会)私下",
    )
)
_DEAL_TOLD = re.compile(any_of(*TELLS, "[要问说]") + r"(?:我|我们|大家)?[^\n，,。！!]{0,6}$")
_DEAL_ASKED = re.compile(rf"[^\n。！!]{{0,12}}{any_of(*ASKS, '嘛')}")
"""What stands anywhere, before and behind the words of a deal past the platform in a warning, a report or a question."""

_BAIT = re.compile(
    r"[领送返赚]|免费|了解|咨询|详|优惠|福利|资源|低价|兼职|带你|带单|日结|货到|包邮|抽奖|红包|资料|牛股|内部|free|earn|profit|deal"
)
_BAIT_REACH = 12
_PROMISES = re.compile(
    r"\b(?:earn\w*|profit\w*|invest\w*|free|bitcoin|btc|crypto|income|forex|make money|cash|giveaway|promo|hookups?|sexy|nudes?"
    r"|signals?|rich|new number|gift cards?|bill)\b"
)
_SENTENCE_STOPS = ("\n", "。", "！", "!", "？", "?", "；", ";", ". ")
_SENTENCE_REACH = 60
_OWNER, _BEFORE, _REACH = 8, 30, 80
"""Characters around a lure in which its owner, who speaks of it, and promises are looked for."""


def baits_behind(text: str, end: int) -> bool:
    """Whether something is promised right behind ``end``."""
    return _BAIT.search(text, end, end + _BAIT_REACH) is not None


def baits_beside(text: str, start: int, end: int) -> bool:
    return stands_beside(_BAIT, text, start, end, _BAIT_REACH)


class Luring:
    """What ``text``, as in the view ``folded``, does with the lures in it."""

    def __init__(self, text: str) -> None:
        self._written = text

    @cached_property
    def _text(self) -> str:
        return without_denials(self._written)

    @cached_property
    def _reported(self) -> bool:
        if _MOVED.search(self._text):
            return False
        if _REPORTED.search(self._text):
            return True
        return _REPORTED_IN_ENGLISH.search(self._text) is not None and not _PROMISES.search(self._text)

    @cached_property
    def _headed(self) -> bool:
        return is_headed_warning(self._text)

    @cached_property
    def _refuses_deals(self) -> bool:
        return _DEALS_REFUSED.search(self._text) is not None

    def is_told(self, start: int, end: int) -> bool:
        """Whether the lure from ``start`` to ``end`` is only spoken of."""
        if self._is_warned_of(start) or self._is_judged(start, end) or self._is_called_for(start, end):
            return True
        return _FORBIDDEN.match(self._text, end) is not None or self.is_told_below_heading(start, end)

    def is_told_below_heading(self, start: int, end: int) -> bool:
        """Whether the sentence of a headed warning in which the lure stands says who lures, or warns of it behind the lure."""
        if not self._headed:
            return False
        begin = begin_of(self._text, start, _SENTENCE_STOPS, _SENTENCE_REACH)
        return tells(self._text, begin, start) or warns(self._text, end, end + _SENTENCE_REACH)

    def turned_out(self, end: int) -> bool:
        """Whether behind ``end`` stands what became of it, which nobody who lures would tell."""
        return _CONDEMNED.match(self._text, end) is not None

    def is_deal_told(self, start: int, end: int) -> bool:
        """Whether a deal past the platform is only spoken of: warned of, told of somebody else, or asked about."""
        told = self._refuses_deals or stands_before(_DEAL_TOLD, self._written, start, _BAIT_REACH)
        return told or _DEAL_ASKED.match(self._written, end) is not None

    def is_of_others(self, start: int) -> bool:
        """Whether the account named from ``start`` on is said to be somebody else's."""
        return stands_before(_OF_OTHERS, self._written, start, _OWNER)

    def is_of_trouble(self, start: int, end: int) -> bool:
        """Whether somebody asks for help with the messenger itself, and nothing beside it lures."""
        return _TROUBLE.match(self._written, end) is not None and not baits_beside(self._written, start, end)

    def still_offers(self, start: int, end: int) -> bool:
        """Whether a vague warning behind the lure is all that makes it one spoken of, and a promise stands beside it."""
        if (
            self.is_told_below_heading(start, end)
            or self._is_warned_of(start)
            or not _JUDGED.match(self._text, end)
            or _CONDEMNED.match(self._text, end)
        ):
            return False
        return baits_beside(self._text, start, end)

    def _is_warned_of(self, start: int) -> bool:
        return self._reported or stands_before(_SPOKEN_OF_BEFORE, self._text, start, _BEFORE)

    def _is_judged(self, start: int, end: int) -> bool:
        if _JUDGED.match(self._text, end) or self._is_asked(start, end):
            return True
        judged = _CALLED_SCAM if self._promises(start, end) else _JUDGED_IN_ENGLISH
        return judged.match(self._text, end) is not None

    def _is_asked(self, start: int, end: int) -> bool:
        asked = _ASKED.match(self._text, end)
        return asked is not None and _COAXES.search(self._text, max(0, start - 6), asked.end()) is None

    def _is_called_for(self, start: int, end: int) -> bool:
        """Whether a customer asks to be written to."""
        return stands_before(_CALLED_FOR, self._text, start, _BEFORE) and not self._promises(start, end)

    def _promises(self, start: int, end: int) -> bool:
        return _PROMISES.search(self._text, max(0, start - _REACH), end + _REACH) is not None
