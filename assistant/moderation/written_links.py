"""Links as they stand in a text, their dots and schemes disguised or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.moderation.domains import Host, parse_host
from assistant.moderation.idn import a_label, shown
from assistant.moderation.terms import automaton
from assistant.text import Normalised

_CHAR = r"[a-z0-9\u00df-\u00f6\u00f8-\u024f\u0400-\u04ff-]"
_BRACKETED = r"\s?[\[({]\s?(?:\.|dot|点|點)\s?[\])}]\s?"
_DOT = rf"(?:\.|{_BRACKETED}|\s?[点點]\s?|\sdot\s|\s\.\s|。)"
_SCHEME = r"(?<![a-z0-9])(?:h(?:tt|xx)ps?|ftp)\s?:\s?//\s?(?P<user>[^\s/@]{1,64}@)?"
_REST = r"(?P<rest>:\d{1,5})?(?P<path>[/?#][^\s\u3000-\u30ff\u4e00-\u9fff，。！？；：、“”‘’（）<>\"']{0,300})?"
_MAYBE = re.compile(rf"[a-z0-9\u00df-\u04ff]{_DOT}[a-z0-9\u00df-\u04ff]|//|xn--")
_LINK = re.compile(
    rf"(?P<scheme>{_SCHEME})?(?<!{_CHAR})(?P<host>{_CHAR}{{1,63}}+(?:{_DOT}{_CHAR}{{1,63}}+){{1,9}}){_REST}"
)
_DOTS = re.compile(_DOT)
_SURE_DOT = re.compile(rf"\.|{_BRACKETED}")
"""A dot that is no full stop or word of a sentence in a script without spaces."""
_AFTER = ".,!?;:)]}'\""
"""What ends a sentence rather than a link."""
_BEFORE = re.compile(rf"(?P<scheme>{_SCHEME})(?:[\w-]{{1,63}}\.){{0,5}}$")
_IN_ANOTHER = re.compile(r"//(?:[^\s/@]{1,64}@)?[\w.-]{0,250}[\w-]$")
_REACH = 400
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
"""Letters of scripts that write sentences without spaces."""


@dataclass(frozen=True, slots=True)
class Link:
    """``written`` are the host's labels as an ordinary resolver would look the original characters up; ``plain_dots`` has one item per
    dot."""

    start: int
    end: int
    scheme: bool
    user: str
    path: str
    labels: tuple[str, ...]
    written: tuple[str, ...]
    plain_dots: tuple[bool, ...]

    def readings(self) -> Iterator[Host]:
        """The whole host, or as much of it as is one; then what stands before a disguised dot: a sentence may go on right after a
        link."""
        parsed = False
        for end in range(len(self.labels), 1, -1):
            if parsed and self.plain_dots[end - 1]:
                continue
            if host := parse_host(self.labels[:end]):
                parsed = True
                yield host


class LinkReader:
    """Reads links in the letters of Europe; and, in any script, those to ``listed`` domains: where words are not divided by spaces,
    nothing but the name tells where a host begins."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._listed: defaultdict[str, list[re.Pattern[str]]] = defaultdict(list)
        for domain in sorted({shown(one) for one in listed}, key=lambda one: (-len(one), one)):
            if not _LINK.fullmatch(Normalised(domain).plain.text):
                labels = domain.split(".")
                for first in _spellings(labels[0]):
                    self._listed[first].append(_host_of(labels))
        self._finder = automaton({first: [first] for first in self._listed})

    def find(self, text: Normalised) -> list[Link]:
        listed = list(self._find_listed(text)) if self._finder else []
        view = text.plain
        if not _MAYBE.search(view.text):
            return listed
        found = (_read(text, match) for match in _LINK.finditer(view.text))
        return [*listed, *(one for one in found if not any(_overlap(one, other) for other in listed))]

    def _find_listed(self, text: Normalised) -> Iterator[Link]:
        done, whole = 0, text.plain.text
        for last, (first,) in self._finder.iter(whole):
            start = last + 1 - len(first)
            matches = (host.match(whole, start) for host in self._listed[first] if start >= done)
            match = next((one for one in matches if one and not _goes_on(whole, start)), None)
            if match and (link := _read_listed(text, match)):
                done = match.end("host")
                yield link


def _overlap(one: Link, other: Link) -> bool:
    return one.start < other.end and other.start < one.end


def _spellings(label: str) -> tuple[str, ...]:
    """As it is, and as it stands in the view ``plain``."""
    return tuple(dict.fromkeys((label, Normalised(label).plain.text)))


def _host_of(labels: Iterable[str]) -> re.Pattern[str]:
    """The host, a group per label behind the group of all."""
    each = ("(" + "|".join(map(re.escape, _spellings(label))) + ")" for label in labels)
    return re.compile(rf"(?P<host>{_DOT.join(each)})(?![a-z0-9-]|\.[a-z0-9]){_REST}")


def _goes_on(text: str, start: int) -> bool:
    """Whether the label at ``start`` began before it: after a scheme the host is whatever stands there; elsewhere a sentence may go over
    into a link without a space."""
    before, here = text[start - 1 : start], text[start]
    if not before.isalnum() and before != "-":
        return False
    if here.isascii() == before.isascii() and not _SPACELESS.match(here):
        return True
    return (before.isascii() and not here.isascii()) or _IN_ANOTHER.search(
        text, max(0, start - _REACH), start
    ) is not None


def _read(text: Normalised, match: re.Match[str]) -> Link:
    dots = list(_DOTS.finditer(text.plain.text, *match.span("host")))
    starts = [match.start("host"), *(dot.end() for dot in dots)]
    ends = [*(dot.start() for dot in dots), match.end("host")]
    return _link(text, match, list(zip(starts, ends, strict=True)), match)


def _read_listed(text: Normalised, match: re.Match[str]) -> Link | None:
    """``None`` where a full stop between two sentences passes for the dot."""
    whole = text.plain.text
    before = _BEFORE.search(whole, max(0, match.start() - _REACH), match.start())
    places = [match.span(group) for group in range(2, match.re.groupindex["rest"])]
    if before is None and not all(
        _SURE_DOT.fullmatch(whole, end, start) or whole[end - 1].isascii() or whole[start].isascii()
        for (_, end), (start, _) in pairwise(places)
    ):
        return None
    return _link(text, match, places, before)


def _link(
    text: Normalised, match: re.Match[str], places: Sequence[tuple[int, int]], scheme: re.Match[str] | None
) -> Link:
    """``places`` are those of the labels; ``scheme`` is the match that begins with it."""
    view = text.plain
    first = scheme.start() if scheme else match.start()
    start, end = view.span(first, match.start() + len(match[0].rstrip(_AFTER)))
    return Link(
        start,
        end,
        scheme=bool(scheme and scheme["scheme"]),
        user=(scheme["user"] if scheme else "") or "",
        path=match["path"] or "",
        labels=tuple(view.text[a:b] for a, b in places),
        written=tuple(a_label(text.original[slice(*view.span(a, b))]) for a, b in places),
        plain_dots=tuple(view.text[end:start] == "." for (_, end), (start, _) in pairwise(places)),
    )
