"""Whether the words of a lure are only spoken of: warned of, reported, told of somebody else, or asked about.

A warning alone is not enough, since those who lure write warnings too ("beware of impostors, message me"): the words before, behind or
around the lure must say that it is another's.
"""

from __future__ import annotations

import re
from functools import cached_property

from assistant.moderation.denials import without_denials

_OTHERS = re.compile(
    r"(?:骗子|诈骗|陌生|自称|人家|有人|有(?:一|几)?个(?:人|号|账号|帐号|网友|男|女)|某个?(?:人|号|账号)|(?<!其)[他她佢]|对方|[那这]个?[人号]|呢个人|嗰个|假(?:冒|客服|账号|帐号))"
    r"[^\n\s,，。；;！!?？请可需想]{0,8}$"
    r"|(?:客服|老师|助理|小编|管理员|卖家|店家|商家|中介|群友|网友|小号|机器人)[^\n\s,，。；;！!?？请可需想]{0,4}"
    r"(?:说|话|[叫让]|发|一直|主动|又|天天|总|老是|突然|偷偷|居然|竟)[^\n\s,，。；;！!?？请可需想]{0,6}$"
    r"|(?:天天|老是|一直|总是|总有|成日|整天|不停|频频|又|又来|突然)(?:有人|被)?$"
    r"|(?:[让叫喊劝骗]|要求|(?<![想需主重])要)(?:我们?|大家|我哋|人|阿\w)[^\n，,。！!]{0,6}$"
    r"|(?:收到|看到|见到|睇到|刷到|遇到|碰到)(?:有人|一?[个条封]|广告|短信|讯息|消息|私信|帖子|贴文|[^\w\s])[^\n，,。！!请的]{0,8}$"
    r"|\b(?:told|asked|asking|asks|tells|wants?|wanted|trying to get|tried to get|begging|invited|inviting)"
    r"\s(?:me|us|people|members|everyone|users|him|her|them)\sto\s$"
    r"|\b(?:scammers?|spammers?|strangers?|bots|they|he|she|(?:someone|somebody|people|guy|accounts?|bot)\s(?:who|that|keeps?|kept"
    r"|just|randomly|tried to|trying to))"
    r"\s(?:(?:who|that|says?|said|saying|keeps?|kept|always|just|randomly|will|would|tried to|trying to|all|keep)\s)*[\"'“]?$"
)
_WARNED = re.compile(
    r"(?:别|不要|勿|不得|不可|不用|禁止|严禁|唔好|不准|谨防|警惕|当心|小心|提防|抵制|打击|拒绝|防止)(?!犹豫|错过|再?等|怕|担心|客气|害羞|迟疑|浪费|走)[^\n\s,，。！!的]{0,6}$"
    r"|\b(?:don'?t|do not|never|not to|shouldn'?t|should not)\s(?!wait|miss|hesitate|worry|sleep|forget|be\b|think)(?:\w+\s){0,2}$"
)
_JUDGED = re.compile(
    r"[^\n。！!]{0,14}(?:(?<![被防打])骗|诈骗|千万别|别信|不要信|不要相信|勿信|拉黑|(?<!代)(?:举报|检举)|呃人)"
    r"|[^.\n!]{0,30}\b(?:scam(?:s|mers?)?|fake|reported|spam(?:mers?)?|beware)\b"
)
_REPORTED = re.compile(
    r"是不是(?:骗|真|诈)|系咪(?:骗|呃|真)|是骗[子人局]|都是骗|系骗|别(?:相)?信(?!别|那|其他|他们|同行)|不要(?:相)?信(?!别|那|其他|他们|同行)|勿信|怎[么幺](?:举报|检举)|点样?(?:举报|检举)"
    r"|已(?:经)?(?:被我)?(?:举报|检举|拉黑|封锁)|(?<!代)(?:举报|检举|拉黑|封锁)(?:了|咗)|(?:要|想)(?:举报|检举)|被骗了|呃咗"
    r"|\b(?:is (?:this|it) (?:a |really a )?scam|(?:is|are|it'?s|was) (?:definitely |probably |obviously |all )?(?:a )?scam(?:mers?"
    r"|s)?\b|(?:i|we|already|just|and|have) reported|how (?:do|can) i report)"
)
_ASKED = re.compile(r"[^\n。！!,，；;：:]{0,14}(?:[吗咩?？]|[么幺]\W*$)")
_COAXES = re.compile(r"想|要不要|要[吗嘛]|您|还在|还等|等什|心动|需要|好[吗嘛]")
"""What stands in the question of somebody who lures ("想进群领红包吗？")."""
_CALLED_FOR = re.compile(
    r"\b(?:can|could|would|will|may)\s(?:you|u|someone|anyone|somebody|support|staff|they|i|we|he|she)"
    r"\s(?:(?:please|pls|plz|kindly|also|just|maybe|perhaps)\s)?$"
)
_BAIT = re.compile(
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
        return _REPORTED.search(self._text) is not None

    def is_told(self, start: int, end: int) -> bool:
        """Whether the lure from ``start`` to ``end`` is only spoken of."""
        text, least = self._text, max(0, start - _BEFORE)
        if self._reported or _OTHERS.search(text, least, start) or _WARNED.search(text, least, start):
            return True
        return _JUDGED.match(text, end) is not None or self._is_asked(start, end) or self._is_called_for(start, end)

    def _is_asked(self, start: int, end: int) -> bool:
        asked = _ASKED.match(self._text, end)
        return asked is not None and _COAXES.search(self._text, max(0, start - 6), asked.end()) is None

    def _is_called_for(self, start: int, end: int) -> bool:
        """Whether a customer asks to be written to."""
        asks = _CALLED_FOR.search(self._text, max(0, start - _BEFORE), start)
        return asks is not None and not _BAIT.search(self._text, max(0, start - _REACH), end + _REACH)
