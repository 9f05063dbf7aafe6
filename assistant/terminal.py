"""Text from elsewhere on a terminal: what steers it, or turns the order of what is read around, is shown as an escape."""

from __future__ import annotations

import re

_ORDER = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_STEERING = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_ORDER}]")
_MORE_LINES = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_ORDER}]")


def inert(text: str, *, one_line: bool = False) -> str:
    """``text`` with such characters as ``\\x1b`` or ``\\u202e``; line feeds and tabs stay, unless it has to be ``one_line``."""
    return (_MORE_LINES if one_line else _STEERING).sub(_escape, text)


def inert_json(line: bytes) -> bytes:
    """The same document, in one line: JSON leaves some of them as they are."""
    return line if line.isascii() and b"\x7f" not in line else _STEERING.sub(_json_escape, line.decode()).encode()


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _json_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
