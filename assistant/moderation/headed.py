"""Public warnings with a heading ("【反诈预警】…"). Those who cheat write such headings too: what it says besides must tell of others, and
address nobody."""

from __future__ import annotations

import re

from assistant.moderation.spoken_of import any_of

_WARNING = any_of(
    "反诈|防骗|防诈|诈骗|骗案|预警|警示|警方|公安|警讯|紧急(?:提醒|通知|提示)|安全(?:提醒|提示)",
    r"\b(?:scam|fraud|phishing)\s(?:alert|warning|watch)",
)
_HEADING = re.compile(
    any_of(
        rf"^[^\w\n]{{0,6}}[【\[][^\n】\]]{{0,8}}{_WARNING}[^\n】\]]{{0,8}}[】\]]",
        rf"^[^\w\n]{{0,6}}[^\n：:!！。,，]{{0,8}}{_WARNING}[^\n：:!！。,，]{{0,6}}[：:!！]",
    )
)
_OTHERS_DO = any_of(
    "不法分子|(?<![信怕防])骗子|骗徒|歹徒|诈骗(?:分子|集团|团伙|犯)|诈团|冒充|假冒(?!伪)|陌生人(?!勿|别|请|莫)|凡是(?=[^\n。]{0,40}[骗诈套假])|对方(?:会|要|让|叫|以|说|发|称|自)|当对方|自称|声称|谎称|为由|小卡片|中招|受骗者",
    r"\b(?:scammers?|fraudsters?|criminals|callers?|someone|people)\s(?:\w+\s)?"
    r"(?:is|are|who|claiming|pretending|posing|texting|asking|calling|sending)\b",
)
_TELLS_OF_OTHERS = re.compile(any_of(_OTHERS_DO, r"\b(?:messages?|texts?|e?mails?|calls?|saying|claims?)\b"))
_TELLS = re.compile(
    any_of(
        _OTHERS_DO,
        "(?:切勿|请勿)(?!挂断|告诉|告知|泄|拖延|错过|相信别|离开)|千万(?:别|不要|唔好)(?!错过)|(?:别|不要|唔好)(?:轻信|相信(?!别)|点|扫|信(?!别)|理|回复|转账)",
        r"\b(?:do not|don'?t|never)\s(?:click|reply|call|trust|pay|install|open)\b(?!\sothers)",
    )
)
"""What the cheats do, and what not to do."""
_PITCHES = any_of(
    "认准|错过|我们的?老师|我是|我们(?:才是|是(?:正规|真|唯一|官方认证))|本(?:店|群|平台|公司)[^\n。]{0,6}(?:带|稳|保证|优惠|老师)|真(?:的|正的?)?老师",
    "正规(?:的?(?:平台|老师|团队|群))?(?:带单|接单|老师|加|稳)|相信别(?:家|人)",
    r"\b(?:the real|only we|but we|(?:we are|we're) (?:the )?(?:real|legit|official|only)|legit)\b",
)
_HONEST = re.compile(_PITCHES)
_LURES = re.compile(
    any_of(
        _PITCHES,
        "赔偿|理赔款|追回|挽回|维权群|放心|诚信|奖励|反诈红包",
        "请(?:您|你)?(?:立即|马上|即刻|尽快|速)?(?:加|添加|点击|扫码|(?:联系|配合)(?!当地|警|派出|物业|社区|反诈|银行|学校|辅导|保安|居委|民警|公安))",
        r"\b(?:recover|refund)\b",
    )
)
"""What those say who put such a heading over a lure."""
_ADDRESSES = re.compile(
    any_of(
        r"(?:[您你](?:的|嘅|名下|已|涉嫌|有)|请(?:您|你|立即|马上|即刻|尽快|尽速|速|配合|将|把|即)|请)[^\n。；;！!?？]{0,8}$",
        r"\byour\s(?:\w+\s){0,3}$|\bplease\s(?:\w+\s){0,2}$",
    )
)
_ADDRESSES_ITSELF = re.compile(r"[您你](?:的|嘅|名下|已|涉嫌|有)|your\b|verify\b|confirm\b")
_WARNS_BEHIND = re.compile(
    any_of(
        r"[^\n。！!?？；;]*?(?:切勿|请勿|不要|千万别|别点|别扫|别信|被骗|诈骗|套路|推销|卖保健|中招|上当|骗局)",
        r"[^\n.!?]*?\b(?:do not|don't|never|scams?|fake)\b",
    )
)
_BEFORE = 24


def heading_end(text: str) -> int:
    """Where the heading of a warning ends in ``text``, as in the view ``folded``; 0 without one."""
    heading = _HEADING.match(text)
    return heading.end() if heading else 0


def is_headed_warning(text: str) -> bool:
    """Whether ``text`` has the heading of a warning, and tells below it of what others do, without offering anything better."""
    end = heading_end(text)
    return end > 0 and _TELLS.search(text, end) is not None and not _LURES.search(text, end)


def tells(text: str, first: int, last: int) -> bool:
    """Whether what those who cheat do stands between ``first`` and ``last``."""
    return _TELLS_OF_OTHERS.search(text, first, last) is not None


def warns(text: str, first: int, last: int) -> bool:
    """Whether the sentence that goes on at ``first`` says what not to do, or what came of it, before ``last``."""
    return _WARNS_BEHIND.match(text, first, last) is not None


def addresses(text: str, start: int, end: int) -> bool:
    """Whether the words from ``start`` to ``end`` tell the reader what is said to be wrong, or what to do."""
    before = _ADDRESSES.search(text, max(0, start - _BEFORE), start)
    return before is not None or _ADDRESSES_ITSELF.match(text, start, end) is not None


def is_headed_pitch(text: str) -> bool:
    """Whether ``text`` has the heading of a warning, and praises its author below it, or calls its reader and tells of nobody."""
    end = heading_end(text)
    if end == 0:
        return False
    return _HONEST.search(text, end) is not None or (
        _LURES.search(text, end) is not None and not _TELLS.search(text, end)
    )
