"""Luring members elsewhere: a messenger named together with a verb, an account, or a promise.

A messenger alone is talk ("我用微信付款了"). With an account it is an invitation; disguised it is one by itself, since nobody hides an
innocent word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.moderation.accounts import (
    ACCOUNT,
    ANY,
    LINE,
    MAYBE,
    OTHER,
    QQ,
    SURE,
    TELEGRAM,
    WECHAT_MAYBE,
    WECHAT_SURE,
    WHATSAPP,
)
from assistant.moderation.editors import TO_THE_EDITOR
from assistant.moderation.luring import Luring, baits_behind, baits_beside
from assistant.moderation.orders import Orders
from assistant.moderation.overlap import surest
from assistant.moderation.owned import LONGEST_ACCOUNT, WORD, owned_by
from assistant.moderation.reported import HINT_SCORE
from assistant.moderation.spoken_of import any_of
from assistant.text import Normalised
from assistant.types import Finding, Label, Own

SOURCE = "rule:spam.contact"

_S = r"[\W_]{0,3}"
_ADD = (
    rf"(?:(?<![增更附参叠外追添累])添?加|[+➕✚]|(?<![a-z])(?:add|jia)(?![a-z])){_S}"
    rf"(?:我|你|他|她|一?下|个|老师|客服|助理|小编|好友|my|me|us|our|on|wo)?{_S}(?:的|の|on)?{_S}"
)
_GAP = r"(?:\s?(?:群|裙|号码?|id|帐号|账号|好友|客服|联系|咨询|了解|搜索?|同号|is|at)){0,2}[^a-z0-9\u4e00-\u9fff]{0,6}"
_NOT_TALK = rf"(?!支付|付款|红包|转账|转帐|钱包|读书|运动|小程序|步数|零钱|收款|朋友圈|表情|版本|公众号|官方|{_S}客服)"

_ADDED = re.compile(rf"(?P<cue>{_ADD}{SURE}{_NOT_TALK}(?:{_S}(?:群|裙|好友|号|id))?)(?:{_GAP}{ACCOUNT})?")
_ADDED_MAYBE = re.compile(rf"(?P<cue>{_ADD}(?:{WECHAT_MAYBE}|{OTHER}))(?:{_GAP}){ACCOUNT}")
_NAMED = re.compile(
    rf"(?P<cue>(?:{WECHAT_SURE}|{QQ}|{LINE}|{TELEGRAM}|{WHATSAPP})(?:\s?(?:群|裙|号码?|id|帐号|账号))?)"
    rf"(?P<link>\s?[:：=@]\s?|\s?是\s?|\s?(?:->|→|👉|➡️?)\s?|\s|){ACCOUNT}"
)
_ENGLISH = re.compile(
    r"\b(?P<cue>(?:add|text|msg|message|dm|pm|contact|hit|reach|write|find|inbox|chat\s(?:with\s)?)"
    rf"\s(?:me|us|him|her)?\s?(?:up\s|out\s)?(?:on|via|thru|through|at)\s(?:my\s)?{ANY})"
    rf"(?:{_GAP}{ACCOUNT})?"
)
_WRITE_ME = any_of(
    r"私(?:信|聊|讯)(?!(?:了|过)?(?:你们|你家|商家|卖家|店家|店主)|[^\n，,。我]{0,4}问)",
    "私我|滴滴我|滴我|戳我|小窗",
    r"(?<![a-z])(?:(?:dm|pm|inbox)\s(?:me|us)\b|(?:dm|inbox|(?<!\d)(?<!\d\s)pm)\s?我(?!\s?(?:问|讲)[过咗]))",
)
_WHAT_FOR = any_of(
    "领取|领资料|资源|兼职|赚|带你|带单|福利|优惠|低价|接单|代购|进群|拉你|了解详情",
    r"for\s(?:promo|details|prices?|info|rates)|to\s(?:earn|make|start|join)",
)
_PRIVATE = re.compile(rf"(?P<cue>{_WRITE_ME}[^\n。！？!?]{{0,8}}?(?<![不唔没]){_WHAT_FOR})")
_NOT_LURED = r"(?!(?:你|您|我|自己)?(?:的|嘅)?(?:快递|快件|包裹|外卖|餐|饮品|发票|收据|报告|病历|处方|门票|行李|车票|证|号|筹|钥匙|药))"
"""Things of one's own that are fetched with a code."""
_SCAN = rf"扫{_S}(?:描)?{_S}(?:码|二维码|qr\s?code|qr码)[^\n。！？!?]{{0,4}}?"
_GROUP = re.compile(
    rf"(?P<cue>{_SCAN}(?:进群|加群|入群|加我|加好友|领取{_NOT_LURED}|领红包)"
    r"|(?:进|加|入)群[^\n。！？!?]{0,4}?(?:领|免费|送|抢红包|返利|赚|拿资料)|(?:拉你|带你)(?:进|入)群)"
)
_LOOK_UP = re.compile(
    rf"(?P<cue>{_ADD}(?:{SURE}|[微薇]|{WECHAT_MAYBE})[\s:：]{{0,2}}(?:看|见|在)我?的?(?:名字|昵称|网名|头像|主页|简介|签名))"
)
"""The account stands in what others see of the author."""
_DEAL = "私下(?:交易|转账|转帐)"
_CHEAPER = "(?:便宜|优惠|低价|折)"
_AROUND = re.compile(
    "(?P<cue>"
    + any_of(
        "(?:别|不要|不用|不|唔好|唔)走平台(?!的)",
        "(?:[找跟和同揾]我|直接|可以?)私下(?:交易|转账|转帐|付款|过数)",
        rf"{_CHEAPER}[^\n。！？!?]{{0,8}}{_DEAL}|{_DEAL}[^\n。！？!?]{{0,8}}{_CHEAPER}",
        r"(?:滴滴?|[私戳d])我[^\n。！？!?]{0,8}平台(?:不|唔)(?:方便|让|能|好)[说讲发聊]?",
    )
    + ")"
)
"""A deal where the platform protects nobody."""
_FRIENDLY = re.compile(r"^(?:[进加入]群[^\n。！？!?]{0,4}?抢红包|[拉带]你[进入]群)$")
_DISGUISE = re.compile(
    any_of(
        r"[薇徽➕✚❤]|[威维唯卫巍](?:信|星)|扣扣|叩叩",
        r"(?<![a-z])[vw]x(?![a-z])|v\W{0,3}信|l[1!|]ne|t[^\w\s.&/-]+g",
        r"[\u4e00-\u9fff][^\w\s，。！？,.!?:：、；]+[\u4e00-\u9fff]",
    )
)
_SYSTEMS = "iphone|ipad|ios|android|mac|win|huawei|mate|galaxy|pixel|redmi|oppo|vivo|ver"
_PRODUCTS = any_of(
    "desktop|laptop|web|app|bot|client|beta|alpha|premium|plus|pro|lite|mini|note|tab",
    "nokia|xiaomi|honor|oneplus|samsung|sony|moto|chrome|edge|firefox|safari",
    "api|sdk|build|error|code|update|release",
)
_DEVICE = re.compile(any_of(_SYSTEMS, r"v\d|\d{5,6}$|20\d\d|[a-z]\d{2,3}$", _PRODUCTS + r"[._-]?[\d.]{0,6}$"))
"""What stands after a messenger's name in talk about the messenger; one letter and three digits are too short for an account."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBER_ALONE = re.compile(r"(?<![^\s@#])\d+(?![^\s，。,.!！])")
_LEAST_ACCOUNT_DIGITS = 5
_GAP_BEFORE_NAME = 3


@dataclass(frozen=True, slots=True)
class _Lure:
    start: int
    end: int
    account: str | None
    score: float
    named: bool = False
    """Whether ``account`` is one, and not the next word."""
    disguised: bool = False


class ContactRules:
    """``own`` accounts and phone numbers are exempt; so is a cue that names no account but one of the staff, or an own one that is
    no Latin word, or the page's editor for a voucher."""

    def __init__(self, own: Own) -> None:
        self._own = owned_by(own)

    def find(self, text: Normalised) -> list[Finding]:
        """One finding per lure: it spans the words that lure, not the account."""
        view = text.folded
        if not MAYBE.search(view.text):
            return []
        lures = [lure for lure in _lures(view.text) if lure.score > 0 and not self._exempt(lure, view.text)]
        return [Finding(Label.SPAM, lure.score, *view.span(lure.start, lure.end), SOURCE) for lure in surest(lures)]

    def leading_home(self, text: Normalised) -> list[tuple[int, int]]:
        """Where the words stand that lead to an own account right behind them; original offsets."""
        view = text.folded
        if self._own.is_nothing or not MAYBE.search(view.text):
            return []
        return [
            view.span(lure.start, end) for lure in _lures(view.text) if (end := self._leads_home(lure, view.text)) > 0
        ]

    def _leads_home(self, lure: _Lure, text: str) -> int:
        """Where the own account begins; -1 without one."""
        if lure.account is not None:
            return text.find(lure.account, lure.end) if self._is_own(lure.account) else -1
        behind = self._own.names(text, lure.end, lure.end + LONGEST_ACCOUNT)
        return next((start for start in behind if start <= lure.end + _GAP_BEFORE_NAME), -1)

    def _exempt(self, lure: _Lure, text: str) -> bool:
        if lure.account is not None:
            return self._is_own(lure.account)
        if TO_THE_EDITOR.match(text, lure.start):
            return True
        first, last = max(0, lure.start - 10), lure.end + 20
        return next(self._own.names(text, first, last), None) is not None or any(
            map(self._is_own, _words(text, first, last))
        )

    def _is_own(self, account: str) -> bool:
        return self._own.is_account(account) or self._own.is_staff(account)


