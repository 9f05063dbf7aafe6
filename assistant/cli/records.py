"""Reading messages from a file: JSON lines, CSV or plain lines, one record at a time, so that size does not matter."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from assistant.errors import InvalidInput
from assistant.usecases.request import ModerateRequest

csv.field_size_limit(10_000_000)


class Format(StrEnum):
    AUTO = "auto"
    JSONL = "jsonl"
    CSV = "csv"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it stands in the file; ``problem`` says why it cannot be read, ``line`` counts from 1."""

    line: int
    input_id: Any
    fields: dict[str, Any]
    problem: str | None = None


_BY_SUFFIX = {".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".csv": Format.CSV}


def read_records(source: IO[bytes], wanted: Format, name: str) -> Iterator[Record]:
    """The records of ``source``; blank lines are none. ``AUTO`` goes by the name's ending, else plain lines."""
    chosen = _BY_SUFFIX.get(Path(name).suffix.lower(), Format.LINES) if wanted is Format.AUTO else wanted
    if chosen is Format.CSV:
        return _csv_records(source)
    return _line_records(source, _from_json if chosen is Format.JSONL else _from_line)


def _line_records(source: IO[bytes], parse: Any) -> Iterator[Record]:
    for number, raw in enumerate(source, 1):
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if line.strip():
            yield parse(number, line.rstrip(b"\r\n"))


def _from_line(number: int, line: bytes) -> Record:
    try:
        return Record(number, None, {"text": line.decode("utf-8")})
    except UnicodeDecodeError as error:
        return Record(number, None, {}, f"is not UTF-8 (byte {error.start})")


def _from_json(number: int, line: bytes) -> Record:
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Record(number, None, {}, f"is not UTF-8 (byte {error.start})")
    except (ValueError, RecursionError) as error:
        return Record(number, None, {}, f"is not JSON: {error}")
    if not isinstance(fields, dict):
        return Record(number, None, {}, "is not a JSON object")
    return Record(number, fields.pop("id", None), fields)


def _csv_records(source: IO[bytes]) -> Iterator[Record]:
    text = io.TextIOWrapper(source, encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.DictReader(text)
    if "text" not in (reader.fieldnames or []):
        raise InvalidInput(field="header", problem="a CSV file needs a column named text")
    known = {*ModerateRequest.model_fields} | {"member.id", "member.name", "platform.name", "platform.message_id"}
    row_number = 0
    while True:
        row_number += 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Record(reader.line_num, None, {}, f"is not CSV: {error}")
            return
        if row is None:
            return
        given = {key: value for key, value in row.items() if key in known and value not in ("", None)}
        yield Record(reader.line_num, row.get("id") or None, _nested(given))


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    """``{"member.id": "u1"}`` as ``{"member": {"id": "u1"}}``."""
    fields: dict[str, Any] = {}
    for name, value in flat.items():
        head, _, tail = name.partition(".")
        if tail and isinstance(fields.setdefault(head, {}), dict):
            fields[head][tail] = value
        elif not tail:
            fields[head] = value
    fields.setdefault("text", "")
    return fields
