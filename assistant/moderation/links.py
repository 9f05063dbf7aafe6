"""Links and bare domains: denied ones, shorteners, invitations, bare addresses, and look-alikes of known names.

An ordinary link is no finding. Disguised dots ("example[.]com", "example 点 com") and schemes (hxxp) are read as what they stand for.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import idna

from assistant.moderation.domains import Host, Names, known_domains, own_names, parse_host
from assistant.text import Normalised, View
from assistant.types import Finding, Label, Links, Own

_CHAR = r"[a-z0-9\u00df-\u00f6\u00f8-\u024f\u0400-\u04ff-]"
_DOT = r"(?:\.|\s?[\[({]\s?(?:\.|dot|点|點)\s?[\])}]\s?|\s?[点點]\s?|\sdot\s|\s\.\s|。)"
_MAYBE = re.compile(rf"[a-z0-9\u00df-\u04ff]{_DOT}[a-z0-9\u00df-\u04ff]|//|xn--")
_LINK = re.compile(
    rf"(?P<scheme>\b(?:h(?:tt|xx)ps?|ftp)\s?:\s?//\s?(?P<user>[^\s/@]{{1,64}}@)?)?(?<!{_CHAR})"
    rf"(?P<host>{_CHAR}{{1,63}}+(?:{_DOT}{_CHAR}{{1,63}}+){{1,9}})"
    r"(?P<rest>:\d{1,5})?(?P<path>[/?#][^\s\u3000-\u30ff\u4e00-\u9fff，。！？；：、“”‘’（）<>\"']{0,300})?"
)
_DOTS = re.compile(_DOT)
_AFTER = ".,!?;:)]}'\""
"""What ends a sentence rather than a link."""
_IGNORED = {"Cf", "Mn", "Me"}
_FIRST_NAME = re.compile(r"(?:[ps]/|\?phone=)?(?:[@+~]|%40)?([^/?#&]+)")

SHORTENER_SCORE = 0.5
INVITE_SCORE = 0.91


@dataclass(frozen=True, slots=True)
class _Link:
    """``written`` are the host's labels as an ordinary resolver would read the original characters; ``plain_dots`` has one item per dot."""

    start: int
    end: int
    scheme: bool
    user: str
    path: str
    labels: tuple[str, ...]
    written: tuple[str, ...]
    plain_dots: tuple[bool, ...]


