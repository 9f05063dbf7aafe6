"""Strikes and penalties: what counts, when, and that nobody counts at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import exc

from assistant.store import penalties
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.penalties import PenaltyRow, StrikeRow
from assistant.types import PenaltyState, Step
from tests.integration.store.platform_rows import NOW, new_id, penalty, strike

DAY = timedelta(days=1)


def points(
    database: Database,
    community: str,
    now: datetime = NOW,
    *,
    member: str = "u1",
    connection_id: str = "con_1",
    dry_run: bool = False,
) -> int:
    with database.transaction(community) as connection:
        return penalties.points(connection, community, connection_id, member, now, dry_run=dry_run)


def put(database: Database, community: str, *rows: StrikeRow | PenaltyRow) -> None:
    with database.transaction(community) as connection:
        for row in rows:
            add = penalties.add_strike if isinstance(row, StrikeRow) else penalties.add_penalty
            assert add(connection, row)


class TestPoints:
    def test_they_are_the_members_on_one_connection(self, database: Database, community: str) -> None:
        put(
            database,
            community,
            strike(community, weight=1),
            strike(community, weight=3),
            strike(community, member_id="u2", weight=10),
            strike(community, connection_id="con_2", weight=20),
        )
        assert points(database, community) == 4
        assert points(database, community, member="u2") == 10
        assert points(database, community, connection_id="con_2") == 20
        assert points(database, community, member="nobody") == 0
        with database.transaction(EVERY_COMMUNITY) as connection:
            assert penalties.points(connection, f"{community}x", "con_1", "u1", NOW, dry_run=False) == 0

    def test_they_expire_to_the_moment(self, database: Database, community: str) -> None:
        put(
            database,
            community,
            strike(community, weight=1, expires_at=NOW + DAY),
            strike(community, weight=2, expires_at=NOW + 2 * DAY),
        )
        assert points(database, community, NOW + DAY - timedelta(microseconds=1)) == 3
        assert points(database, community, NOW + DAY) == 2
        assert points(database, community, NOW + 2 * DAY) == 0

    def test_those_taken_back_do_not_count_until_they_are_reinstated(self, database: Database, community: str) -> None:
        row, other = strike(community, weight=2), strike(community, weight=1)
        put(database, community, row, other)
        with database.transaction(community) as connection:
            assert penalties.revoke_strike(connection, community, row.decision_id, NOW)
            assert not penalties.revoke_strike(connection, community, row.decision_id, NOW)
            assert not penalties.revoke_strike(connection, community, new_id("dec"), NOW)
            kept = penalties.strike_of(connection, community, row.decision_id)
        assert kept.revoked_at == NOW
        assert points(database, community) == 1
        with database.transaction(community) as connection:
            penalties.reinstate_strike(connection, community, row.decision_id)
        assert points(database, community) == 3

    def test_those_of_a_dry_run_count_in_a_dry_run_alone(self, database: Database, community: str) -> None:
        put(database, community, strike(community, weight=1), strike(community, weight=4, dry_run=True))
        assert points(database, community) == 1
        assert points(database, community, dry_run=True) == 5

    def test_a_decision_brings_one_strike(self, database: Database, community: str) -> None:
        row = strike(community)
        put(database, community, row)
        with database.transaction(community) as connection:
            assert not penalties.add_strike(connection, strike(community, decision_id=row.decision_id, weight=9))
            assert penalties.strike_of(connection, community, row.decision_id) == row
            assert penalties.strike_of(connection, community, "dec_none") is None
        assert points(database, community) == 1

    def test_a_strike_weighs_something(self, database: Database, community: str) -> None:
        with pytest.raises(exc.IntegrityError), database.transaction(community) as connection:
            penalties.add_strike(connection, strike(community, weight=0))


class TestLock:
    def test_nobody_counts_while_another_does(self, database: Database, community: str) -> None:
        """Each of many at once sees the strikes of all before it: no sum twice, none left out."""
        seen: list[tuple[int, int]] = []
        begin = threading.Barrier(6)

        def work(_: int) -> None:
            begin.wait()
            with database.transaction(community) as connection:
                penalties.lock(connection, community, "con_1/u1")
                before = penalties.points(connection, community, "con_1", "u1", NOW, dry_run=False)
                penalties.add_strike(connection, strike(community))
                after = penalties.points(connection, community, "con_1", "u1", NOW, dry_run=False)
                seen.append((before, after))

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, range(6)))
        assert sorted(seen) == [(n, n + 1) for n in range(6)]

    def test_another_members_and_another_communitys_are_not_waited_for(
        self, database: Database, community: str
    ) -> None:
        with database.transaction(community) as one:
            penalties.lock(one, community, "con_1/u1")
            with database.transaction(community) as other:  # a wait here would end in a time-out
                penalties.lock(other, community, "con_1/u2")
                penalties.lock(other, f"{community}x", "con_1/u1")
                penalties.lock(other, community, "")

    def test_it_ends_with_the_transaction(self, database: Database, community: str) -> None:
        for _ in range(2):
            with database.transaction(community) as connection:
                penalties.lock(connection, community, "con_1/u1")


class TestPenalties:
    def test_what_is_added_is_read_back_whole_and_once(self, database: Database, community: str) -> None:
        row = penalty(community, state=PenaltyState.HELD, because="hourly")
        put(database, community, row)
        with database.transaction(community) as connection:
            assert not penalties.add_penalty(connection, penalty(community, decision_id=row.decision_id))
            assert penalties.penalty_of(connection, community, row.decision_id) == row
            assert penalties.penalty_of(connection, community, "dec_none") is None

    def test_states_follow_each_other(self, database: Database, community: str) -> None:
        row = penalty(community, state=PenaltyState.HELD, because="hourly")
        put(database, community, row)
        with database.transaction(community) as connection:
            penalties.set_state(connection, row, PenaltyState.APPLIED, NOW)
            applied = penalties.penalty_of(connection, community, row.decision_id)
            penalties.set_state(connection, row, PenaltyState.LIFTED, NOW + DAY, "overturned")
            lifted = penalties.penalty_of(connection, community, row.decision_id)
        assert (applied.state, applied.because, applied.lifted_at) == (PenaltyState.APPLIED, None, None)
        assert (lifted.state, lifted.because, lifted.lifted_at) == (PenaltyState.LIFTED, "overturned", NOW + DAY)

    def test_in_force_are_those_applied_and_not_over(self, database: Database, community: str) -> None:
        holds = penalty(community)
        for_ever = penalty(community, step=Step.BAN, ends_at=None)
        put(
            database,
            community,
            holds,
            for_ever,
            penalty(community, ends_at=NOW),
            penalty(community, state=PenaltyState.LIFTED),
            penalty(community, state=PenaltyState.HELD),
            penalty(community, state=PenaltyState.DRY_RUN),
            penalty(community, member_id="u2"),
            penalty(community, connection_id="con_2"),
        )
        with database.transaction(community) as connection:

            def ids(*steps: Step, now: datetime = NOW) -> list[str]:
                return [row.id for row in penalties.in_force(connection, community, "con_1", "u1", steps, now)]

            assert ids(Step.MUTE) == [holds.id]
            assert ids(Step.BAN, now=NOW + 10_000 * DAY) == [for_ever.id]
            assert sorted(ids(Step.MUTE, Step.BAN)) == sorted([holds.id, for_ever.id])
            assert ids(Step.MUTE, now=holds.ends_at) == []
            assert ids(Step.KICK) == []

    def test_the_hours_steps_are_the_communitys_own_and_applied(self, database: Database, community: str) -> None:
        put(
            database,
            community,
            penalty(community),
            penalty(community, member_id="u2", connection_id="con_2"),
            penalty(community, step=Step.WARNING),
            penalty(community, state=PenaltyState.HELD),
            penalty(community, state=PenaltyState.DRY_RUN),
            penalty(community, created_at=NOW - timedelta(hours=1)),
        )
        with database.transaction(community) as connection:
            since = NOW - timedelta(hours=1)
            assert penalties.steps_since(connection, community, Step.MUTE, since) == 2
            assert penalties.steps_since(connection, community, Step.MUTE, since - DAY) == 3
            assert penalties.steps_since(connection, community, Step.BAN, since) == 0
            assert penalties.steps_since(connection, f"{community}x", Step.MUTE, since) == 0

    def test_a_members_record_is_newest_first_and_bounded(self, database: Database, community: str) -> None:
        strikes = [strike(community, created_at=NOW + n * DAY) for n in range(3)]
        steps = [penalty(community, created_at=NOW + n * DAY) for n in range(3)]
        put(
            database, community, *strikes, *steps, strike(community, member_id="u2"), penalty(community, member_id="u2")
        )
        with database.transaction(community) as connection:
            record = penalties.of_member(connection, community, "con_1", "u1", 2)
        assert record == ([strikes[2], strikes[1]], [steps[2], steps[1]])
