"""Written words as they are kept: without what no reader sees, lines of one sentence joined."""

from __future__ import annotations

import re

from assistant.text.han import HAN

_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufeff\ufffe\uffff]|[\x01-\x08\x0b\x0e-\x1f\x7f]")
_SPACES = re.compile("[ \t\xa0\u2000-\u200a\u202f\u3000]+")
_AROUND_BREAK = re.compile(r"[ \t]*[\n\v\f\u0085\u2028\u2029][ \t]*")
_BLANK = re.compile(r"\n{3,}")
_WIDE = f"{HAN}\u3001-\u3003\u3008-\u3011\u3014-\u301b\uff00-\uffef\u201c\u201d\u2018\u2019\u2026\u2014"
_WITHIN_HAN = re.compile(f"(?<=[{_WIDE}])[ \t]*\n[ \t]*(?=[{_WIDE}])")
_HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_LETTER = 0.4


def tidy(text: str) -> str:
    """Without NUL, lone surrogates and other control characters; spaces as one, at most one blank line, none around it."""
    text = _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", ""))
    return _BLANK.sub("\n\n", _AROUND_BREAK.sub("\n", _SPACES.sub(" ", text))).strip()


def one_line(text: str) -> str:
    """Lines that were broken to fit a page, as one: Chinese joins without a space, a word that was parted with a hyphen is whole again."""
    return re.sub(r"\s*\n\s*", " ", _HYPHENATED.sub("", _WITHIN_HAN.sub("", tidy(text))))


def measure(text: str) -> float:
    """Length in Chinese characters; ASCII counts for less, as words have more letters than Chinese words have characters."""
    narrow = sum(map(str.isascii, text))
    return len(text) - narrow + _LETTER * narrow
