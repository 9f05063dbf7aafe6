"""Internationalised domains: as they are looked up (RFC 5890's A-labels) and as they are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence, Set
from functools import lru_cache

import idna


def looked_up(domain: str) -> str:
    """``domain`` in lower case, each label as a resolver looks it up; one that cannot be encoded stays as it is, and is no host's."""
    return ".".join(map(a_label, domain.lower().strip(".").split(".")))


def shown(domain: str) -> str:
    """The same as people read it."""
    return ".".join(map(_u_label, domain.lower().strip(".").split(".")))


def endings(labels: Sequence[str]) -> frozenset[str]:
    """The host of these labels and every domain above it."""
    return frozenset(".".join(labels[at:]) for at in range(len(labels)))


def within(labels: Sequence[str], domains: Set[str]) -> bool:
    """Whether the host of these A-labels is one of ``domains`` or a subdomain of one."""
    return not endings(labels).isdisjoint(domains)


@lru_cache(maxsize=4096)
def a_label(label: str) -> str:
    """A label as written, mapped as UTS #46 does (width and case folded, invisible characters dropped) and encoded."""
    mapped = _without(unicodedata.normalize("NFKC", label).lower(), {"Cf"})
    if mapped.isascii():
        return mapped
    try:
        return encoded(mapped)
    except ValueError:
        return _without(mapped, {"Mn", "Me"})


def encoded(label: str) -> str:
    """The A-label of a label in any script.

    Raises:
        ValueError: IDNA 2008 has none for it.
    """
    return idna.encode(label, uts46=True).decode()


def _u_label(label: str) -> str:
    try:
        return idna.decode(label) if label.startswith("xn--") else label
    except ValueError:
        return label


def _without(label: str, categories: Set[str]) -> str:
    return "".join(char for char in label if unicodedata.category(char) not in categories)