class LinkRules:
    """The rules of one community: its own domains are exempt, its allowed ones too, and its denied ones are found before both but
    its own. ``Finding.source`` is ``rule:link.denied``, ``.lookalike``, ``.userinfo``, ``.ip``, ``.invite`` or ``.shortener``.
    """

    def __init__(self, links: Links, own: Own) -> None:
        self._own = frozenset(domain.lower().strip(".") for domain in own.domains)
        self._deny = frozenset(domain.lower().strip(".") for domain in links.deny)
        self._allow = frozenset(domain.lower().strip(".") for domain in links.allow)
        self._deny_label = links.deny_label
        names = (*own_names((*own.domains, *links.protect)), *known_domains().names)
        self._names = Names(names)
        self._official = frozenset(domain for name in names for domain in name.official)
        self._accounts = frozenset(account.lower().strip("@+ ") for account in own.accounts if account.strip("@ "))

    def find(self, text: Normalised) -> list[Finding]:
        """At most one finding per link, spanning the whole link."""
        view = text.plain
        if not _MAYBE.search(view.text):
            return []
        return [finding for link in _links(text, view) if (finding := self._judge(link))]

    def _judge(self, link: _Link) -> Finding | None:
        found = self._judge_host(link)
        if found is None:
            return None
        kind, label, score = found
        return Finding(label, score, link.start, link.end, f"rule:link.{kind}")

    def _judge_host(self, link: _Link) -> tuple[str, str, float] | None:
        if len(link.labels) == 4 and all(label.isdigit() for label in link.labels):
            return ("ip", Label.FRAUD, 0.6) if link.scheme and _is_public(".".join(link.labels)) else None
        for host in _readings(link):
            if found := self._judge_known(link, host):
                return found
        return None

    def _judge_known(self, link: _Link, host: Host) -> tuple[str, str, float] | None:
        genuine = link.written[: len(host.labels)] == host.labels
        if genuine and host.within(self._own):
            return None
        if host.within(self._deny):
            return "denied", self._deny_label, 0.95
        if genuine and host.within(self._allow):
            return None
        if fake := self._imitation(host, genuine=genuine):
            return "lookalike", Label.FRAUD, fake
        if link.user and "." in link.user:
            return "userinfo", Label.FRAUD, 0.91
        return self._detour(link, host)

    def _imitation(self, host: Host, *, genuine: bool) -> float:
        if not genuine and host.within(self._official):
            return 0.95
        decoded = _decoded(host)
        if decoded is not None:
            return 0.95 if decoded.within(self._official) else self._names.imitated_by(decoded)
        return 0.0 if host.within(self._official) else self._names.imitated_by(host)

    def _detour(self, link: _Link, host: Host) -> tuple[str, str, float] | None:
        name = ".".join(host.labels).removeprefix("www.")
        address = f"{name}{link.path}"
        for invite in known_domains().invites:
            if address == invite or address.startswith((f"{invite}/", f"{invite}?")):
                where = address.removeprefix(invite).strip("/")
                return ("invite", Label.SPAM, INVITE_SCORE) if where and not self._leads_home(where) else None
        if host.within(known_domains().shorteners) and link.path.strip("/"):
            return "shortener", Label.SPAM, SHORTENER_SCORE
        return None

    def _leads_home(self, where: str) -> bool:
        """Whether the name after an invitation's address ("@shop", "p/@shop", "?phone=123") is one of the community's own accounts."""
        name = _FIRST_NAME.match(where)
        return name is not None and name[1] in self._accounts


def _links(text: Normalised, view: View) -> Iterator[_Link]:
    for match in _LINK.finditer(view.text):
        start, end = view.span(match.start(), match.start() + len(match[0].rstrip(_AFTER)))
        dots = list(_DOTS.finditer(view.text, match.start("host"), match.end("host")))
        starts = [match.start("host"), *(dot.end() for dot in dots)]
        ends = [*(dot.start() for dot in dots), match.end("host")]
        yield _Link(
            start,
            end,
            scheme=bool(match["scheme"]),
            user=match["user"] or "",
            path=match["path"] or "",
            labels=tuple(view.text[a:b] for a, b in zip(starts, ends, strict=True)),
            written=tuple(
                _as_resolved(text.original[slice(*view.span(a, b))]) for a, b in zip(starts, ends, strict=True)
            ),
            plain_dots=tuple(dot[0] == "." for dot in dots),
        )


def _readings(link: _Link) -> Iterator[Host]:
    """The whole host, or as much of it as is one; then what stands before a disguised dot: a sentence may go on right after a link."""
    parsed = False
    for end in range(len(link.labels), 1, -1):
        if parsed and link.plain_dots[end - 1]:
            continue
        if host := parse_host(link.labels[:end]):
            parsed = True
            yield host


def _as_resolved(label: str) -> str:
    """A label as IDNA (UTS #46) maps it: width and case folded, invisible characters dropped."""
    mapped = unicodedata.normalize("NFKC", label).lower()
    return "".join(char for char in mapped if unicodedata.category(char) not in _IGNORED)


def _decoded(host: Host) -> Host | None:
    """The host that a punycode host shows to the eye, look-alike letters read as what they imitate; ``None`` without punycode."""
    if not any(label.startswith("xn--") for label in host.labels):
        return None
    labels = []
    for label in host.labels:
        try:
            labels.append(Normalised(idna.decode(label)).plain.text if label.startswith("xn--") else label)
        except (idna.IDNAError, UnicodeError):
            labels.append(label)
    return parse_host(labels)


def _is_public(address: str) -> bool:
    try:
        return ipaddress.IPv4Address(address).is_global
    except ValueError:
        return False
