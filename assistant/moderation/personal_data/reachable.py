"""How a person can be reached: e-mail, and messenger accounts given as somebody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.moderation.accounts import ACCOUNT, LINE, MAYBE, QQ, TELEGRAM, WECHAT_SURE, WHATSAPP
from assistant.moderation.domains import parse_host
from assistant.moderation.personal_data.hit import Hit, hit
from assistant.text import Normalised

_AT = r"(?:@|\s?[\[(]\s?(?:at|@)\s?[\])]\s?|\s?艾特\s?|\sat\s)"
_DOT = r"(?:\.|\s?[\[(]\s?(?:dot|\.)\s?[\])]\s?|\s?[点點]\s?|\sdot\s)"
_EMAIL = re.compile(
    rf"(?<![a-z0-9._%+-])(?P<handle>(?<=@))?(?P<user>[a-z0-9_][a-z0-9._%+-]{{0,63}}+)(?P<at>{_AT})"
    rf"(?P<host>[a-z0-9][a-z0-9-]{{0,62}}+(?:{_DOT}[a-z0-9][a-z0-9-]{{0,62}}+){{1,4}}+)(?![a-z0-9@])(?!:[a-z0-9._~-]*/|:[a-z0-9._~-]+\.git)"
)
_EMAIL_MAYBE = re.compile(r"@|[\[(]\s?at|艾特|\sat\s\S+\sdot\s")
_ROLE = re.compile(
    r"(?:info|support|service|services|contact|sales|admin|hello|help|hr|jobs|noreply|no-reply|donotreply|feedback|press|marketing|abuse|postmaster|webmaster|kefu|cs|office|security|privacy|legal"
    r"|git|hg|svn|dev|devs|users|list|team|community|newsletter|subscribe|unsubscribe)\d{0,2}"
)
_MAILBOX = re.compile(
    r"(?:g|hot|proton|fox|vip\.)?mail\.[a-z.]+|(?:outlook|live|msn|icloud|me|aol)\.com|yahoo\.[a-z.]+|(?:vip\.)?(?:qq|163|126|139|189|sina|sohu)\.(?:com|cn|net)|yeah\.net"
)
"""Where people have mail; behind a name with ``@`` before it other hosts are servers of a network ("@name@mastodon.social")."""
_NOBODY = re.compile(
    r"(?:your|my|first|last|user|full)?[._-]?(?:name|email|mail|user|username|account|address|someone|you|test|abc|xxx+)\d{0,3}"
)
_PLACEHOLDER = re.compile(r"(?:.+\.)?(?:example|test|invalid|localhost)(?:\.(?:com|org|net|edu|cn|tw|hk))?")
_OF_SOMEBODY = re.compile(
    r"(?P<who>(?:他|她|它|佢|阿[\u4e00-\u9fff]|ta|这个?人|那个?人|骗子|楼主|对方|前男友|前女友|邻居|同事|老板|我|本人|(?<![a-z])(?:his|her|their|my))\W{0,2}[的嘅]?\W{0,2})"
    rf"(?P<cue>(?:{WECHAT_SURE}|{QQ}|{LINE}|{TELEGRAM}|{WHATSAPP})(?:\s?(?:号码?|id|帐号|账号))?\s?(?:[:：=]|是|系|喺|is)?\s?){ACCOUNT}"
)
_OWN_VOICE = re.compile(r"我|本人|my")


def find_emails(text: Normalised) -> Iterator[Hit]:
    view = text.plain
    if not _EMAIL_MAYBE.search(view.text):
        return
    for match in _EMAIL.finditer(view.text):
        host = re.sub(_DOT, ".", match["host"])
        spoken = match["at"].strip() == "at"
        if _ROLE.fullmatch(match["user"]) or (_NOBODY.fullmatch(match["user"]) and _PLACEHOLDER.fullmatch(host)):
            continue
        if match["handle"] is not None and not _MAILBOX.fullmatch(host):
            continue
        if not parse_host(host.split(".")) or (spoken and host == match["host"]):
            continue
        yield hit(view, "email", match.span(), 0.92, f"{match['user']}@{host}")


def find_accounts(text: Normalised) -> Iterator[Hit]:
    view = text.folded
    if not MAYBE.search(view.text):
        return
    for match in _OF_SOMEBODY.finditer(view.text):
        if any(char.isdigit() or char == "_" for char in match["account"]) or match["cue"].rstrip()[-1:] in ":：=是":
            score = 0.5 if _OWN_VOICE.match(match["who"]) else 0.91
            yield hit(view, "account", match.span("account"), score, match["account"])
