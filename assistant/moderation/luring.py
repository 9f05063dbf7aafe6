"""Whether the words of a lure are only spoken of: warned of, reported, told of somebody else, or asked about.

A warning alone is not enough, since those who lure write warnings too ("beware of impostors, message me"): the words before, behind or
around the lure must say that it is another's.
"""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.denials import without_denials

_GAP = r"[^\n\s,，。；;！!?？请可需想赚富躺轻月翻入送福利牛免]"
"""What may stand between who speaks of a lure and the lure: no word of a promise."""
_OTHERS = re.compile(
    r"(?:骗子|骗局|诈骗|陌生|自称|人家|有人|有(?:一|几)?个(?:人|号|账号|帐号|网友|男|女)|某个?(?:人|号|账号)|(?<!其)[他她佢]|对方|[那这]个?[人号]|呢个人|嗰个|(?:假|冒充|冒名)冒?(?:的|嘅)?(?:客服|账号|帐号|老师|小编|官方|我们|我哋|你们|群主|管理|店家|卖家))"
    rf"{_GAP}{{0,8}}$"
    rf"|(?:客服|老师|助理|小编|管理员|卖家|店家|商家|中介|群友|网友|小号|机器人)(?:{_GAP}{{0,4}}(?:[说话叫让喊催劝]|发(?:消息|讯息|信息|私信|短信|链接))"
    rf"(?!你|您|大家){_GAP}{{0,6}}|{_GAP}{{0,4}}(?:一直|主动|又|天天|总是?|老是|突然|偷偷|居然|竟然?))$"
    r"|(?<![利股惠包品单送财钱份额])(?:天天|老是|一直|总是|总有|成日|整天|不停|频频|又|又来|突然)(?:有人|被)?$"
    r"|(?:(?:[让叫喊劝骗]|要求|(?<![想需主重])要)(?:我们?|我哋|阿\w)|(?:[叫喊劝]|要求|骗)(?:大家|人))"
    r"[^\n，,。！!的赚富躺轻月翻告通宣推介享帮有自]{0,6}$"
    r"|(?:收到|看到|见到|睇到|刷到|遇到|碰到)(?:有人|一?[个条封]|广告|短信|讯息|消息|私信|帖子|贴文)[^\n，,。！!请的]{0,6}(?:[叫让说话]|要我)[^\n，,。！!请的]{0,4}$"
    r"|(?:收到|看到|见到|睇到|刷到|遇到|碰到)[「『“‘\"'][^\n，,。！!请的」』”’\"']{0,8}$"
    r"|\b(?:told|asked|asking|asks|tells|wants?|wanted|trying to get|tried to get|begging|invited|inviting)"
    r"\s(?:me|us|people|members|everyone|users|him|her|them)\sto\s$"
    r"|\b(?:scammers?|spammers?|strangers?|bots|they|he|she|(?:someone|somebody|people|guys?|accounts?|ads?|bot)\s(?:who|that|says?|said|saying|keeps?|kept"
    r"|just|randomly|tried to|trying to))"
    r"\s(?:(?:who|that|says?|said|saying|keeps?|kept|always|just|randomly|will|would|tried to|trying to|all|keep)\s)*[\"'“]?$"
)
_WARNED = re.compile(
    r"(?:(?<![特个级区分性告差类辨识送道])别|不要|勿|不得|不可|禁止|严禁|唔好|唔准|不准|拒绝)(?!(?:相|轻|听)?信(?:别|那(?!些(?:让|叫|要|说))|其他|他们|同行|骗))"
    r"(?:再|随便|随意|轻易|乱咁?|胡乱|咁|去|主动|私自|擅自|自行|[在喺](?:群里?|群组|评论区?|这里|呢度|帖子里?|版上|社团里?)?|群组?[里内]?|给|畀|俾|让|叫|要求|诱导|引导|相信|轻信|听信|信|理会?"
    r"|陌生人|任何人?|有人|人|[这那][种类些]|[呢嗰]?啲|[叫让要]你|说|话|所谓|大家|用户|会员|学员|买家|以|用|通过|发布?|发送|广告|频繁|不停|一直|总是|老是|为由){0,5}$"
    rf"|(?:谨防|警惕|当心|小心|提防|抵制|打击|防止)(?!错过|再|后悔|套路|踩|亏|买|假(?!冒?(?:客服|账号|帐号|老师|小编))|失|走|丢|找不|上当|受骗|被骗|被封|封号){_GAP}{{0,6}}$"
    r"|\b(?:don'?t|do not|never|not to|shouldn'?t|should not)\s(?:(?:ever|please|pls|try|trying|to|let|anyone|people|start|want)\s){0,3}$"
)
_JUDGED = re.compile(
    r"[^\n。！!]{0,14}(?:(?<![被防打谁怕诈])骗(?!你|子(?:滚|勿|太多|死|别|绕|请|走))|(?<![防反])诈骗|(?:我|已|已经|直接|马上|立刻|把[他她佢])拉黑|拉黑(?:了|咗)|(?<!代)(?<!同行)(?:举报|检举)(?!者|死|的?全家|必|狗|的死)|呃人(?!嘅)|(?:结果|居然|然后|就|我[爸妈]?|同学|朋友)(?:被骗|畀人呃|俾人呃))"
    r"|[^\n。！!其别外同]{0,20}(?:(?:别|不要|唔好)(?:相)?信|勿信|千万别(?:加(?!别)|去|点|理|上当|扫|进|回|听)|(?<!不)是骗[子人局]|都是骗|系骗)(?!别|那|其他|他们|同行|骗)"
)
_CONDEMNED = re.compile(
    r"[^\n。！!其别外同]{0,12}(?:(?<!不)(?:[是系]|全|都)(?:骗|诈骗|呃)|(?:结果|居然|然后|就|我[爸妈]?|同学|朋友)(?:被骗|畀人呃|俾人呃)|(?<!代)(?:举报|检举)|拉黑)"
)
"""What says outright that it is a fraud, or what became of it."""
_JUDGED_IN_ENGLISH = re.compile(r"[^.\n!]{0,30}\b(?:scam(?:s|mers?)?|fake|(?<!be )reported|spam(?:mers?)?|beware)\b")
_CALLED_SCAM = re.compile(
    r"[^\n!]{0,40}\b(?:(?:is|it'?s|are|was|were|such|total|obvious|another)\s(?:\w+\s){0,2}(?:scam(?:s|mers?)?|spam)\b(?![^.\n]*[?？][^\n]*\w)"
    r"|then scam|scammed (?:me|us)|got scammed|(?<!be )reported\b)"
)
"""The same beside a promise, where a word alone may be the seller's ("beware of fake accounts")."""
_BY = r"(?<![代被号遭])(?<!被人)(?<!畀人)(?<!俾人)(?<!给人)(?<!让人)(?<!恶意)(?<!同行)"
_REPORTED = re.compile(
    r"(?<![管论问])(?:是不是|系咪)(?:骗|真|诈|呃)(?![^\n]{0,8}(?:不是|不骗|唔系|唔呃|试试|试下|当然))|这(?:个|条|种|明显|肯定|就|绝对){0,2}是(?:骗|诈)|怎[么幺](?:举报|检举)|点样?(?:举报|检举)"
    rf"|(?<!号)已(?:经)?(?:被我)?(?:举报|检举|拉黑|封锁)|{_BY}(?:举报|检举|拉黑|封锁)(?:了|咗)|(?:要|想)(?:举报|检举)"
)
_REPORTED_IN_ENGLISH = re.compile(
    r"\b(?:is (?:this|it) (?:a |really a )?scam|(?:is|are|it'?s|was) (?:definitely |probably |obviously |all )?(?:a )?scam(?:mers?"
    r"|s)?\b|(?:i|we|already|just|and|have) reported|how (?:do|can) i report)"
)
_MOVED = re.compile(
    r"[旧老原]号|[新小大]号|换号|备用号|[旧老原新](?:群|账号|帐号|微信|line|wechat)|\b(?:old|new|main|backup) (?:account|number|group)"
)
"""An account given up for another is reported by somebody else."""
_ASKED = re.compile(r"[^\n。！!,，；;：:]{0,14}(?:[吗咩?？]|[么幺]\W*$)")
_COAXES = re.compile(
    r"想|要不要|要[吗嘛]|您|还在|还等|等什|心动|需要|好[吗嘛]|不香|唔香|可以[吗嘛么幺?？]|行[吗嘛么幺]|懂|值得|敢[不吗]|得唔得"
)
"""What stands in the question of somebody who lures ("想进群领红包吗？")."""
_CALLED_FOR = re.compile(
    r"\b(?:can|could|would|will|may)\s(?:you|u|someone|anyone|somebody|support|staff|they|i|we|he|she)"
    r"\s(?:(?:please|pls|plz|kindly|also|just|maybe|perhaps)\s)?$"
)
BAIT = re.compile(
    r"[领送返赚]|免费|了解|咨询|详|优惠|福利|资源|低价|兼职|带你|带单|日结|货到|包邮|抽奖|红包|资料|牛股|内部|free|earn|profit|deal"
)
BAIT_REACH = 12
_PROMISES = re.compile(
    r"\b(?:earn\w*|profit\w*|invest\w*|free|bitcoin|btc|crypto|income|forex|make money|cash|giveaway|promo|hookups?|sexy|nudes?"
    r"|signals?|rich|new number|gift cards?|bill)\b"
)
_BEFORE, _REACH = 30, 80


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

    def is_told(self, start: int, end: int) -> bool:
        """Whether the lure from ``start`` to ``end`` is only spoken of."""
        return self._is_warned_of(start) or self._is_judged(start, end) or self._is_called_for(start, end)

    def still_offers(self, start: int, end: int) -> bool:
        """Whether a vague warning behind the lure is all that makes it one spoken of, and a promise stands beside it."""
        if self._is_warned_of(start) or not _JUDGED.match(self._text, end) or _CONDEMNED.match(self._text, end):
            return False
        before = BAIT.search(self._text, max(0, start - BAIT_REACH), start)
        return before is not None or BAIT.search(self._text, end, end + BAIT_REACH) is not None

    def _is_warned_of(self, start: int) -> bool:
        text, least = self._text, max(0, start - _BEFORE)
        return self._reported or bool(_OTHERS.search(text, least, start) or _WARNED.search(text, least, start))

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
        asks = _CALLED_FOR.search(self._text, max(0, start - _BEFORE), start)
        return asks is not None and not self._promises(start, end)

    def _promises(self, start: int, end: int) -> bool:
        return _PROMISES.search(self._text, max(0, start - _REACH), end + _REACH) is not None
