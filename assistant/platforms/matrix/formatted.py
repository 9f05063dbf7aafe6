"""The visible text of ``formatted_body`` (``org.matrix.custom.html``)."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<([^<>]*)>")
_BLOCK = re.compile(
    r"/?(?:address|blockquote|br|caption|dd|div|dl|dt|h[1-6]|hr|li|mx-reply|ol|p|pre|table|td|th|tr|ul)\b",
    re.IGNORECASE,
)
_SEEN = re.compile(r"""\b(?:href|alt|title|data-mx-spoiler)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_MENTION = "https://matrix.to/"


def text_of(html: str) -> str:
    """Tags taken away, so that a word split by them is whole again; where links lead to and what pictures say is kept.

    Takes time linear in the length. It is no sanitiser: the result is read, never shown.
    """
    return unescape(_TAG.sub(_shown, html)).strip()


def same(one: str, other: str) -> bool:
    """But for white space."""
    return "".join(one.split()) == "".join(other.split())


def _shown(tag: re.Match[str]) -> str:
    inside = tag.group(1)
    seen = [next(filter(None, match.groups()), "") for match in _SEEN.finditer(inside)]
    kept = " ".join(one for one in seen if one and not one.startswith(_MENTION))
    if kept:
        return f" {kept} "
    return "\n" if _BLOCK.match(inside.strip()) else ""
