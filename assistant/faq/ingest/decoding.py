"""Bytes as text: Unicode where they say so or can only be so, else GB 18030 or Big5, whichever reads like Chinese."""

from __future__ import annotations

import codecs
import re

from assistant.faq.ingest.document import unreadable
from assistant.text.characters import TABLES
from assistant.text.han import HANS_ONLY, HANT_ONLY, fold

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROL = 0.01
_SAMPLE = 20_000
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)


def decode(name: str, content: bytes, *, html: bool = False) -> str:
    """The text of a file, without a byte order mark, lines parted by ``\\n``. Of ``html``, the encoding that it declares counts.

    Raises:
        InvalidInput: it is not text, or in no encoding that is known here.
    """
    text = _decoded(content, _declared(content) if html else None)
    if text is None:
        raise unreadable(name, "is in an encoding that is not known here: save it as UTF-8")
    if len(_CONTROL.findall(text[:_SAMPLE])) > _MOST_CONTROL * min(len(text), _SAMPLE):
        raise unreadable(name, "is not text: its bytes belong to another kind of file than its name says")
    return _CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes, declared: str | None) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _as(content[len(mark) :], encoding)
    text = _as(content, declared) if declared else None
    if text is None:
        text = _as(content, "utf-8")
    return text if text is not None else _chinese(content)


def _chinese(content: bytes) -> str | None:
    """Both encodings take most of the other's bytes: the wrong one gives characters that nobody writes."""
    found = [text for encoding in ("gb18030", "big5hkscs", "cp950") if (text := _as(content, encoding)) is not None]
    return max(found, key=_plausible, default=None)


def _plausible(text: str) -> float:
    """The share of characters that Chinese texts are made of, where wrong decoding finds private and rare ones."""
    written = [char for char in text[:_SAMPLE] if not char.isascii()]
    return sum(map(_likely, written)) / max(1, len(written))


def _likely(char: str) -> float:
    if fold(char) in _COMMON or char in "，。、：；！？「」『』（）《》“”‘’…—　":
        return 1.0
    return 0.2 if char in HANS_ONLY or char in HANT_ONLY else 0.0


def _declared(content: bytes) -> str | None:
    found = _DECLARED.search(content[:4096])
    if found is None:
        return None
    name = found[1].decode("ascii").lower()
    return {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(name, name)


def _as(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


_COMMON = frozenset((TABLES / "common.txt").read_text(encoding="utf-8").strip())
"""In Simplified."""
