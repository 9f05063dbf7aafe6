"""Services that a question names, ways to pay and to send: an entry that names others, or none, does not answer it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from assistant.text.han import fold
from assistant.types.faq import Entry

_TABLE: Final = Path(__file__).parent / "rules" / "services.toml"


def services(text: str) -> frozenset[str]:
    """The ids of those that ``text`` names."""
    pattern, ids = _names()
    even = fold(unicodedata.normalize("NFKC", text).casefold())
    return frozenset(ids[match[0]] for match in pattern.finditer(even))


def speaks_of_others(entry: Entry, question: str) -> bool:
    """Whether ``question`` names services of which ``entry`` names none."""
    asked = services(question)
    return bool(asked) and asked.isdisjoint(
        services("\n".join((entry.title, *entry.headings, *entry.utterances, entry.answer)))
    )


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    table: dict[str, list[str]] = tomllib.loads(_TABLE.read_text("utf-8"))["names"]
    ids = {name: service for service, names in table.items() for name in names}
    ways = [_whole(name) for name in sorted(ids, key=len, reverse=True)]
    return re.compile("|".join(ways)), ids


def _whole(name: str) -> str:
    """No letter or digit of Latin stands on either side of a name that begins or ends with one."""
    before = r"(?<![a-z0-9])" if name[0].isascii() else ""
    after = r"(?![a-z0-9])" if name[-1].isascii() else ""
    return f"{before}{re.escape(name)}{after}"
