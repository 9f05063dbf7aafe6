"""Cases, appeals and the audit trail: one per cause, taken by one, listed in order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from assistant.errors import Conflict, InvalidInput, NotFound
from assistant.store import appeals, audit, cases
from assistant.store.appeals import AppealState
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.types import Case, CaseKind, CaseState, Resolution
from tests.integration.store.platform_rows import NOW, appeal, case, new_id

HOUR = timedelta(hours=1)


def put(database: Database, community: str, **fields: object) -> Case:
    entry = case(community, **fields)
    with database.transaction(community) as connection:
        assert cases.add(connection, entry)
    return entry


def waiting(database: Database, community: str, limit: int = 50) -> list[str]:
    with database.transaction(community) as connection:
        return [entry.id for entry in cases.waiting(connection, community, limit)]


class TestCases:
    def test_what_is_added_is_read_back_whole(self, database: Database, community: str) -> None:
        entry = put(
            database,
            community,
            kind=CaseKind.PENALTY,
            urgent=True,
            decision_id="dec_1",
            connection_id="con_1",
            member_id="u1",
            channel="general",
            details={"step": "mute", "說明": "值"},
            state=CaseState.RESOLVED,
            claimed_by="ming",
            claimed_at=NOW,
            resolution=Resolution.REMOVE,
            resolved_by="hua",
            resolved_at=NOW,
            note="x",
        )
        with database.transaction(community) as connection:
            assert cases.get(connection, community, entry.id) == entry
            assert cases.of_decision(connection, community, "dec_1") == [entry]

    def test_one_cause_opens_one_case(self, database: Database, community: str) -> None:
        first = put(database, community, key="decision:1")
        with database.transaction(community) as connection:
            assert not cases.add(connection, case(community, key="decision:1"))
            assert cases.add(connection, case(community, key="decision:2"))
        assert first.id in waiting(database, community)
        assert len(waiting(database, community)) == 2

    def test_unknown_and_another_communitys(self, database: Database, community: str) -> None:
        entry = put(database, community)
        with database.transaction(EVERY_COMMUNITY) as connection:
            for wrong in ((community, "cas_none"), (f"{community}x", entry.id)):
                with pytest.raises(NotFound):
                    cases.get(connection, *wrong)
                with pytest.raises(NotFound):
                    cases.claim(connection, *wrong, "ming", NOW)

    def test_urgent_ones_come_first_then_the_oldest(self, database: Database, community: str) -> None:
        new = put(database, community, created_at=NOW + HOUR)
        old = put(database, community, created_at=NOW)
        urgent = put(database, community, created_at=NOW + 2 * HOUR, urgent=True)
        put(database, community, state=CaseState.RESOLVED, urgent=True)
        claimed = put(database, community, created_at=NOW + 3 * HOUR, state=CaseState.CLAIMED, claimed_by="ming")
        assert waiting(database, community) == [urgent.id, old.id, new.id, claimed.id]
        assert waiting(database, community, 1) == [urgent.id]

    def test_pages_by_state_and_kind(self, database: Database, community: str) -> None:
        made = [put(database, community, created_at=NOW + timedelta(seconds=n // 2)) for n in range(5)]
        help_case = put(database, community, kind=CaseKind.HELP, created_at=NOW - HOUR)
        put(database, community, state=CaseState.RESOLVED, created_at=NOW - 2 * HOUR)
        found, cursor = [], None
        with database.transaction(community) as connection:
            while True:
                page = cases.page(
                    connection, community, state=CaseState.OPEN, kind=CaseKind.REVIEW, cursor=cursor, limit=2
                )
                found += [entry.id for entry in page.rows]
                cursor = page.next_cursor
                if cursor is None:
                    break
            every = cases.page(connection, community, state=None, kind=None, cursor=None, limit=50)
            (helps,) = cases.page(connection, community, state=None, kind=CaseKind.HELP, cursor=None, limit=50).rows
            for junk in ("x", "é", "AAAA", ""):
                with pytest.raises(InvalidInput):
                    cases.page(connection, community, state=None, kind=None, cursor=junk, limit=2)
        assert sorted(found) == sorted(one.id for one in made)
        assert len(found) == len(set(found))
        assert len(every.rows) == 7
        assert every.next_cursor is None
        assert helps == help_case

    def test_reports_of_one_member_in_the_last_hour(self, database: Database, community: str) -> None:
        mine = {"kind": CaseKind.REPORT, "connection_id": "con_1", "details": {"reported_by": "u1"}}
        put(database, community, **mine)
        put(database, community, **mine, created_at=NOW - HOUR)
        put(database, community, **mine | {"details": {"reported_by": "u2"}})
        put(database, community, **mine | {"connection_id": "con_2"})
        put(database, community, **mine | {"kind": CaseKind.REVIEW})
        with database.transaction(community) as connection:
            assert cases.reports_by(connection, community, "con_1", "u1", NOW - HOUR) == 1


class TestClaiming:
    def test_by_one_of_many_at_once(self, database: Database, community: str) -> None:
        entry = put(database, community)
        begin = threading.Barrier(5)

        def claim(name: str) -> str | None:
            begin.wait()
            try:
                with database.transaction(community) as connection:
                    return cases.claim(connection, community, entry.id, name, NOW).claimed_by
            except Conflict as error:
                assert error.values["actor"], "who has it is named"
                return None

        with ThreadPoolExecutor(5) as pool:
            got = [name for name in pool.map(claim, "abcde") if name]
        assert len(got) == 1
        with database.transaction(community) as connection:
            kept = cases.get(connection, community, entry.id)
            again = cases.claim(connection, community, entry.id, got[0], NOW + HOUR)
        assert (kept.state, kept.claimed_by, kept.claimed_at) == (CaseState.CLAIMED, got[0], NOW)
        assert again == kept, "again changes nothing"

    def test_not_what_is_resolved(self, database: Database, community: str) -> None:
        entry = put(database, community)
        with database.transaction(community) as connection:
            cases.resolve(connection, entry, Resolution.REMOVE, "hua", "why", NOW)
            with pytest.raises(Conflict):
                cases.claim(connection, community, entry.id, "hua", NOW)


def test_resolved_and_opened_again(database: Database, community: str) -> None:
    entry = put(database, community)
    with database.transaction(community) as connection:
        cases.claim(connection, community, entry.id, "ming", NOW)
        cases.resolve(connection, entry, Resolution.REMOVE, "hua", "why", NOW)
        done = cases.get(connection, community, entry.id)
        assert cases.waiting(connection, community, 50) == []
        cases.reopen(connection, done)
        assert cases.get(connection, community, entry.id) == entry
    assert (done.state, done.resolution, done.resolved_by, done.note, done.resolved_at) == (
        CaseState.RESOLVED,
        Resolution.REMOVE,
        "hua",
        "why",
        NOW,
    )


class TestAppeals:
    def test_one_for_a_decision(self, database: Database, community: str) -> None:
        row = appeal(community, connection_id="con_1", member_id="u1")
        with database.transaction(community) as connection:
            appeals.add(connection, row)
            with pytest.raises(Conflict) as caught:
                appeals.add(connection, appeal(community, decision_id=row.decision_id))
            assert caught.value.message == "appeal_known"
            assert appeals.of_decision(connection, community, row.decision_id) == row
            assert appeals.of_decision(connection, community, "dec_none") is None

    def test_decided_and_listed(self, database: Database, community: str) -> None:
        rows = [appeal(community, created_at=NOW + n * HOUR) for n in range(3)]
        with database.transaction(community) as connection:
            for row in rows:
                appeals.add(connection, row)
            appeals.decide(connection, rows[1], AppealState.UPHELD, "hua", "stands", NOW)
            still = appeals.page(connection, community, AppealState.OPEN, None, 50)
            (upheld,) = appeals.page(connection, community, AppealState.UPHELD, None, 50).rows
        assert [row.id for row in still.rows] == [rows[2].id, rows[0].id]
        assert (upheld.id, upheld.decided_by, upheld.note, upheld.decided_at) == (rows[1].id, "hua", "stands", NOW)
        assert upheld.text == rows[1].text


class TestAudit:
    def test_newest_first_by_subject_and_in_pages(self, database: Database, community: str) -> None:
        subject = new_id("dec")
        with database.transaction(community) as connection:
            for number in range(5):
                audit.write(
                    connection,
                    community,
                    NOW + number * HOUR,
                    actor="machine",
                    action=f"a{number}",
                    subject=subject,
                    reason="為何",
                    details={"n": number},
                )
            audit.write(connection, community, NOW, actor="x", action="other", subject="another")
            rows, before = audit.page(connection, community, subject, None, 2)
            rest, end = audit.page(connection, community, subject, before, 50)
            every, _ = audit.page(connection, community, None, None, 50)
        assert [row.action for row in (*rows, *rest)] == ["a4", "a3", "a2", "a1", "a0"]
        assert end is None
        assert (rows[0].reason, rows[0].details, rows[0].actor, rows[0].at) == (
            "為何",
            {"n": 4},
            "machine",
            NOW + 4 * HOUR,
        )
        assert len(every) == 6
