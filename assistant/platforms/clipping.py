"""Texts cut to a platform's limit."""

from __future__ import annotations


def clipped_utf16(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 code units; what is cut ends in an ellipsis, and no character is cut in two."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) // 2 <= limit:
        return text
    return units[: (limit - 1) * 2].decode("utf-16-le", "ignore") + "…"
