"""PDF (ISO 32000): its text, with headings by the size of their type and without what every page repeats."""

from __future__ import annotations

import io
import logging
import math
import time
from collections.abc import Iterator
from typing import Any

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from assistant.faq.ingest.document import Defaults, IngestLimits, over, unreadable
from assistant.faq.ingest.passages import Reader
from assistant.faq.ingest.pdf_layout import Line, blocks
from assistant.faq.ingest.tidying import tidy

_HARMFUL = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
    OSError,
    MemoryError,
)
"""What pypdf raises for files that are cut off, changed or made to harm: not only its own errors."""
logging.getLogger("pypdf").setLevel(
    logging.CRITICAL
)  # it has much to say about files that are not quite as they should be


def read_pdf(name: str, content: bytes, title: str, defaults: Defaults, limits: IngestLimits) -> Reader:
    """Raises: InvalidInput."""
    lines = list(_lines(name, content, limits))
    if not any(line.text for line in lines):
        raise unreadable(name, "holds no text: if its pages are pictures, they are not read")
    reader = Reader(name, title, defaults, limits)
    reader.read(blocks(lines))
    return reader


def _lines(name: str, content: bytes, limits: IngestLimits) -> Iterator[Line]:
    began, chars = time.monotonic(), 0
    for number, page in enumerate(_pages(name, content, limits)):
        try:
            found = _page(page, number)
        except _HARMFUL:
            raise unreadable(name, f"is broken: page {number + 1} cannot be read") from None
        chars += sum(len(line.text) for line in found)
        if chars > limits.chars:
            raise over(name, limits.chars, "characters")
        if time.monotonic() - began > limits.seconds:
            raise unreadable(name, f"takes more than {limits.seconds:g} s to read", limits.seconds)
        yield from found


def _pages(name: str, content: bytes, limits: IngestLimits) -> list[Any]:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            raise unreadable(name, "is encrypted: save it without a password")
        count = len(reader.pages)
        pages = list(reader.pages) if count <= limits.pages else []
    except _HARMFUL:
        raise unreadable(name, "is broken: it is no complete PDF file") from None
    if count > limits.pages:
        raise over(name, limits.pages, "pages")
    return pages


def _page(page: Any, number: int) -> list[Line]:
    lines: list[Line] = []
    words: list[str] = []
    size, height = 0.0, 0.0

    def visit(text: str, matrix: list[float], placed: list[float], _: Any, font_size: float) -> None:
        nonlocal size, height
        *whole, rest = text.split("\n")
        shown = abs(font_size) * _scale(placed) * _scale(matrix)
        for part in whole:
            words.append(part)
            if part.strip():
                size, height = max(size, shown), _height(matrix, placed)
            _end(lines, words, number, size, height)
            size = 0.0
        words.append(rest)
        if rest.strip():
            size, height = max(size, shown), _height(matrix, placed)

    page.extract_text(visitor_text=visit)
    _end(lines, words, number, size, height)
    return lines


def _end(lines: list[Line], words: list[str], page: int, size: float, height: float) -> None:
    text = tidy("".join(words))
    words.clear()
    if text:
        lines.append(Line(text, page, size, height))


def _scale(matrix: list[float]) -> float:
    return math.hypot(matrix[2], matrix[3])


def _height(matrix: list[float], placed: list[float]) -> float:
    """How far up the page a text stands."""
    return placed[4] * matrix[1] + placed[5] * matrix[3] + matrix[5]
