"""Markdown (CommonMark 0.31 with tables), and what may stand before it between two lines of ``---``."""

from __future__ import annotations

import re
from dataclasses import replace

from markdown_it import MarkdownIt

from assistant.faq.ingest.decoding import decode
from assistant.faq.ingest.document import Defaults, IngestLimits, unreadable
from assistant.faq.ingest.html import read_markup
from assistant.faq.ingest.languages import read_tag
from assistant.faq.ingest.passages import Reader
from assistant.faq.ingest.values import read_date, read_last, read_roles

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_]+)[ \t]*:[ \t]*(.*)")


def read_markdown(name: str, content: bytes, title: str, defaults: Defaults, limits: IngestLimits) -> Reader:
    """Raises: InvalidInput."""
    text = decode(name, content)
    front = _FRONT.match(text)
    fields = _fields(front[1]) if front else {}
    markup = MarkdownIt("commonmark", {"html": True}).enable("table").render(text[front.end() :] if front else text)
    return read_markup(name, markup, fields.get("title") or title, _defaults(name, fields, defaults), limits)


def _fields(front: str) -> dict[str, str]:
    """``name: value`` lines; ``[a, b]`` is a list, and quotes around a value are not part of it."""
    found = (_FIELD.fullmatch(line.strip()) for line in front.split("\n"))
    return {one[1].lower(): one[2].strip().strip("[]").strip().strip("\"'") for one in found if one}


def _defaults(name: str, fields: dict[str, str], defaults: Defaults) -> Defaults:
    """Raises: InvalidInput, for a date or a language that is none: what is to be hidden must not be shown by mistake."""
    zone = defaults.zone
    try:
        changes = {
            "language": read_tag(fields["language"]) if fields.get("language") else defaults.language,
            "source": fields.get("source") or defaults.source,
            "roles": read_roles(fields.get("roles", "")) or defaults.roles,
            "valid_from": read_date(fields["valid_from"], zone) if fields.get("valid_from") else defaults.valid_from,
            "valid_to": read_last(fields["valid_to"], zone) if fields.get("valid_to") else defaults.valid_to,
        }
    except ValueError as error:
        raise unreadable(name, f"begins with a field that is wrong: {error}") from None
    return replace(defaults, **changes)  # type: ignore[arg-type]
