"""How people name a place to talk elsewhere: channels with their nicknames and disguises, and what an account looks like.

All expressions are matched in the ``folded`` view: lower case, Simplified, separators kept.
"""

from __future__ import annotations

import re

_S = r"[\W_]{0,3}"
"""What may be inserted inside a word to hide it: emoji, dots, spaces."""

WECHAT_SURE = (
    rf"(?:[微薇徽]{_S}(?:[信芯❤]|xin(?![a-z]))|(?<![a-z])v{_S}信|(?<![a-z])v❤"
    rf"|(?<![a-z])(?:we{_S}chat|weixin|vx|wx|wei{_S}xin)(?![a-z]))"
)
"""WeChat, or a nickname that stands for nothing else."""
WECHAT_MAYBE = r"(?:[威维唯卫巍](?:信|星)|微x|[微薇](?![\u4e00-\u9fff])|(?<![a-z])v(?![a-z])|(?<![a-z0-9])wei(?![a-z]))"
"""Read as WeChat only beside an account."""
QQ = rf"(?:(?<![a-z])q{_S}q|扣{_S}扣|叩叩|企鹅号?|(?<![a-z])q(?=群|裙|号|[:：]))"
LINE = (
    r"(?:(?<![a-z])l[i1!|]ne(?![a-z]|\s?(?:pay|points?|up|today|tv|bank|music|webtoon|购物|贴图|礼物|of\b|in\b|and\b|is\b))"
    r"|赖(?!清德|先生|小姐|太太|老师|皮|床|账|帐|上|着|著|以|于|斯|氨|活|死|在))"
)
TELEGRAM = r"(?:(?<![a-z])(?:telegram|t[^\w\s.&/-]{0,2}g|tele)(?![a-z])|电报|纸飞机|飞机(?=号|群|[:：@]|\s@))"
WHATSAPP = r"(?:(?<![a-z])(?:what{0,1}s\s?app|wts|whats)(?![a-z]))"
OTHER = r"(?:(?<![a-z])(?:skype|potato|signal|kakao(?:talk)?|snap(?:chat)?|kik|instagram|insta|ig|discord)(?![a-z])|蝙蝠(?=号|群|[:：]))"

SURE = rf"(?:{WECHAT_SURE}|{QQ}|{LINE}|{TELEGRAM}|{WHATSAPP})"
ANY = rf"(?:{SURE}|{OTHER})"

ACCOUNT = r"(?P<account>@?[a-z][a-z0-9_.-]{3,30}[a-z0-9_]|@?[a-z]{1,4}\d{3,12}|\+?\d[\d -]{3,15}\d)(?![a-z0-9])"
"""A user name of 5 characters or more, or a number of 5 digits or more."""

MAYBE = re.compile(
    rf"[微薇徽扣叩赖私➕]|[威维唯卫巍][信星]|v{_S}(?:信|x|❤|[:：])|加{_S}v|电报|飞机|蝙蝠|企鹅|群|扫|码|平台|qq|q{_S}q|l[i1!|]ne|wechat|weixin"
    r"|wei|wx|t[^\w\s.&/-]{0,2}g|tele|what|wts|skype|signal|kakao|snap|kik|insta|(?<![a-z0-9])(?:ig|dm|pm)(?![a-z0-9])|discord|inbox"
)
"""Matches nothing in most messages; what it does not match holds no channel."""
