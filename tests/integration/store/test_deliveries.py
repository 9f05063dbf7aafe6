"""The outbox's table: claimed once, leased, finished once, called off, driven again."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from assistant.errors import NotFound
from assistant.store import communities, connections, deliveries, retention
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.writer import write_all
from assistant.types import Delivery, DeliveryKind, DeliveryState
from tests.integration.store.making import decision
from tests.integration.store.platform_rows import NOW, case, connection_row, delivery, new_id

LEASE = timedelta(seconds=30)


def put(database: Database, community: str, *entries: Delivery) -> None:
    with database.transaction(community) as connection:
        assert deliveries.add(connection, entries) == len(entries)


def claim(database: Database, community: str, now: datetime = NOW, batch: int = 50) -> list[Delivery]:
    """Of this community alone: the others of the run's database stay as they are."""
    with database.transaction(community) as connection:
        return deliveries.claim(connection, now, now + LEASE, batch)


def read(database: Database, community: str, delivery_id: str) -> Delivery:
    with database.transaction(community) as connection:
        rows = deliveries.page(connection, community, None, None, 200).rows
    return next(row for row in rows if row.id == delivery_id)


def finish(database: Database, community: str, entry: Delivery, state: DeliveryState, **more: str) -> bool:
    with database.transaction(community) as connection:
        return deliveries.finish(connection, entry.id, state, NOW, **more)


class TestAdding:
    def test_what_is_added_is_read_back_whole(self, database: Database, community: str) -> None:
        row = connection_row(community)
        entry = delivery(
            community,
            connection_id=row.id,
            decision_id="dec_1",
            case_id="cas_1",
            kind=DeliveryKind.EVENT,
            payload={"type": "decision", "data": {"名": "值"}},
            state=DeliveryState.SKIPPED,
            because="dry_run",
            attempts=3,
            finished_at=NOW,
            message_id="77",
            due_at=NOW + timedelta(hours=1),
        )
        with database.transaction(community) as connection:
            connections.add(connection, row)
            assert deliveries.add(connection, [entry]) == 1
            assert deliveries.of_decision(connection, community, "dec_1") == [entry]
            assert deliveries.of_case(connection, community, "cas_1") == [entry]
            assert deliveries.of_message(connection, community, row.id, "77") == entry
            assert deliveries.of_message(connection, community, row.id, "78") is None

    def test_a_key_is_known_once_in_a_community(self, database: Database, community: str) -> None:
        first = delivery(community, key="act:same")
        with database.transaction(community) as connection:
            assert deliveries.add(connection, [first]) == 1
            others = [delivery(community, key="act:same"), delivery(community, key="act:other")]
            assert deliveries.add(connection, others) == 1
            assert deliveries.add(connection, []) == 0
            rows = deliveries.page(connection, community, None, None, 50).rows
        assert {row.key for row in rows} == {"act:same", "act:other"}
        assert first.id in {row.id for row in rows}, "the first stays"

    def test_two_communities_may_use_one_key(self, database: Database, community: str) -> None:
        other = f"{community}x"
        with database.transaction(EVERY_COMMUNITY) as connection:
            communities.create(connection, communities.Community(other, "", "en", NOW))
            both = [delivery(community, key="act:same"), delivery(other, key="act:same")]
            assert deliveries.add(connection, both) == 2

    def test_those_of_a_decision_are_stored_with_it_or_not_at_all(self, database: Database, community: str) -> None:
        mine = delivery(community, key="act:dec")
        new = decision(community, key="k", deliveries=(mine,), cases=(case(community, key="decision:dec"),))
        again = decision(
            community,
            key="k",
            deliveries=(delivery(community, key="act:again"),),
            cases=(case(community, key="decision:again"),),
        )
        write_all(database, [new], new.idempotency)
        write_all(database, [again], again.idempotency)
        with database.transaction(community) as connection:
            rows = deliveries.page(connection, community, None, None, 50).rows
            keys = connection.exec_driver_sql("SELECT key FROM cases").scalars().all()
        assert [row.id for row in rows] == [mine.id], "a repeated message brings nothing more"
        assert keys == ["decision:dec"]


