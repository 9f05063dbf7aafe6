"""Under which keys a platform's messages are stored once."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from assistant.settings import Settings
from assistant.usecases.said import _idempotency as idempotency

ASSISTANT = SimpleNamespace(settings=Settings(), clock=lambda: datetime(2026, 11, 2, tzinfo=UTC))


@pytest.mark.parametrize("key", ["m1:2:message.created", "$" + "x" * 254, "漢" * 150])
def test_a_key_of_usual_length_is_kept_as_it_is(key: str) -> None:
    assert idempotency(ASSISTANT, "con_1", key).key == f"hook:con_1:{key}"


@pytest.mark.parametrize("letter", ["x", "漢", "😀"])
def test_a_long_one_is_kept_as_a_hash_of_its_own(letter: str) -> None:
    keys = [letter * length for length in (600, 601, 100_000)]
    kept = [idempotency(ASSISTANT, connection, key) for connection in ("con_1", "con_2") for key in keys]
    assert len({one.key for one in kept}) == len({one.body_hash for one in kept}) == 6
    assert max(len(one.key.encode()) for one in kept) < 200
    assert idempotency(ASSISTANT, "con_1", keys[2]) == kept[2]
