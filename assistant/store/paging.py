"""Pages by time and id, the newest first: what is added meanwhile never shifts a page."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Select, literal, tuple_

from assistant.errors import InvalidInput

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """``next_cursor`` is ``None`` on the last page."""

    rows: tuple[Row, ...]
    next_cursor: str | None


def read_page(
    connection: Connection,
    query: Select[Any],
    time: Column[Any],
    identifier: Column[Any],
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[RowMapping], str | None]:
    """At most ``limit`` rows of ``query`` after ``cursor``, and the cursor of the next page.

    Raises:
        InvalidInput: the cursor is not one of ours.
    """
    if cursor is not None:
        query = query.where(_after(cursor, time, identifier))
    rows = connection.execute(query.order_by(time.desc(), identifier.desc()).limit(limit + 1)).mappings().all()
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], write_cursor(last[time.name], last[identifier.name])


def write_cursor(moment: datetime, identifier: str) -> str:
    return urlsafe_b64encode(f"{moment.isoformat()} {identifier}".encode()).decode().rstrip("=")


def _after(cursor: str, time: Column[Any], identifier: Column[Any]) -> ColumnElement[bool]:
    try:
        when, _, found = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
        moment = datetime.fromisoformat(when)
    except (ValueError, binascii.Error):
        raise InvalidInput(field="cursor", problem="is not a cursor from a page before") from None
    if moment.tzinfo is None or not found or "\0" in found:
        raise InvalidInput(field="cursor", problem="is not a cursor from a page before")
    return tuple_(time, identifier) < tuple_(literal(moment, time.type), literal(found))
