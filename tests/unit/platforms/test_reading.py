"""What the adapters share in reading."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.errors import InvalidInput
from assistant.platforms.reading import as_iso_time, as_time, id_or_none, json_or_none, time_or_none


def test_times_are_whole_numbers_in_the_platforms_unit() -> None:
    assert as_time(None, "date") is None
    assert as_time(0, "date") == datetime(1970, 1, 1, tzinfo=UTC)
    assert as_time(1_700_000_000, "date") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert as_time(1_700_000_000_123, "date", per_second=1000) == datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)
    assert as_time(4_102_444_799_999, "date", per_second=1000).year == 2099


@pytest.mark.parametrize("value", [-1, True, 1.5, "1700000000", 4_102_444_800, 10**30, [], {}])
def test_whatever_else_is_no_time(value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        as_time(value, "message.date")
    assert caught.value.field == "message.date"


@pytest.mark.parametrize("value", [None, -1, True, 1.5, "1700000000", 4_102_444_800_000, []])
def test_a_time_that_cannot_be_read_is_none(value: Any) -> None:
    assert time_or_none(value, per_second=1000) is None
    assert time_or_none(1_700_000_000_123, per_second=1000) == datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)


def test_written_times_have_a_zone() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for text in ("2026-01-02T03:04:05Z", "2026-01-02T11:04:05+08:00", "2026-01-02T03:04:05"):
        assert as_iso_time(text, "created_at") == at
    assert as_iso_time(None, "created_at") is as_iso_time("", "created_at") is None


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", 1_700_000_000, True, [], {}])
def test_whatever_else_is_no_written_time(value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        as_iso_time(value, "post.created_at")
    assert caught.value.field == "post.created_at"


@pytest.mark.parametrize(
    ("value", "kept"),
    [("m1", "m1"), (7, "7"), (-7, "-7"), ("a\0", "a\ufffd"), ("x" * 200, "x" * 200)]
    + [(odd, None) for odd in ("", "x" * 201, None, True, 1.5, [], {})],
)
def test_an_id_that_cannot_be_kept_is_none(value: Any, kept: str | None) -> None:
    assert id_or_none(value) == kept


@pytest.mark.parametrize("body", [b"", b"ok", b"\xff", b"{", b'"\\ud800"'])
def test_what_is_no_json_is_nothing(body: bytes) -> None:
    assert json_or_none(body) is None
