"""Plain text: marked questions and answers, paragraphs that begin with a question, or passages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.faq.ingest.blocks import INNERMOST, Block, Closed, Heading, Text
from assistant.faq.ingest.decoding import decode
from assistant.faq.ingest.document import Defaults, IngestLimits
from assistant.faq.ingest.passages import Reader
from assistant.faq.ingest.questions import asks, pairs

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")


def read_text(name: str, content: bytes, title: str, defaults: Defaults, limits: IngestLimits) -> Reader:
    """Raises: InvalidInput."""
    text = decode(name, content)
    reader = Reader(name, title, defaults, limits)
    marked = pairs(text)[1]
    reader.read([Text(text)] if marked else _blocks(text))
    return reader


def _blocks(text: str) -> Iterator[Block]:
    for paragraph in _PARAGRAPH.split(text):
        first, _, rest = paragraph.strip().partition("\n")
        if rest and asks(first) and first.rstrip().endswith(("?", "？")):
            yield Heading(first, INNERMOST, asks=True)
            yield Text(rest)
            yield Closed(INNERMOST)
        else:
            yield Text(paragraph)
