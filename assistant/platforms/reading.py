"""What the adapters share in reading: JSON bodies, and values of the right kind or a clear refusal.

``..._or_none`` is for what must not be refused: an order that was carried out is not tried again because its answer cannot be read, and a
message is screened whatever its author wrote beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from assistant.errors import InvalidInput

_LATEST = 4_102_444_800  # 2100-01-01
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def json_object(body: bytes) -> Mapping[str, Any]:
    """The body as a JSON object; InvalidInput where it is not one."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidInput(field="body", problem="is not JSON") from None
    return as_object(document, "body")


def as_object(value: Any, field: str) -> Mapping[str, Any]:
    """``value`` itself; InvalidInput where it is no JSON object."""
    if not isinstance(value, dict):
        raise InvalidInput(field=field, problem="is not an object")
    return value


def as_list(value: Any, field: str, limit: int = 1000) -> list[Any]:
    """``value`` itself, an empty list for ``None``; InvalidInput where it is no list or too long a one."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > limit:
        raise InvalidInput(field=field, limit=limit, problem=f"is not a list of at most {limit}")
    return value


def as_text(value: Any, field: str) -> str:
    """A string that can be stored: NUL and lone surrogates become U+FFFD. ``None`` is empty. InvalidInput for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(field=field, problem="is not a string")
    return _UNSTORABLE.sub("\ufffd", value)


def as_id(value: Any, field: str, limit: int = 200) -> str:
    """An identifier given as a string or a whole number; InvalidInput where it is missing, empty or too long."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = as_text(value, field)
    if not 1 <= len(text) <= limit:
        raise InvalidInput(field=field, limit=limit, problem=f"must have 1 to {limit} characters")
    return text


def as_time(value: Any, field: str, *, per_second: int = 1) -> datetime | None:
    """A whole number of seconds since 1970, or of their ``per_second`` parts, before 2100; ``None`` for ``None``, InvalidInput for anything
    else."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LATEST * per_second:
        raise InvalidInput(field=field, problem="is not a time since 1970")
    return datetime.fromtimestamp(value / per_second, UTC)


def as_iso_time(value: Any, field: str) -> datetime | None:
    """A time by ISO 8601, UTC where it names no zone; ``None`` for ``None`` and an empty text, InvalidInput for anything else."""
    text = as_text(value, field)
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(field=field, problem="is not a time by ISO 8601") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def time_or_none(value: Any, *, per_second: int = 1) -> datetime | None:
    try:
        return as_time(value, "time", per_second=per_second)
    except InvalidInput:
        return None


def json_or_none(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def id_or_none(value: Any) -> str | None:
    try:
        return as_id(value, "id")
    except InvalidInput:
        return None