class TestClaiming:
    def test_two_workers_at_once_never_get_the_same_entry(self, database: Database, community: str) -> None:
        entries = [delivery(community) for _ in range(200)]
        put(database, community, *entries)
        begin = threading.Barrier(6)

        def work(_: int) -> list[str]:
            begin.wait()
            mine: list[str] = []
            while found := claim(database, community, batch=7):
                assert len(found) <= 7
                mine += [one.id for one in found]
            return mine

        with ThreadPoolExecutor(6) as pool:
            taken = [one for its in pool.map(work, range(6)) for one in its]
        assert sorted(taken) == sorted(entry.id for entry in entries)

    def test_what_another_holds_is_skipped_and_not_waited_for(self, database: Database, community: str) -> None:
        put(database, community, *(delivery(community) for _ in range(4)))
        with database.transaction(community) as one:
            first = deliveries.claim(one, NOW, NOW + LEASE, 2)
            second = claim(database, community)  # the first is still open: a wait here would end in a time-out
        assert (len(first), len(second)) == (2, 2)
        assert {entry.id for entry in first}.isdisjoint(entry.id for entry in second)

    def test_a_lease_that_ended_gives_the_entry_to_whoever_asks_next(self, database: Database, community: str) -> None:
        put(database, community, delivery(community))
        (first,) = claim(database, community)
        assert (first.attempts, first.due_at) == (1, NOW + LEASE)
        assert claim(database, community, NOW + LEASE - timedelta(microseconds=1)) == []
        (again,) = claim(database, community, NOW + LEASE)
        assert (again.id, again.attempts) == (first.id, 2)

    def test_only_what_waits_and_is_due_is_taken_the_longest_due_first(
        self, database: Database, community: str
    ) -> None:
        later = delivery(community, due_at=NOW + timedelta(seconds=1))
        done = delivery(community, state=DeliveryState.DONE)
        skipped = delivery(community, state=DeliveryState.SKIPPED)
        dead = delivery(community, state=DeliveryState.DEAD)
        old = delivery(community, due_at=NOW - timedelta(hours=1))
        put(database, community, later, done, skipped, dead, delivery(community), old)
        assert [one.id for one in claim(database, community, batch=1)] == [old.id]
        assert len(claim(database, community)) == 1
        assert [one.id for one in claim(database, community, later.due_at)] == [later.id]

    def test_a_batch_is_carried_out_in_the_order_of_its_making(self, database: Database, community: str) -> None:
        made = [delivery(community, created_at=NOW + timedelta(seconds=n), due_at=NOW) for n in (2, 0, 1)]
        put(database, community, *made)
        assert [one.id for one in claim(database, community)] == [made[1].id, made[2].id, made[0].id]

    def test_a_worker_sees_every_community(self, database: Database, community: str) -> None:
        entry = delivery(community, due_at=NOW - timedelta(days=3_000))
        put(database, community, entry)
        with database.transaction(EVERY_COMMUNITY) as connection:
            found = deliveries.claim(connection, entry.due_at, NOW + LEASE, 1_000)
        assert entry.id in {one.id for one in found}


