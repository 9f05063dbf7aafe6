"""The group-commit writer against a real server."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from psycopg.errors import ProgramLimitExceeded
from sqlalchemy import text

from assistant.errors import Conflict, DatabaseUnavailable, NotFound
from assistant.store import communities, decisions
from assistant.store.database import Database
from assistant.store.embedded import EmbeddedServer, ServerUrls
from assistant.store.schema import migrate
from assistant.store.writer import DecisionWriter, StoredDecision, write_all
from tests.integration.store.making import NOW, decision, idempotency


@asynccontextmanager
async def writing(database: Database, **options: int) -> AsyncIterator[DecisionWriter]:
    writer = DecisionWriter(database, **options)
    await writer.start()
    try:
        yield writer
    finally:
        await writer.stop()


def with_writer(database: Database, use: Callable[[DecisionWriter], Awaitable[object]]) -> object:
    async def run() -> object:
        async with writing(database) as writer:
            return await use(writer)

    return asyncio.run(run())


def count(database: Database, community: str) -> int:
    with database.transaction(community) as connection:
        return connection.scalar(text("SELECT count(*) FROM decisions"))


def test_what_is_written_is_read_back(database: Database, community: str) -> None:
    new = decision(
        community,
        member_id="u1",
        channel="general",
        platform="telegram",
        platform_message_id="42",
        purpose="marketing",
        key_id="key_1",
        degraded=("model",),
        parts={"attachments[0].caption": "字幕"},
        context=({"member": "u2", "text": "before"},),
    )
    stored = with_writer(database, lambda writer: writer.write(new))
    assert stored == StoredDecision(new.id, new.response)
    with database.transaction(community) as connection:
        row = decisions.get(connection, community, new.id)
    assert row.answer == new.response
    assert (row.member_id, row.channel, row.platform, row.platform_message_id) == ("u1", "general", "telegram", "42")
    assert (row.purpose, row.key_id, row.labels, row.degraded) == ("marketing", "key_1", ("spam",), ("model",))
    assert (row.text, row.parts, row.context) == (new.text, new.parts, [{"member": "u2", "text": "before"}])
    assert (row.created_at, row.text_expires_at) == (NOW, NOW + timedelta(days=30))


def test_text_that_is_not_to_be_kept_is_not(database: Database, community: str) -> None:
    new = decision(
        community, text_expires_at=None, key="k", parts={"file.name": "秘密.txt"}, context=({"text": "上文"},)
    )
    with_writer(database, lambda writer: writer.write(new))
    with database.transaction(community) as connection:
        row = decisions.get(connection, community, new.id)
        kept = connection.scalar(
            text(
                "SELECT string_agg(d::text, '') || (SELECT string_agg(k::text, '') FROM idempotency_keys k) FROM decisions d"
            )
        )
    assert row.text is None
    assert row.answer["masked_text"] is None
    assert row.answer["findings"][0]["text"] is None
    for words in ("薇", "abc123", "日结", "秘密", "上文"):
        assert words not in kept


@pytest.mark.parametrize("keeps_text", [True, False])
def test_fifty_duplicates_at_once_make_one_decision(database: Database, community: str, keeps_text: bool) -> None:
    options = {} if keeps_text else {"text_expires_at": None}

    async def use(writer: DecisionWriter) -> list[StoredDecision]:
        return await asyncio.gather(*(writer.write(decision(community, key="same", **options)) for _ in range(50)))

    stored = with_writer(database, use)
    assert len({one.id for one in stored}) == 1
    assert [one.repeated for one in stored].count(False) == 1
    assert all(one.response == stored[0].response for one in stored)
    assert stored[0].response["findings"][0]["text"] == "加❤薇❤信"
    assert count(database, community) == 1


def test_duplicates_of_two_processes_make_one_decision(database: Database, community: str) -> None:
    async def run() -> list[StoredDecision]:
        async with writing(database) as one, writing(database) as other:
            writes = [writer.write(decision(community, key=f"k{n}")) for n in range(20) for writer in (one, other)]
            return await asyncio.gather(*writes)

    stored = asyncio.run(run())
    assert len({one.id for one in stored}) == 20
    assert count(database, community) == 20


def test_a_later_repeat_gets_the_first_answer(database: Database, community: str) -> None:
    first, again = decision(community, key="k"), decision(community, key="k", action="block")
    with_writer(database, lambda writer: writer.write(first))
    stored = with_writer(database, lambda writer: writer.write(again))
    assert stored == StoredDecision(first.id, first.response, repeated=True)
    assert count(database, community) == 1


def test_another_body_is_a_conflict(database: Database, community: str) -> None:
    async def use(writer: DecisionWriter) -> list[object]:
        bodies = [decision(community, key="k", text=f"{'甲乙' * 3}{n % 2}") for n in range(6)]
        return await asyncio.gather(*(writer.write(body) for body in bodies), return_exceptions=True)

    for outcomes in (with_writer(database, use), with_writer(database, use)):
        assert [isinstance(outcome, Conflict) for outcome in outcomes] == [False, True] * 3
        assert outcomes[1].message == "idempotency_conflict"
        assert outcomes[1].field == "Idempotency-Key"
    assert count(database, community) == 1


def test_an_expired_key_begins_anew(database: Database, community: str) -> None:
    first = decision(community, key="k")
    later = decision(community, key="k", text="別的內容在這裡", created_at=NOW + timedelta(hours=24))
    with_writer(database, lambda writer: writer.write(first))
    assert with_writer(database, lambda writer: writer.write(later)) == StoredDecision(later.id, later.response)
    assert count(database, community) == 2


def test_keys_of_two_communities_do_not_meet(database: Database, community: str) -> None:
    other = f"{community}x"
    with database.transaction(other) as connection:
        communities.create(connection, communities.Community(other, "", "en", NOW))

    async def use(writer: DecisionWriter) -> list[StoredDecision]:
        return await asyncio.gather(*(writer.write(decision(name, key="k")) for name in (community, other)))

    assert [one.repeated for one in with_writer(database, use)] == [False, False]
    assert (count(database, community), count(database, other)) == (1, 1)


def test_one_bad_entry_fails_alone(database: Database, community: str) -> None:
    good = [decision(community) for _ in range(10)]
    nul, lone = decision(community, member_id="a\0b"), decision(community, member_id="\ud800")
    unknown = decision("no-such-community")

    async def use(writer: DecisionWriter) -> list[object]:
        return await asyncio.gather(
            *(writer.write(new) for new in (*good[:5], nul, unknown, lone, *good[5:])), return_exceptions=True
        )

    outcomes = with_writer(database, use)
    assert isinstance(outcomes[6], NotFound)
    assert outcomes[6].message == "community_unknown"
    assert [isinstance(outcome, StoredDecision) for outcome in outcomes] == [True] * 5 + [False] * 3 + [True] * 5
    assert count(database, community) == 10


@pytest.mark.parametrize("kilobytes", [3, 100])
def test_a_row_over_the_limits_of_an_index_fails_alone_and_at_once(
    database: Database, community: str, kilobytes: int
) -> None:
    """Noise: PostgreSQL compresses what goes into an index before it measures it."""
    good = [decision(community) for _ in range(6)]
    poison = decision(community, key=secrets.token_hex(kilobytes * 1000))

    async def use(writer: DecisionWriter) -> list[object]:
        return await asyncio.gather(
            *(writer.write(new) for new in (*good[:3], poison, *good[3:])), return_exceptions=True
        )

    began = time.monotonic()
    outcomes = with_writer(database, use)
    assert time.monotonic() - began < database.timeout_s - 1
    assert isinstance(outcomes.pop(3), ProgramLimitExceeded)
    assert all(isinstance(outcome, StoredDecision) for outcome in outcomes)
    assert count(database, community) == 6


def test_many_go_into_one_commit(database: Database, community: str) -> None:
    async def use(writer: DecisionWriter) -> int:
        await asyncio.gather(*(writer.write(decision(community)) for _ in range(200)))
        with database.transaction(community) as connection:
            return connection.scalar(text("SELECT count(DISTINCT xmin::text) FROM decisions"))

    assert with_writer(database, use) <= 20


def test_stop_writes_what_waits_and_then_refuses(database: Database, community: str) -> None:
    async def run() -> None:
        writer = DecisionWriter(database, max_batch=3)
        await writer.start()
        writes = [asyncio.create_task(writer.write(decision(community))) for _ in range(20)]
        await asyncio.sleep(0)
        await writer.stop()
        await asyncio.gather(*writes)
        with pytest.raises(DatabaseUnavailable):
            await writer.write(decision(community))

    asyncio.run(run())
    assert count(database, community) == 20


def test_too_many_waiting_are_refused_at_once(database: Database, community: str) -> None:
    async def run() -> list[object]:
        async with writing(database, max_waiting=5) as writer:
            return await asyncio.gather(
                *(writer.write(decision(community)) for _ in range(100)), return_exceptions=True
            )

    outcomes = asyncio.run(run())
    stored = sum(isinstance(outcome, StoredDecision) for outcome in outcomes)
    assert stored >= 5
    assert any(isinstance(outcome, DatabaseUnavailable) for outcome in outcomes)
    assert count(database, community) == stored


def test_no_server_is_unavailable_in_time(tmp_path: Path) -> None:
    database = Database(f"postgresql://assistant_app:x@/assistant?host={tmp_path}", timeout_s=0.5)

    async def use(writer: DecisionWriter) -> None:
        with pytest.raises(DatabaseUnavailable):
            await writer.write(decision("demo"))

    began = time.monotonic()
    with_writer(database, use)
    assert 0.4 < time.monotonic() - began < 2


def test_a_held_lock_is_unavailable_in_time(database_urls: ServerUrls, database: Database, community: str) -> None:
    impatient = Database(database_urls.app, timeout_s=0.5)
    held = decision(community, key="held")

    async def use(writer: DecisionWriter) -> None:
        with pytest.raises(DatabaseUnavailable):
            await writer.write(decision(community, key="held"))

    with database.transaction(community) as connection:
        connection.execute(
            text("INSERT INTO idempotency_keys VALUES (:c, 'held', 'x', '[]', now())"), {"c": held.community}
        )
        began = time.monotonic()
        with_writer(impatient, use)
        assert time.monotonic() - began < 3
    impatient.close()


def test_what_stalls_until_nobody_waits_is_not_stored(database: Database, community: str) -> None:
    """Whoever asked was told so, and may have put something else in its place."""
    late = decision(community, key="late")

    async def use(writer: DecisionWriter) -> None:
        blocker = database.connect()
        try:
            blocker.execute("SELECT set_config('assistant.community', %s, false)", (community,))
            blocker.execute("INSERT INTO idempotency_keys VALUES (%s, 'late', 'x', '[]', now())", (community,))
            with pytest.raises(DatabaseUnavailable):
                await writer.write(late, 0.3)
        finally:
            blocker.rollback()
            blocker.close()
        await writer.write(decision(community, key="next"))

    with_writer(database, use)
    assert count(database, community) == 1


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    urls = server.start()
    migrate(urls.owner, urls.app)
    server.watch()
    database = Database(urls.app, timeout_s=10)
    with database.transaction("demo") as connection:
        communities.create(connection, communities.Community("demo", "", "en", NOW))

    async def steadily(writer: DecisionWriter, name: int) -> list[str]:
        return [(await writer.write(decision("demo", key=f"{name}-{n}"))).id for n in range(60)]

    async def use(writer: DecisionWriter) -> list[str]:
        writers = asyncio.gather(*(steadily(writer, name) for name in range(8)))
        await asyncio.sleep(0.1)
        os.kill(int((tmp_path / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        return [one for some in await writers for one in some]

    try:
        acknowledged = with_writer(database, use)
        with database.transaction("demo") as connection:
            kept = set(connection.scalars(text("SELECT id FROM decisions")))
        assert set(acknowledged) == kept
        assert len(kept) == 480
    finally:
        database.close()
        server.stop()


class TestWriteAll:
    def test_a_thousand(self, database: Database, community: str) -> None:
        new = [decision(community, text=f"第{n}個訊息在這") for n in range(1000)]
        assert write_all(database, new) == [StoredDecision(one.id, one.response) for one in new]
        assert count(database, community) == 1000
        assert write_all(database, []) == []

    def test_one_key_covers_the_whole_body(self, database: Database, community: str) -> None:
        first, again = ([decision(community, text=f"第{n}個訊息在這") for n in range(3)] for _ in range(2))
        write_all(database, first, idempotency("batch", "body"))
        repeated = write_all(database, again, idempotency("batch", "body"))
        assert repeated == [StoredDecision(one.id, one.response, repeated=True) for one in first]
        with pytest.raises(Conflict):
            write_all(database, again, idempotency("batch", "other"))
        assert count(database, community) == 3

    def test_all_or_nothing(self, database: Database, community: str) -> None:
        with pytest.raises(NotFound):
            write_all(database, [decision(community), decision("no-such-community")])
        assert count(database, community) == 0

    def test_expired_key(self, database: Database, community: str) -> None:
        write_all(database, [decision(community)], idempotency("k", "body"))
        later = replace(decision(community), created_at=NOW + timedelta(days=2))
        stored = write_all(database, [later], idempotency("k", "other", later.created_at))
        assert stored[0].repeated is False
