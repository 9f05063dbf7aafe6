"""Events out of files: CSV, JSON lines, Parquet, LINE's chat export, pasted chats; in parts, with progress, on from where one stopped.

A row without an id gets one from what it says, so that the same file, or one that overlaps it, brings nothing twice.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from assistant.errors import ConfigurationError, InvalidInput
from assistant.members.chat_export import ChatLine, read_line_export, read_pasted
from assistant.store import member_imports
from assistant.store.member_imports import Import
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.members.events import take_events

FORMATS = ("csv", "jsonl", "parquet", "line", "chat")
PART = 1_000
MOST_ERRORS = 50
_FIELDS = frozenset({"id", "type", "member_id", "at", "item_id", "properties"})
_NUMBERS = frozenset({"amount", "position"})
_HASHED = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """``zone`` is where times without an offset were written; ``begins`` is for pasted lines without any time; ``again`` reads a file that
    was read to its end before."""

    format: str
    zone: ZoneInfo | None = None
    begins: datetime | None = None
    channel: str | None = None
    again: bool = False


def run_import(
    assistant: Assistant, community: str, path: Path, wanted: Wanted, report: Callable[[Import], None]
) -> Import:
    """Reads on from where an earlier run of the same file stopped; ``report`` hears of every part. What comes back counts the file as a
    whole, but ``new`` what this run brought in. Blocks.

    Raises:
        InvalidInput: the file cannot be read as what it is said to be.
        NotFound: there is no such community.
        ConfigurationError: Parquet, without pyarrow.
    """
    if wanted.format in {"line", "chat"} and wanted.zone is None:
        raise InvalidInput(field="--time-zone", problem="is needed: a chat's times say nothing of theirs")
    with assistant.database.transaction(community) as transaction:
        done = member_imports.begin(
            transaction, community, new_id("imp"), path.name, _hash(path), wanted.format, assistant.clock()
        )
    if done.finished_at is not None and not wanted.again:
        return done
    if wanted.again:
        done = replace(done, rows_read=0, taken=0, failed=0, errors=(), finished_at=None)
    rows = _identified(_rows(path, wanted))
    for _ in islice(rows, done.rows_read):
        pass
    while part := list(islice(rows, PART)):
        done = _take(assistant, community, part, done)
        report(done)
    return _advance(assistant, community, replace(done, finished_at=assistant.clock()))


def _take(assistant: Assistant, community: str, part: list[Any], done: Import) -> Import:
    found = take_events(assistant, community, part, source="import", first=done.rows_read)
    errors = [
        {"row": at + 1, "field": error.field, "problem": str(error.values.get("problem") or error.message)}
        for at, error in found.errors.items()
    ]
    return _advance(
        assistant,
        community,
        replace(
            done,
            rows_read=done.rows_read + len(part),
            taken=done.taken + found.taken,
            new=done.new + found.taken,
            failed=done.failed + len(errors),
            errors=[*done.errors, *errors][:MOST_ERRORS],
        ),
    )


def _advance(assistant: Assistant, community: str, done: Import) -> Import:
    done = replace(done, updated_at=assistant.clock())
    with assistant.database.transaction(community) as transaction:
        member_imports.advance(transaction, community, done)
    return done


def _rows(path: Path, wanted: Wanted) -> Iterator[Any]:
    if wanted.format == "jsonl":
        return _json_lines(path)
    if wanted.format == "csv":
        return (_of_columns(row, wanted.zone) for row in _csv(path))
    if wanted.format == "parquet":
        return (_of_columns(row, wanted.zone) for row in _parquet(path))
    return (_of_chat(line, wanted) for line in _chat(path, wanted))


def _json_lines(path: Path) -> Iterator[Any]:
    """A line that is not JSON is a row that is no event."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError:
                    yield line.decode("utf-8", "replace")[:100]


def _csv(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="", errors="strict") as file:
        reader = csv.DictReader(file)
        missing = {"type", "member_id", "at"} - set(reader.fieldnames or ())
        if missing:
            raise InvalidInput(field=path.name, limit=", ".join(sorted(missing)), problem="lacks columns")
        try:
            yield from reader
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidInput(field=path.name, problem=f"is not CSV in UTF-8: {error}") from None


def _parquet(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError("reading Parquet needs pyarrow: pip install pyarrow") from None
    try:
        for batch in parquet.ParquetFile(path).iter_batches(batch_size=PART):
            yield from batch.to_pylist()
    except (OSError, ValueError) as error:
        raise InvalidInput(field=path.name, problem=f"is not Parquet: {type(error).__name__}") from None


def _of_columns(row: Mapping[Any, Any], zone: ZoneInfo | None) -> dict[str, Any]:
    """Columns beside the event's own are properties; empty ones are none."""
    given = {str(name): value for name, value in row.items() if name is not None and value not in ("", None)}
    event = {name: given[name] for name in _FIELDS & given.keys() if name != "properties"}
    event["at"] = _moment(event.get("at"), zone)
    rest = {name: _number(name, value) for name, value in given.items() if name not in _FIELDS}
    if "via_member" in rest or "via_event" in rest:
        via = {"member_id": rest.pop("via_member", None), "event_id": rest.pop("via_event", None)}
        rest["via"] = {name: value for name, value in via.items() if value is not None}
    return event | {"properties": _properties(given.get("properties")) | rest}


def _properties(given: Any) -> dict[str, Any]:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return {"properties": given}
    return dict(given) if isinstance(given, Mapping) else {}


def _number(name: str, value: Any) -> Any:
    if name == "position" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(given: Any, zone: ZoneInfo | None) -> Any:
    """A time without an offset is in ``zone``; one that is no time is left for the check of events to name."""
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            return given
    if isinstance(given, datetime):
        return (given if given.tzinfo is not None or zone is None else given.replace(tzinfo=zone)).isoformat()
    return given


def _chat(path: Path, wanted: Wanted) -> Iterator[ChatLine]:
    zone = wanted.zone or ZoneInfo("UTC")
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from (
                read_line_export(file, zone) if wanted.format == "line" else read_pasted(file, zone, wanted.begins)
            )
    except UnicodeDecodeError:
        raise InvalidInput(field=path.name, problem="is not text in UTF-8") from None


def _of_chat(line: ChatLine, wanted: Wanted) -> dict[str, Any]:
    """A chat names members by what they call themselves; that is all there is to know them by."""
    properties: dict[str, Any] = {"text": line.text} if line.text else {}
    if wanted.channel:
        properties["channel"] = wanted.channel
    return {
        "type": line.kind,
        "member_id": f"{wanted.format}:{line.name}",
        "at": line.at.isoformat(),
        "properties": properties,
    }


def _identified(rows: Iterator[Any]) -> Iterator[Any]:
    """Rows that say the same are told apart by how often they came before."""
    seen: Counter[bytes] = Counter()
    for row in rows:
        if not isinstance(row, dict) or row.get("id") is not None:
            yield row
            continue
        said = sha256(orjson.dumps(row, option=orjson.OPT_SORT_KEYS, default=str)).digest()
        number = seen[said]
        seen[said] += 1
        yield row | {"id": f"imp-{sha256(said + number.to_bytes(8, 'big')).hexdigest()[:40]}"}


def _hash(path: Path) -> bytes:
    found = sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(_HASHED):
                found.update(part)
    except OSError as error:
        raise InvalidInput(field=str(path), problem=f"cannot be read: {error.strerror}") from None
    return found.digest()
