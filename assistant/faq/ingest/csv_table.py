"""CSV (RFC 4180) and its relatives: parted by commas, semicolons or tabs, as spreadsheets save them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from assistant.faq.ingest.decoding import decode
from assistant.faq.ingest.document import Defaults, IngestLimits, over, unreadable
from assistant.faq.ingest.table import MISSING, Row, TableReader

_PARTED_BY = ",\t;|"
_SAMPLE = 20_000


def read_csv(name: str, content: bytes, defaults: Defaults, limits: IngestLimits) -> TableReader:
    """Raises: InvalidInput."""
    text = decode(name, content)
    if len(text) > limits.chars:
        raise over(name, limits.chars, "characters")
    reader = TableReader(name, defaults, limits)
    if not reader.read(_rows(name, text, limits)):
        raise unreadable(name, MISSING)
    return reader


def _rows(name: str, text: str, limits: IngestLimits) -> Iterator[Row]:
    """Numbered by the line that a row ends on."""
    csv.field_size_limit(max(csv.field_size_limit(), limits.chars))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise unreadable(name, f"is not CSV: line {rows.line_num}: {error}") from None


def _delimiter(text: str) -> str:
    """What parts the first rows most."""
    head = text[:_SAMPLE].split("\n", 3)[:3]
    return max(_PARTED_BY, key=lambda sign: sum(line.count(sign) for line in head))
