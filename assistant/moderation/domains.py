"""What is known of domains, and whether one imitates another.

Imitation is told by four marks: foreign letters that look like a name's (Unicode UTS #39), digits and letter pairs that do (0 for o,
rn for m), one changed letter, and the name standing beside other words inside somebody else's domain.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations
from typing import NamedTuple

import tldextract

from assistant.moderation.idn import endings, shown

_SAME_SHAPE = (("rn", "m"), ("vv", "w"))
_SAME_LETTER = str.maketrans("01i35", "olles")
_LEAST_LETTERS_FOR_SPELLING = 6
_LEAST_LETTERS_FOR_NAME = 5


@dataclass(frozen=True, slots=True)
class Name:
    """A protected name. ``common`` names are also ordinary words: they count only beside a bait word."""

    text: str
    official: frozenset[str]
    common: bool = False


@dataclass(frozen=True, slots=True)
class Host:
    """A host as it would be resolved: ``domain`` is the registered label, ``suffix`` the public suffix (``com.tw``)."""

    labels: tuple[str, ...]
    domain: str
    suffix: str
    endings: frozenset[str]
    """The host and every domain above it."""

    @property
    def registered(self) -> str:
        return f"{self.domain}.{self.suffix}"

    @property
    def subdomain(self) -> tuple[str, ...]:
        return self.labels[: -1 - self.suffix.count(".") - 1]

    def within(self, domains: frozenset[str]) -> bool:
        """Whether the host is one of ``domains`` or a subdomain of one."""
        return not self.endings.isdisjoint(domains)


@dataclass(frozen=True, slots=True)
class Known:
    """The shipped data about domains."""

    shorteners: frozenset[str]
    invites: tuple[str, ...]
    throwaway: frozenset[str]
    bait: frozenset[str]
    neighbours: frozenset[str]
    names: tuple[Name, ...]


@cache
def known_domains() -> Known:
    raw = tomllib.loads((files("assistant.moderation") / "data" / "domains.toml").read_text(encoding="utf-8"))
    names = [Name(name, frozenset(own)) for name, own in raw["brands"].items()]
    names += [Name(name, frozenset(own), common=True) for name, own in raw["brands_common"].items()]
    return Known(
        shorteners=frozenset(raw["shorteners"]),
        invites=tuple(raw["invites"]),
        throwaway=frozenset(raw["throwaway"]),
        bait=frozenset(raw["bait"]),
        neighbours=frozenset(raw["neighbours"]),
        names=tuple(names),
    )


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The bundled public suffix list; the network is never asked."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def parse_host(labels: Sequence[str]) -> Host | None:
    """The host of ``labels`` (lower case, Unicode or punycode), or ``None`` when it ends in no public suffix."""
    parts = _suffixes().extract_str(".".join(labels))
    if not parts.suffix or not parts.domain:
        return None
    return Host(tuple(labels), parts.domain, parts.suffix, endings(labels))


def own_names(domains: Iterable[str]) -> tuple[Name, ...]:
    """The names to protect for a community whose registered domains these are."""
    owned = frozenset(map(shown, domains))
    hosts = [parse_host(domain.split(".")) for domain in owned]
    names = {host.domain: len(host.domain) < _LEAST_LETTERS_FOR_NAME for host in hosts if host}
    return tuple(Name(text, owned, common) for text, common in names.items())


class Names:
    """Protected names, looked up by what an imitation shares with the name it imitates, so that hundreds cost no more than one."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_trace: defaultdict[str, list[Name]] = defaultdict(list)
        for name in names:
            for trace in {name.text, skeleton(name.text), *_one_less(name.text), *name.official}:
                self._by_trace[trace].append(name)

    def imitated_by(self, host: Host) -> float:
        """How surely ``host`` imitates one of the names, which is not its own: 0 to 1."""
        seen = look_at(host)
        near = {name for trace in _traces(seen) for name in self._by_trace.get(trace, ())}
        return max((imitates(seen, name) for name in near if not host.within(name.official)), default=0.0)


class Seen(NamedTuple):
    """What is compared with every name. ``above`` is the part below which the domain is registered, between dots; empty without one."""

    host: Host
    skeleton: str
    above: str
    above_words: tuple[str, ...]
    words: tuple[str, ...]


def _traces(seen: Seen) -> Iterator[str]:
    """What a name that ``seen`` imitates has among its own: itself, its skeleton, itself with a letter less, or one of its domains."""
    domain, subdomain = seen.host.domain, seen.host.subdomain
    yield from (domain, seen.skeleton)
    yield from _one_less(domain)
    for at in range(_LEAST_LETTERS_FOR_NAME, len(domain)):
        yield domain[:at]
        yield domain[-at:]
    for word in (*seen.words, *seen.above_words):
        yield word
        yield skeleton(word)
    for start, end in combinations(range(len(subdomain) + 1), 2):
        yield ".".join(subdomain[start:end])


def _one_less(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def look_at(host: Host) -> Seen:
    above = ".".join(host.subdomain)
    words = tuple(above.replace(".", "-").split("-")) if above else ()
    return Seen(host, skeleton(host.domain), f".{above}." if above else "", words, tuple(host.domain.split("-")))


def imitates(seen: Seen, name: Name) -> float:
    """How surely a host imitates ``name``: 0 to 1."""
    known, host = known_domains(), seen.host
    if not name.common and host.domain not in known.neighbours:
        if host.domain == name.text:
            return 0.91 if host.suffix in known.throwaway else 0.0
        if seen.skeleton == skeleton(name.text):
            return 0.93
        if _glued(host.domain, name.text, known.bait):
            return 0.92
        if _one_edit(host.domain, name.text):
            return 0.91
    return max(_in_subdomain(seen, name), _in_domain(seen, name))


def _in_subdomain(seen: Seen, name: Name) -> float:
    if not seen.above:
        return 0.0
    if any(f".{own}." in seen.above for own in name.official):
        return 0.95
    return 0.91 if name.text in seen.above_words and _baited(seen, name) else 0.0


def _in_domain(seen: Seen, name: Name) -> float:
    if len(seen.words) == 1:
        return 0.0
    if name.text in seen.words:
        baited = _baited(seen, name)
        return (0.92 if baited else 0.6) if not name.common else (0.91 if baited else 0.0)
    alike = not name.common and any(skeleton(word) == skeleton(name.text) for word in seen.words)
    return 0.92 if alike else 0.0


def _baited(seen: Seen, name: Name) -> bool:
    return any(word in known_domains().bait for word in (*seen.above_words, *seen.words) if word != name.text)


def _glued(domain: str, name: str, bait: frozenset[str]) -> bool:
    if len(name) < _LEAST_LETTERS_FOR_NAME:
        return False
    return (domain.startswith(name) and domain[len(name) :] in bait) or (
        domain.endswith(name) and domain[: -len(name)] in bait
    )


@lru_cache(maxsize=4096)
def skeleton(word: str) -> str:
    """``word`` with shapes that pass for one another made one (0 and o; 1, i and l; rn and m); two words of one skeleton look alike."""
    for shape, letter in _SAME_SHAPE:
        word = word.replace(shape, letter)
    return word.translate(_SAME_LETTER)


def _one_edit(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes ``a`` of ``b``; the first letter must agree."""
    if min(len(a), len(b)) < _LEAST_LETTERS_FOR_SPELLING or abs(len(a) - len(b)) > 1 or a[0] != b[0] or a == b:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return longer[at + 1 :] == shorter[at:]
    swapped = a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
    return swapped or a[at + 1 :] == b[at + 1 :]