class TestFinishing:
    def test_once(self, database: Database, community: str) -> None:
        entry = delivery(community)
        put(database, community, entry)
        assert finish(database, community, entry, DeliveryState.DONE, message_id="9")
        assert not finish(database, community, entry, DeliveryState.DEAD, because="late")
        kept = read(database, community, entry.id)
        assert (kept.state, kept.message_id, kept.because, kept.finished_at) == (DeliveryState.DONE, "9", None, NOW)

    def test_hold_locks_what_waits_so_that_two_workers_do_it_once(self, database: Database, community: str) -> None:
        entry = delivery(community, kind=DeliveryKind.FOLLOW_UP)
        put(database, community, entry)
        worked: list[int] = []
        begin = threading.Barrier(4)

        def work(number: int) -> None:
            begin.wait()
            with database.transaction(community) as connection:
                if deliveries.hold(connection, entry.id):
                    worked.append(number)
                    deliveries.finish(connection, entry.id, DeliveryState.DONE, NOW)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert len(worked) == 1

    def test_postponed_is_tried_again_then_and_not_before(self, database: Database, community: str) -> None:
        put(database, community, delivery(community))
        (taken,) = claim(database, community)
        due_at = NOW + timedelta(minutes=5)
        with database.transaction(community) as connection:
            deliveries.postpone(connection, taken.id, due_at, "429")
        kept = read(database, community, taken.id)
        assert (kept.due_at, kept.attempts, kept.because) == (due_at, 1, "429")
        assert claim(database, community, due_at - timedelta(microseconds=1)) == []
        assert claim(database, community, due_at)[0].attempts == 2

    def test_what_was_not_tried_is_not_counted(self, database: Database, community: str) -> None:
        put(database, community, delivery(community))
        (taken,) = claim(database, community)
        with database.transaction(community) as connection:
            deliveries.postpone(connection, taken.id, NOW, uncounted=True)
        assert read(database, community, taken.id).attempts == 0

    def test_what_is_done_is_not_postponed(self, database: Database, community: str) -> None:
        entry = delivery(community)
        put(database, community, entry)
        finish(database, community, entry, DeliveryState.DONE)
        with database.transaction(community) as connection:
            deliveries.postpone(connection, entry.id, NOW, "late")
        assert read(database, community, entry.id).state is DeliveryState.DONE
        assert claim(database, community, NOW + timedelta(days=1)) == []


class TestCallingOff:
    def call_off(self, database: Database, community: str, decision_id: str, now: datetime = NOW) -> datetime:
        with database.transaction(community) as connection:
            return deliveries.call_off(connection, community, decision_id, "overturned", now)

    def test_orders_that_wait_are_skipped_and_nothing_else(self, database: Database, community: str) -> None:
        decision_id = new_id("dec")
        order = delivery(community, decision_id=decision_id)
        done = delivery(community, decision_id=decision_id, state=DeliveryState.DONE)
        event = delivery(community, decision_id=decision_id, kind=DeliveryKind.EVENT)
        other = delivery(community, decision_id=new_id("dec"))
        put(database, community, order, done, event, other)
        assert self.call_off(database, community, decision_id) == NOW, "nobody was at it: it is free at once"
        kept = read(database, community, order.id)
        assert (kept.state, kept.because, kept.finished_at) == (DeliveryState.SKIPPED, "overturned", NOW)
        assert read(database, community, done.id).state is DeliveryState.DONE
        for entry in event, other:
            assert read(database, community, entry.id).state is DeliveryState.WAITING
        assert {one.id for one in claim(database, community)} == {event.id, other.id}

    def test_it_is_free_when_the_lease_of_whoever_is_at_it_ends(self, database: Database, community: str) -> None:
        decision_id = new_id("dec")
        put(database, community, delivery(community, decision_id=decision_id))
        (taken,) = claim(database, community)
        now = NOW + timedelta(seconds=10)
        assert self.call_off(database, community, decision_id, now) == NOW + LEASE
        assert not finish(database, community, taken, DeliveryState.DONE), "the worker comes too late"

    def test_a_lease_that_is_over_binds_nobody(self, database: Database, community: str) -> None:
        decision_id = new_id("dec")
        put(database, community, delivery(community, decision_id=decision_id))
        claim(database, community)
        later = NOW + timedelta(hours=1)
        assert self.call_off(database, community, decision_id, later) == later

    def test_what_waits_for_another_try_is_free_at_once(self, database: Database, community: str) -> None:
        decision_id = new_id("dec")
        put(database, community, delivery(community, decision_id=decision_id))
        (taken,) = claim(database, community)
        with database.transaction(community) as connection:
            deliveries.postpone(connection, taken.id, NOW + timedelta(hours=10), "429")
        assert self.call_off(database, community, decision_id, NOW) == NOW

    def test_what_is_tried_again_right_now_is_not(self, database: Database, community: str) -> None:
        decision_id = new_id("dec")
        put(database, community, delivery(community, decision_id=decision_id))
        (taken,) = claim(database, community)
        with database.transaction(community) as connection:
            deliveries.postpone(connection, taken.id, NOW, "429")
        claim(database, community)
        assert self.call_off(database, community, decision_id, NOW) == NOW + LEASE

    def test_what_is_due_only_later_does_not_put_it_off(self, database: Database, community: str) -> None:
        decision_id = new_id("dec")
        put(database, community, delivery(community, decision_id=decision_id, due_at=NOW + timedelta(days=7)))
        assert self.call_off(database, community, decision_id) == NOW

    def test_what_was_given_up_is_not_driven_again_but_for_what_takes_back(
        self, database: Database, community: str
    ) -> None:
        decision_id, other_id = new_id("dec"), new_id("dec")
        given_up = {"state": DeliveryState.DEAD, "because": "403", "attempts": 1, "finished_at": NOW}
        done = {
            do: delivery(community, decision_id=decision_id, payload={"do": do}, **given_up)
            for do in ("ban", "delete", "mute", "unmute", "restore")
        }
        other = delivery(community, decision_id=other_id, payload={"do": "ban"}, **given_up)
        put(database, community, other, *done.values())
        self.call_off(database, community, decision_id, NOW + timedelta(hours=1))
        with database.transaction(community) as connection:
            assert deliveries.redrive(connection, community, None, NOW) == 3
        assert {one.id for one in claim(database, community)} == {other.id, done["unmute"].id, done["restore"].id}
        kept = read(database, community, done["ban"].id)
        assert (kept.state, kept.because, kept.finished_at) == (DeliveryState.SKIPPED, "403", NOW)


