"""What a cursor is taken for."""

from datetime import UTC, datetime

import pytest

from assistant.errors import InvalidInput
from assistant.store.paging import list_of, read_cursor, write_cursor

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "other",
    [
        list_of("events"),
        list_of("events", "shop", "u2"),
        list_of("events", "forum", "u1"),
        list_of("ledger", "shop", "u1"),
        list_of("events", "shop u1"),
        list_of("events", "sho", "pu1"),
    ],
)
def test_a_cursor_belongs_to_one_list_of_one_owner(other):
    own = list_of("events", "shop", "u1")
    cursor = write_cursor(own, NOW, "e 1")
    assert read_cursor(own, cursor) == (NOW, "e 1")
    with pytest.raises(InvalidInput) as refused:
        read_cursor(other, cursor)
    assert refused.value.field == "cursor"


def test_a_list_is_named_without_a_space_however_long_the_ids():
    assert list_of("decisions") == "decisions"
    assert " " not in list_of("ledger", "a b", "小美 " * 60)
    assert len(list_of("ledger", "a b", "小美 " * 60)) < 50