def _words(text: str, first: int, last: int) -> Iterator[str]:
    """Whole words between ``first`` and ``last``, without short numbers beside anything: they are quantities (7天)."""
    for word in WORD.finditer(text, first, last + LONGEST_ACCOUNT):
        if word.start() >= last:
            return
        short = word[0].isdigit() and len(word[0]) < _LEAST_ACCOUNT_DIGITS
        if not short or _NUMBER_ALONE.match(text, word.start()):
            yield word[0]


def _lures(text: str) -> Iterator[_Lure]:
    luring, orders = Luring(text), Orders(text)
    for match in _ADDED.finditer(text):
        yield _told(luring, _lure(match, with_account=0.95, bare=_bare_score(orders, text, match)))
    for match in _ADDED_MAYBE.finditer(text):
        yield _lure(match, with_account=0.92, bare=0.0)
    for match in _NAMED.finditer(text):
        if not luring.is_of_others(match.start()):
            yield _lure(match, with_account=_named_score(luring, match), bare=_spelled_score(match))
    for match in _ENGLISH.finditer(text):
        bare = 0.91 if not re.search(r"\b(?:line|signal)$", match["cue"]) else 0.4
        yield _told(luring, _lure(match, with_account=0.95, bare=bare))
    for match in _PRIVATE.finditer(text):
        yield _told(luring, _Lure(match.start("cue"), match.end("cue"), None, 0.91))
    for match in _LOOK_UP.finditer(text):
        yield _Lure(match.start("cue"), match.end("cue"), None, 0.93)
    for match in _AROUND.finditer(text):
        score = HINT_SCORE if luring.is_deal_told(*match.span()) else 0.91
        yield _Lure(match.start("cue"), match.end("cue"), None, score)
    for match in _GROUP.finditer(text):
        yield _told(luring, _Lure(match.start("cue"), match.end("cue"), None, _group_score(text, match)))