class TestRedriving:
    def test_what_is_forgotten_is_not_said(self, database: Database, community: str) -> None:
        """A week after it is over, the words are gone: nothing of it is sent empty, and nothing of it is kept."""
        canary = "買奶粉 me@example.org"
        data = {
            "handoff_id": "h1",
            "question": canary,
            "turns": [{"text": canary}],
            "answer": canary,
            "contact": canary,
        }
        payloads: list[tuple[DeliveryKind, dict[str, Any]]] = [
            (DeliveryKind.ORDER, {"do": "message", "member_id": "u1", "text": canary}),
            (DeliveryKind.ORDER, {"do": "post", "channel": "c", "text": canary}),
            (DeliveryKind.QUESTION, {"question": canary, "member_id": "u1"}),
            (DeliveryKind.EVENT, {"type": "push", "data": {"text": canary, "items": [canary]}}),
            (DeliveryKind.EVENT, {"type": "handoff", "data": data}),
        ]
        dead = {"state": DeliveryState.DEAD, "finished_at": NOW}
        said = [delivery(community, kind=kind, payload=payload, **dead) for kind, payload in payloads]
        wordless = [
            delivery(community, payload={"do": "delete", "message_id": "m1"}, **dead),
            delivery(community, payload={"do": "post", "channel": "staff"}, case_id="cas_1", **dead),
            delivery(community, kind=DeliveryKind.EVENT, payload={"type": "case", "data": {"id": "cas_1"}}, **dead),
            delivery(community, kind=DeliveryKind.FOLLOW_UP, payload={"label": "spam"}, **dead),
        ]
        put(database, community, *said, *wordless)
        retention.purge(database, NOW + timedelta(days=6), NOW - timedelta(days=400))
        assert all(canary in json.dumps(read(database, community, one.id).payload, ensure_ascii=False) for one in said)
        retention.purge(database, NOW + timedelta(days=8), NOW - timedelta(days=400))
        assert all(
            canary not in json.dumps(read(database, community, one.id).payload, ensure_ascii=False) for one in said
        )
        with pytest.raises(NotFound), database.transaction(community) as connection:
            deliveries.redrive(connection, community, [said[0].id], NOW)
        with database.transaction(community) as connection:
            assert deliveries.redrive(connection, community, None, NOW) == len(wordless)
        assert {one.id for one in claim(database, community)} == {one.id for one in wordless}

    def test_what_is_not_forgotten_yet_is(self, database: Database, community: str) -> None:
        dead = {"state": DeliveryState.DEAD, "finished_at": NOW}
        put(
            database,
            community,
            delivery(community, payload={"do": "message", "member_id": "u1", "text": "嗨"}, **dead),
            delivery(community, kind=DeliveryKind.QUESTION, payload={"question": "運費？"}, **dead),
            delivery(community, kind=DeliveryKind.EVENT, payload={"type": "push", "data": {"text": "嗨"}}, **dead),
            delivery(community, kind=DeliveryKind.EVENT, payload={"type": "handoff", "data": {"question": ""}}, **dead),
        )
        with database.transaction(community) as connection:
            assert deliveries.redrive(connection, community, None, NOW) == 4

    def test_dead_ones_wait_again_under_their_ids(self, database: Database, community: str) -> None:
        dead, done = (
            delivery(community, state=state, attempts=10, because="x", finished_at=NOW)
            for state in (DeliveryState.DEAD, DeliveryState.DONE)
        )
        put(database, community, dead, done)
        later = NOW + timedelta(days=1)
        with database.transaction(community) as connection:
            assert deliveries.redrive(connection, community, None, later) == 1
        kept = read(database, community, dead.id)
        assert (kept.state, kept.attempts, kept.due_at, kept.finished_at) == (DeliveryState.WAITING, 0, later, None)
        assert [one.id for one in claim(database, community, later)] == [dead.id]
        assert read(database, community, done.id).state is DeliveryState.DONE

    def test_named_ones_alone_and_each_has_to_be_dead(self, database: Database, community: str) -> None:
        one, other, done = (
            delivery(community, state=state) for state in (DeliveryState.DEAD, DeliveryState.DEAD, DeliveryState.DONE)
        )
        put(database, community, one, other, done)
        for wrong in ([one.id, done.id], ["dlv_none"]):
            with pytest.raises(NotFound), database.transaction(community) as connection:
                deliveries.redrive(connection, community, wrong, NOW)
            assert read(database, community, one.id).state is DeliveryState.DEAD, "all or none"
        with database.transaction(community) as connection:
            assert deliveries.redrive(connection, community, [one.id, one.id], NOW) == 1
        assert read(database, community, other.id).state is DeliveryState.DEAD

    def test_another_communitys_stay_dead(self, database: Database, community: str) -> None:
        dead = delivery(community, state=DeliveryState.DEAD)
        put(database, community, dead)
        with pytest.raises(NotFound), database.transaction(EVERY_COMMUNITY) as connection:
            deliveries.redrive(connection, f"{community}x", [dead.id], NOW)
        assert read(database, community, dead.id).state is DeliveryState.DEAD


