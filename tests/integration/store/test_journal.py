"""The journal: on the disk before anybody is answered, stored once, and never lost with its process."""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.errors import DatabaseUnavailable, Unavailable
from assistant.store import decisions, journal
from assistant.store.database import Database
from assistant.store.journal import Journal, read_line, write_line
from assistant.store.writer import NewDecision, write_all
from tests.integration.store.making import decision
from tests.integration.store.platform_rows import case, delivery

ROOT = Path(__file__).parents[3]
WRITER = Path(__file__).with_name("journal_writer.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@contextmanager
def opened(folder: Path) -> Iterator[Journal]:
    one = Journal(folder)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def another_process(folder: Path, community: str, count: int = 3) -> Iterator[subprocess.Popen[str]]:
    """That has written, and holds its file."""
    process = subprocess.Popen(
        [sys.executable, str(WRITER), str(folder), community, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout.readline().strip() == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


def append(one: Journal, *new: NewDecision) -> None:
    for each in new:
        asyncio.run(one.append(each))


def replay(one: Journal, database: Database) -> int:
    return asyncio.run(one.replay(database))


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def lines(folder: Path) -> list[bytes]:
    (path,) = files(folder)
    return path.read_bytes().splitlines()


def stored(database: Database, community: str) -> list[str]:
    with database.transaction(community) as connection:
        return list(connection.execute(text("SELECT id FROM decisions ORDER BY id")).scalars())


class Away:
    """A database that does not answer after so many transactions."""

    def __init__(self, database: Database, after: int = 0) -> None:
        self._database, self._left = database, after
        self.timeout_s = database.timeout_s

    def transaction(self, community: str | None):
        if self._left == 0:
            raise DatabaseUnavailable
        self._left -= 1
        return self._database.transaction(community)


class Stalling:
    """A database that says nothing until ``goes_on``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.timeout_s = database.timeout_s
        self.asked, self.goes_on = threading.Event(), threading.Event()

    def transaction(self, community: str | None):
        self.asked.set()
        self.goes_on.wait(30)
        return self._database.transaction(community)


class TestWriting:
    def test_a_line_holds_everything(self, community: str) -> None:
        new = decision(
            community,
            key="k",
            member_id="u1",
            parts={"file.name": "秘密.txt"},
            degraded=("store",),
            context=({"text": "上文"},),
            refs={"thread": "7"},
            locale="zh-TW",
            deliveries=(delivery(community),),
            cases=(case(community, urgent=True),),
        )
        line = write_line(new)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        back = read_line(line)
        assert (back.id, back.created_at, back.response, back.text) == (
            new.id,
            new.created_at,
            new.response,
            new.text,
        )
        assert (back.idempotency, back.text_expires_at) == (new.idempotency, new.text_expires_at)
        assert list(back.deliveries) == list(new.deliveries)
        assert list(back.cases) == list(new.cases)
        assert write_line(back) == line

    def test_it_is_on_the_disk_before_it_is_said_to_be(
        self, folder: Path, community: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The file's content at each sync: what was appended has to be in it."""
        synced: list[bytes] = []
        folders: list[str] = []
        sync = os.fsync

        def watched(handle: int) -> None:
            sync(handle)
            if stat.S_ISDIR(os.fstat(handle).st_mode):
                folders.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
            else:
                synced.append(os.pread(handle, 1_000_000, 0))

        monkeypatch.setattr(os, "fsync", watched)
        first, second = decision(community), decision(community)
        with opened(folder) as one:
            append(one, first)
            assert synced[-1] == write_line(first)
            assert folders == [str(folder)], "its name is on the disk too"
            append(one, second)
            assert synced[-1] == write_line(first) + write_line(second)
            assert one.waiting == 2

    def test_nobody_else_may_read_it(self, folder: Path, community: str) -> None:
        before = os.umask(0)
        try:
            with opened(folder) as one:
                append(one, decision(community))
        finally:
            os.umask(before)
        (path,) = files(folder)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_many_at_once_are_whole_lines(self, folder: Path, community: str) -> None:
        new = [decision(community, text="好" * 5_000) for _ in range(50)]

        async def write(one: Journal) -> None:
            await asyncio.gather(*(one.append(each) for each in new))

        with opened(folder) as one:
            asyncio.run(write(one))
        assert {read_line(line).id for line in lines(folder)} == {each.id for each in new}

    def test_a_full_journal_takes_no_more_and_says_so(
        self, folder: Path, community: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = decision(community)
        monkeypatch.setattr(journal, "MAX_BYTES", len(write_line(first)))
        with opened(folder) as one:
            append(one, first)
            with pytest.raises(Unavailable):
                append(one, decision(community))
            assert one.waiting == 1
        assert [read_line(line).id for line in lines(folder)] == [first.id]

    def test_a_disk_that_fills_up_in_the_middle_spoils_no_other_line(
        self, database: Database, folder: Path, community: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, cut, last = (decision(community) for _ in range(3))
        write = os.write

        def full(handle: int, content: bytes | memoryview) -> int:
            if len(content) < 100:
                raise OSError(28, "No space left on device")
            return write(handle, content[:-50])

        with opened(folder) as one:
            append(one, first)
            with monkeypatch.context() as patch:
                patch.setattr(os, "write", full)
                with pytest.raises(Unavailable):
                    append(one, cut)
            append(one, last)
            assert one.waiting == 2
            assert replay(one, database) == 2
        assert stored(database, community) == sorted([first.id, last.id])

    def test_a_folder_that_cannot_be_made_is_unavailable(self, tmp_path: Path, community: str) -> None:
        (tmp_path / "file").write_text("")
        with opened(tmp_path / "file" / "journal") as one, pytest.raises(Unavailable):
            append(one, decision(community))


class TestReplaying:
    def test_what_waits_is_stored_once_and_leaves_the_file(
        self, database: Database, folder: Path, community: str
    ) -> None:
        new = [
            decision(community, key=f"k{n}", deliveries=(delivery(community),), cases=(case(community),))
            for n in range(3)
        ]
        with opened(folder) as one:
            append(one, *new)
            assert replay(one, database) == 3
            assert one.waiting == 0
            assert replay(one, database) == 0
            assert lines(folder) == []
            later = decision(community, key="later")
            append(one, later)
            assert [read_line(line).id for line in lines(folder)] == [later.id]
        assert stored(database, community) == sorted(each.id for each in new)
        with database.transaction(community) as connection:
            row = decisions.get(connection, community, new[0].id)
            assert row.answer == new[0].response
            for table in ("deliveries", "cases"):
                assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 3

    def test_what_had_been_stored_already_stays_as_it_was(
        self, database: Database, folder: Path, community: str
    ) -> None:
        """The commit went through, its answer was lost: the journal's decision is the same message's."""
        first = decision(community, key="k", deliveries=(delivery(community),))
        again = decision(community, key="k", action="block", deliveries=(delivery(community),))
        write_all(database, [first], first.idempotency)
        with opened(folder) as one:
            append(one, again)
            assert replay(one, database) == 1
        assert stored(database, community) == [first.id]
        with database.transaction(community) as connection:
            assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 1

    def test_a_database_that_goes_away_leaves_everything_and_doubles_nothing(
        self, database: Database, folder: Path, community: str
    ) -> None:
        new = [decision(community, key=f"k{n}") for n in range(4)]
        with opened(folder) as one:
            append(one, *new)
            for after in (0, 2):
                with pytest.raises(DatabaseUnavailable):
                    replay(one, Away(database, after))
                assert one.waiting == 4
                assert len(lines(folder)) == 4
            assert replay(one, database) == 4
        assert stored(database, community) == sorted(each.id for each in new)

    def test_conflicts_unknown_communities_and_the_impossible_are_dropped_and_hold_nobody_up(
        self, database: Database, folder: Path, community: str
    ) -> None:
        known = decision(community, key="k", text="一段文字在這裡")
        write_all(database, [known], known.idempotency)
        good = decision(community, key="good")
        with opened(folder) as one:
            append(
                one,
                decision(community, key="k", text="另一段文字在此"),
                decision("no-such-community", key="k"),
                decision(community, key="nul", member_id="a\0b"),
                decision(community, key=secrets.token_hex(2_000)),
                decision(community, cases=(case(community, key=secrets.token_hex(2_000)),)),
                good,
            )
            assert replay(one, database) == 1
            assert one.waiting == 0
            assert lines(folder) == []
        assert stored(database, community) == sorted([known.id, good.id])

    def test_a_database_that_stalls_keeps_nothing_off_the_disk(
        self, database: Database, folder: Path, community: str
    ) -> None:
        first, second = decision(community, key="first"), decision(community, key="second")
        stalling = Stalling(database)

        async def run(one: Journal) -> None:
            await one.append(first)
            replaying = asyncio.create_task(one.replay(stalling))
            await asyncio.to_thread(stalling.asked.wait, 10)
            async with asyncio.timeout(5):
                await one.append(second)
            assert [read_line(line).id for line in lines(folder)] == [first.id, second.id]
            stalling.goes_on.set()
            assert await replaying == 1
            assert one.waiting == 1
            assert await one.replay(database) == 1
            assert (one.waiting, lines(folder)) == (0, [])

        with opened(folder) as one:
            asyncio.run(run(one))
        assert stored(database, community) == sorted([first.id, second.id])


class TestTakingOver:
    def test_the_file_of_a_dead_process(self, database: Database, folder: Path, community: str) -> None:
        with another_process(folder, community) as process:
            process.kill()
            process.wait()
            with opened(folder) as one:
                assert len(files(folder)) == 1
                assert replay(one, database) == 3
                assert files(folder) == []
        assert len(stored(database, community)) == 3

    def test_never_that_of_a_living_one(self, database: Database, folder: Path, community: str) -> None:
        with another_process(folder, community) as process, opened(folder) as one:
            mine = decision(community, key="mine")
            append(one, mine)
            (path,) = [path for path in files(folder) if path.name.startswith(f"{process.pid}-")]
            content = path.read_bytes()
            assert replay(one, database) == 1
            assert path.read_bytes() == content
            assert stored(database, community) == [mine.id]
            process.kill()
            process.wait()
            assert replay(one, database) == 3
            assert not path.exists()

    def test_a_last_line_that_was_cut_short_is_left_out(self, database: Database, folder: Path, community: str) -> None:
        new = [decision(community, key=f"k{n}") for n in range(2)]
        folder.mkdir()
        torn = write_line(decision(community))[:200]
        (folder / "1-dead.jsonl").write_bytes(b"".join(map(write_line, new)) + torn)
        with opened(folder) as one:
            assert replay(one, database) == 2
        assert files(folder) == []
        assert stored(database, community) == sorted(each.id for each in new)

    @pytest.mark.parametrize("junk", [b"", b"\n\n", b"\x00" * 500, b"null\n[]\n{}\n1\n", b"\xff\xfe{", b'{"id":1}\n'])
    def test_junk_is_no_error(self, database: Database, folder: Path, community: str, junk: bytes) -> None:
        folder.mkdir()
        good = decision(community, key="k")
        (folder / "1-dead.jsonl").write_bytes(write_line(good) + junk)
        with opened(folder) as one:
            assert replay(one, database) == 1
        assert files(folder) == []

    def test_a_database_that_is_away_leaves_the_file_for_the_next(
        self, database: Database, folder: Path, community: str
    ) -> None:
        folder.mkdir()
        (folder / "1-dead.jsonl").write_bytes(write_line(decision(community, key="k")))
        with opened(folder) as one:
            with pytest.raises(DatabaseUnavailable):
                replay(one, Away(database))
            assert len(files(folder)) == 1
            assert replay(one, database) == 1

    def test_several_at_once_store_each_decision_once(self, database: Database, folder: Path, community: str) -> None:
        folder.mkdir()
        new = [decision(community, key=f"k{n}") for n in range(20)]
        for number, each in enumerate(new):
            (folder / f"{number}-dead.jsonl").write_bytes(write_line(each))
        journals = [Journal(folder) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda one: replay(one, database), journals))
        for one in journals:
            one.close()
        assert files(folder) == []
        assert stored(database, community) == sorted(each.id for each in new)

    def test_a_file_that_was_just_made_is_not_taken_from_its_maker(
        self, database: Database, folder: Path, community: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Another process looks between the making of a file and its locking."""
        lock = fcntl.flock
        looked = []

        def late(handle: int, operation: int) -> None:
            if not looked:
                looked.append(True)
                with opened(folder) as other:
                    replay(other, database)
            lock(handle, operation)

        monkeypatch.setattr(fcntl, "flock", late)
        new = decision(community)
        with opened(folder) as one:
            append(one, new)
        assert [read_line(line).id for line in lines(folder)] == [new.id]

    def test_what_waits_when_a_process_ends_in_order_is_stored_by_the_next(
        self, database: Database, folder: Path, community: str
    ) -> None:
        new = decision(community, key="k")
        with opened(folder) as one:
            append(one, new)
        with opened(folder) as after:
            assert replay(after, database) == 1
        assert stored(database, community) == [new.id]
        assert files(folder) == []
