"""Pages by time and id, the newest first: what is added meanwhile never shifts a page. A cursor names the list that it is a place in,
and whose list that is where it is one member's or one document's."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Connection, RowMapping, Select, literal, tuple_

from assistant.errors import InvalidInput

Row = TypeVar("Row")
_UNKNOWN = "is not the `next_cursor` of a page of this list"


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
    *,
    whose: tuple[str, ...] = (),
) -> tuple[Sequence[RowMapping], str | None]:
    """At most ``limit`` rows of ``query`` after ``cursor``, and the cursor of the next page.

    Raises:
        InvalidInput: the cursor is not one of this list's.
    """
    listed = list_of(identifier.table.description, *whose)
    place = read_cursor(listed, cursor)
    if place is not None:
        query = query.where(tuple_(time, identifier) < tuple_(literal(place[0], time.type), literal(place[1])))
    rows = connection.execute(query.order_by(time.desc(), identifier.desc()).limit(limit + 1)).mappings().all()
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], write_cursor(listed, last[time.name], last[identifier.name])


def list_of(kind: str, *whose: str) -> str:
    """The name of the list of a kind that belongs to ``whose``, from the outermost in; of a fixed length, whatever the ids are."""
    if not whose:
        return kind
    return f"{kind}:{blake2b(repr(whose).encode(), digest_size=16).hexdigest()}"


def write_cursor(listed: str, moment: datetime, identifier: str) -> str:
    """``listed`` is the list's name, without a space."""
    return urlsafe_b64encode(f"{listed} {moment.isoformat()} {identifier}".encode()).decode().rstrip("=")


def read_cursor(listed: str, cursor: str | None) -> tuple[datetime, str] | None:
    """The time and id that a cursor of the list stands for.

    Raises:
        InvalidInput: it is not one of ours, or another list's.
    """
    if cursor is None:
        return None
    try:
        of, when, found = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ", 2)
        moment = datetime.fromisoformat(when)
    except (ValueError, binascii.Error):
        raise InvalidInput(field="cursor", problem=_UNKNOWN) from None
    if of != listed or moment.tzinfo is None or not found or "\0" in found:
        raise InvalidInput(field="cursor", problem=_UNKNOWN)
    return moment, found