def _told(luring: Luring, lure: _Lure) -> _Lure:
    """The lure as a hint, where it names no account, is not disguised, and is only spoken of."""
    if lure.named or lure.disguised or lure.score <= HINT_SCORE or not luring.is_told(lure.start, lure.end):
        return lure
    return replace(lure, score=HINT_SCORE)


def _lure(match: re.Match[str], *, with_account: float, bare: float) -> _Lure:
    account = match["account"]
    score, named = bare, account is not None and _is_account(match)
    disguised = _DISGUISE.search(match["cue"]) is not None
    if named:
        score = 0.98 if disguised else with_account
    return _Lure(match.start("cue"), match.end("cue"), account, score, named, disguised)


def _is_account(match: re.Match[str]) -> bool:
    """Whether what follows is an account and not the next word: letters alone are one only after a Chinese invitation."""
    link = match.groupdict().get("link")
    if "@" in (link or "") or any(char.isdigit() or char in "_@" for char in match["account"]):
        return True
    return link is None and _HAN.search(match["cue"]) is not None


def _bare_score(orders: Orders, text: str, match: re.Match[str]) -> float:
    if _DISGUISE.search(match["cue"]):
        return 0.93
    if "赖" in match["cue"]:
        return 0.5 if orders.hold(*match.span("cue")) else 0.91
    return 0.91 if baits_behind(text, match.end("cue")) else 0.5


def _group_score(text: str, match: re.Match[str]) -> float:
    """Friends too take one another into a group, and play there for red packets: what is promised beside it makes it a lure."""
    if not _FRIENDLY.search(match["cue"]):
        return 0.91
    return 0.91 if baits_beside(text, *match.span()) else 0.5


def _named_score(luring: Luring, match: re.Match[str]) -> float:
    if match["link"].strip():
        return 0.92
    if _DISGUISE.search(match["cue"]):
        return 0.93
    if match["cue"][-1] in "群裙":
        return 0.91
    if match["cue"].startswith("line") or _DEVICE.match(match["account"]):
        return 0.5
    troubles = match["account"][0].isalpha() and luring.is_of_trouble(*match.span())
    return 0.5 if troubles else 0.91


def _spelled_score(match: re.Match[str]) -> float:
    """For a messenger's name before letters alone ("微信：happyshop"): an account after a colon, else the next word."""
    if match["link"].strip() in {":", "：", "="}:
        return 0.91 if _HAN.search(match["cue"]) or match["cue"].endswith("id") else 0.5
    return 0.0
