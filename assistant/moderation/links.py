"""Links and bare domains: denied ones, shorteners, invitations, bare addresses, and look-alikes of known names.

An ordinary link is no finding. Disguised dots ("example[.]com", "example 点 com") and schemes (hxxp) are read as what they stand for.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from enum import StrEnum

from assistant.moderation.domains import Host, Names, known_domains, own_names, parse_host
from assistant.moderation.idn import looked_up, shown, within
from assistant.moderation.owned import owned_by
from assistant.moderation.written_links import Link, LinkReader
from assistant.text import Normalised
from assistant.types import Finding, Label, Links, Own

_FIRST_NAME = re.compile(r"(?:[ps]/|\?phone=)?(?:[@+~]|%40|%2b)?([^/?#&]+)")

SHORTENER_SCORE = 0.5
INVITE_SCORE = 0.91


class LinkKind(StrEnum):
    """What is found, as in ``rule:link.<kind>``."""

    DENIED = "denied"
    LOOKALIKE = "lookalike"
    USERINFO = "userinfo"
    IP = "ip"
    INVITE = "invite"
    SHORTENER = "shortener"


_Found = tuple[LinkKind, str, float]
"""Kind, label, score."""


class LinkRules:
    """The rules of one community: its own domains are exempt, its allowed ones too, and its denied ones are found before both but
    its own."""

    def __init__(self, links: Links, own: Own) -> None:
        self._own = frozenset(map(looked_up, own.domains))
        self._deny = frozenset(map(looked_up, links.deny))
        self._allow = frozenset(map(looked_up, links.allow))
        self._deny_label = links.deny_label
        names = (*own_names((*own.domains, *links.protect)), *known_domains().names)
        self._names = Names(names)
        self._official = frozenset(looked_up(domain) for name in names for domain in name.official)
        self._reader = LinkReader((*own.domains, *links.protect, *links.allow, *links.deny))
        self._owned = owned_by(own)

    def find(self, text: Normalised) -> list[Finding]:
        """At most one finding per link, spanning the whole link."""
        return [finding for link in self._reader.find(text) if (finding := self._judge(link))]

    def _judge(self, link: Link) -> Finding | None:
        found = self._judge_host(link)
        if found is None:
            return None
        kind, label, score = found
        return Finding(label, score, link.start, link.end, f"rule:link.{kind}")

    def _judge_host(self, link: Link) -> _Found | None:
        if len(link.labels) == 4 and all(label.isdigit() for label in link.labels):
            return (LinkKind.IP, Label.FRAUD, 0.6) if link.scheme and _is_public(".".join(link.labels)) else None
        for host in link.readings():
            if found := self._judge_known(link, host):
                return found
        return None

    def _judge_known(self, link: Link, host: Host) -> _Found | None:
        resolved = link.written[: len(host.labels)]
        if within(resolved, self._own):
            return None
        if host.within(self._deny) or within(resolved, self._deny):
            return LinkKind.DENIED, self._deny_label, 0.95
        if within(resolved, self._allow):
            return None
        if fake := self._imitation(host, resolved):
            return LinkKind.LOOKALIKE, Label.FRAUD, fake
        if link.user and "." in link.user:
            return LinkKind.USERINFO, Label.FRAUD, 0.91
        return self._detour(link, host)

    def _imitation(self, host: Host, resolved: Sequence[str]) -> float:
        if within(resolved, self._official):
            return 0.0
        if host.within(self._official):
            return 0.95
        decoded = _decoded(host)
        if decoded is not None and decoded.within(self._official):
            return 0.95
        seen = self._names.imitated_by(decoded or host)
        if decoded is None and resolved == host.labels:
            return seen
        written = parse_host([shown(label) for label in resolved])
        return max(seen, self._names.imitated_by(written)) if written else seen

    def _detour(self, link: Link, host: Host) -> _Found | None:
        name = ".".join(host.labels).removeprefix("www.")
        address = f"{name}{link.path}"
        for invite in known_domains().invites:
            if address == invite or address.startswith((f"{invite}/", f"{invite}?")):
                where = address.removeprefix(invite).strip("/")
                return (LinkKind.INVITE, Label.SPAM, INVITE_SCORE) if where and not self._leads_home(where) else None
        if host.within(known_domains().shorteners) and link.path.strip("/"):
            return LinkKind.SHORTENER, Label.SPAM, SHORTENER_SCORE
        return None

    def _leads_home(self, where: str) -> bool:
        """Whether the name after an invitation's address ("@shop", "p/@shop", "?phone=123") is one of the community's own."""
        name = _FIRST_NAME.match(where)
        return name is not None and self._owned.is_account(name[1])


def _decoded(host: Host) -> Host | None:
    """The host that a punycode host shows to the eye, look-alike letters read as what they imitate; ``None`` without punycode."""
    if not any(label.startswith("xn--") for label in host.labels):
        return None
    return parse_host([Normalised(shown(one)).plain.text if one.startswith("xn--") else one for one in host.labels])


def _is_public(address: str) -> bool:
    try:
        return ipaddress.IPv4Address(address).is_global
    except ValueError:
        return False