class TestListing:
    def test_pages_come_newest_first_and_whole(self, database: Database, community: str) -> None:
        made = [delivery(community, created_at=NOW + timedelta(seconds=n // 2)) for n in range(7)]
        put(database, community, *made)
        found, cursor = [], None
        with database.transaction(community) as connection:
            while True:
                page = deliveries.page(connection, community, None, cursor, 2)
                found += page.rows
                cursor = page.next_cursor
                if cursor is None:
                    break
        assert sorted(one.id for one in found) == sorted(one.id for one in made)
        assert [one.created_at for one in found] == sorted((one.created_at for one in made), reverse=True)

    def test_by_state_and_counted(self, database: Database, community: str) -> None:
        put(
            database, community, delivery(community), delivery(community), delivery(community, state=DeliveryState.DEAD)
        )
        with database.transaction(community) as connection:
            (dead,) = deliveries.page(connection, community, DeliveryState.DEAD, None, 50).rows
            counted = deliveries.counts(connection, community)
        assert dead.state is DeliveryState.DEAD
        assert counted == {"waiting": 2, "done": 0, "dead": 1, "skipped": 0}


def test_they_go_with_their_connection(database: Database, community: str) -> None:
    row = connection_row(community)
    with database.transaction(community) as connection:
        connections.add(connection, row)
    mine, other = delivery(community, connection_id=row.id), delivery(community)
    put(database, community, mine, other)
    with database.transaction(community) as connection:
        assert connections.remove(connection, community, row.id)
        assert [one.id for one in deliveries.page(connection, community, None, None, 50).rows] == [other.id]
