"""Times that come from outside are in UTC, in every model."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

import assistant
from assistant.usecases.faq.entries import Until
from assistant.web.routes.content_desk import CalendarQuery
from assistant.web.routes.decisions import DecisionQuery

OFFSETS = ["+16:00", "+23:59", "-20:30", "+08:00"]


def until(given):
    return TypeAdapter(Until).validate_python(given)


READERS = {
    "calendar": lambda given: CalendarQuery.model_validate({"since": given}).since,
    "calendar's end": lambda given: CalendarQuery.model_validate({"until": given}).until,
    "decisions": lambda given: DecisionQuery.model_validate({"since": given}).since,
    "decisions' end": lambda given: DecisionQuery.model_validate({"until": given}).until,
    "entry": until,
}


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_whatever_its_offset_a_time_is_kept_in_utc(read, offset):
    given = f"2026-11-30T09:30:00{offset}"
    assert (read(given), read(given).utcoffset()) == (datetime.fromisoformat(given), timedelta(0))


def test_no_model_takes_a_time_by_another_type():
    root = Path(assistant.__file__).parent
    found = [path.name for path in root.rglob("*.py") if "AwareDatetime" in path.read_text("utf-8")]
    assert found == ["request.py"]
