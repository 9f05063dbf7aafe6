"""Connections as they are kept, and how processes notice that one has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assistant.errors import ConfigurationError, NotFound
from assistant.store import connections
from assistant.store.connections import ConnectionRow, KeptSecret, purpose
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.vault import Sealed, Vault
from assistant.types import FailMode, OnReview
from tests.integration.store.platform_rows import NOW, VAULT, connection_row, new_id

HOUR = timedelta(hours=1)


def put(database: Database, community: str, **fields: object) -> ConnectionRow:
    row = connection_row(community, **fields)
    with database.transaction(community) as connection:
        connections.add(connection, row)
    return row


def read(database: Database, row: ConnectionRow) -> ConnectionRow:
    with database.transaction(row.community) as connection:
        return connections.get(connection, row.community, row.id)


def stamp(database: Database, community: str) -> object:
    with database.transaction(community) as connection:
        return connections.stamp(connection)


class TestKeeping:
    def test_what_is_added_is_read_back_whole(self, database: Database, community: str) -> None:
        connection_id = new_id("con")
        sealed = [VAULT.seal(value, purpose(connection_id, "token")) for value in ("new", "old")]
        row = put(
            database,
            community,
            id=connection_id,
            platform="telegram",
            settings={"staff": ["1"], "名": "值"},
            secrets={"token": KeptSecret(sealed[0], sealed[1], NOW + HOUR)},
            fail_mode=FailMode.CLOSED,
            on_review=OnReview.PUBLISH,
            dry_run=False,
            dry_run_since=None,
            reported_at=NOW,
            paid_messages=True,
            staff_channel="-100",
            disabled_at=NOW,
            disabled_because="410",
            failing_since=NOW - HOUR,
        )
        assert read(database, row) == row
        with database.transaction(EVERY_COMMUNITY) as connection:
            assert connections.find(connection, row.id) == row
            assert row in connections.list_all(connection)

    def test_the_oldest_come_first(self, database: Database, community: str) -> None:
        rows = [put(database, community, created_at=NOW + timedelta(seconds=n)) for n in (2, 0, 1)]
        with database.transaction(community) as connection:
            assert connections.list_all(connection, community) == [rows[1], rows[2], rows[0]]

    def test_unknown_and_another_communitys(self, database: Database, community: str) -> None:
        row = put(database, community)
        with database.transaction(EVERY_COMMUNITY) as connection:
            for wrong in (
                lambda: connections.get(connection, community, "con_none"),
                lambda: connections.get(connection, f"{community}x", row.id),
                lambda: connections.find(connection, "con_none"),
                lambda: connections.save(connection, replace(row, community=f"{community}x"), NOW),
            ):
                with pytest.raises(NotFound):
                    wrong()
            assert not connections.remove(connection, f"{community}x", row.id)
        assert read(database, row) == row

    def test_no_such_community(self, database: Database) -> None:
        with database.transaction(EVERY_COMMUNITY) as connection, pytest.raises(NotFound) as caught:
            connections.add(connection, connection_row("nowhere"))
        assert caught.value.field == "community"


class TestSecrets:
    def test_they_are_sealed_in_the_table(self, database: Database, community: str) -> None:
        row = put(database, community, value="whsec_very_secret")
        with database.transaction(community) as connection:
            kept = connection.exec_driver_sql("SELECT connections::text FROM connections").scalar_one()
        assert "whsec_very_secret" not in kept
        assert "whsec_very_secret" not in repr(row)
        opened = row.opened(VAULT, NOW)
        assert opened.secrets == {"secret": "whsec_very_secret"}
        assert "whsec_very_secret" not in repr(opened)

    def test_the_one_before_counts_until_its_overlap_ends(self, database: Database, community: str) -> None:
        connection_id = new_id("con")
        new, old = (VAULT.seal(value, purpose(connection_id, "secret")) for value in ("new", "old"))
        row = put(database, community, id=connection_id, secrets={"secret": KeptSecret(new, old, NOW + HOUR)})
        kept = read(database, row)
        assert kept.opened(VAULT, NOW + HOUR - timedelta(seconds=1)).accepted("secret") == ("new", "old")
        assert kept.opened(VAULT, NOW + HOUR).accepted("secret") == ("new",)
        assert kept.overlap_ends == NOW + HOUR

    def test_one_that_is_moved_to_another_connection_does_not_open(self, database: Database, community: str) -> None:
        row, thief = put(database, community, value="whsec_a"), put(database, community, value="whsec_b")
        moved = replace(thief, secrets=row.secrets)
        with pytest.raises(ConfigurationError):
            moved.opened(VAULT, NOW)

    def test_what_is_broken_or_of_a_lost_key_is_told_as_such(self, database: Database, community: str) -> None:
        row = put(database, community)
        with pytest.raises(ConfigurationError, match="key"):
            row.opened(Vault([b"x" * 32]), NOW)
        broken = replace(row, secrets={"secret": KeptSecret(Sealed(row.secrets["secret"].current.key_id, "no base64"))})
        with pytest.raises(ConfigurationError):
            broken.opened(VAULT, NOW)


class TestStamp:
    """Whatever changes has to change the stamp, for the other processes look at nothing else."""

    def test_adding_changing_and_removing_change_it(self, database: Database, community: str) -> None:
        seen = [stamp(database, community)]
        row = put(database, community)
        seen.append(stamp(database, community))
        other = put(database, community, created_at=NOW + HOUR, updated_at=NOW + HOUR)
        seen.append(stamp(database, community))
        with database.transaction(community) as connection:
            connections.save(connection, replace(row, dry_run=False), NOW + 2 * HOUR)
        seen.append(stamp(database, community))
        with database.transaction(community) as connection:
            assert connections.stop(connection, other.id, "410", NOW + 3 * HOUR)
        seen.append(stamp(database, community))
        with database.transaction(community) as connection:
            connections.remove(connection, community, row.id)
        seen.append(stamp(database, community))
        assert len(set(seen)) == len(seen), seen

    def test_a_change_by_a_clock_that_is_behind_changes_it_too(self, database: Database, community: str) -> None:
        row = put(database, community)
        put(database, community, updated_at=NOW + HOUR)
        before = stamp(database, community)
        with database.transaction(community) as connection:
            connections.save(connection, replace(row, dry_run=False), NOW + timedelta(minutes=1))
        assert stamp(database, community) != before

    def test_one_that_takes_the_place_of_another_changes_it(self, database: Database, community: str) -> None:
        row = put(database, community)
        put(database, community, updated_at=NOW + HOUR)
        before = stamp(database, community)
        with database.transaction(community) as connection:
            connections.remove(connection, community, row.id)
            connections.add(connection, connection_row(community))
        assert stamp(database, community) != before

    def test_nothing_new_leaves_it(self, database: Database, community: str) -> None:
        row = put(database, community)
        before = stamp(database, community)
        read(database, row)
        assert stamp(database, community) == before

    def test_saving_notes_the_time(self, database: Database, community: str) -> None:
        row = put(database, community)
        with database.transaction(community) as connection:
            saved = connections.save(connection, replace(row, name="後台"), NOW + HOUR)
        assert (saved.name, saved.updated_at) == ("後台", NOW + HOUR)
        assert read(database, row) == saved


class TestFailing:
    def test_the_first_failure_after_a_success_is_remembered(self, database: Database, community: str) -> None:
        row = put(database, community)
        with database.transaction(community) as connection:
            connections.failed(connection, row.id, NOW)
            connections.failed(connection, row.id, NOW + HOUR)
        assert read(database, row).failing_since == NOW
        with database.transaction(community) as connection:
            connections.succeeded(connection, row.id)
        assert read(database, row).failing_since is None

    def test_it_is_sent_nothing_more_only_after_it_has_failed_for_so_long(
        self, database: Database, community: str
    ) -> None:
        row = put(database, community)
        day = timedelta(days=1)
        with database.transaction(community) as connection:
            assert not connections.stop(connection, row.id, "x", NOW, failing_for=day), "it has never failed"
            connections.failed(connection, row.id, NOW)
            early = NOW + day - timedelta(seconds=1)
            assert not connections.stop(connection, row.id, "x", early, failing_for=day)
            assert connections.stop(connection, row.id, "no answer", NOW + day, failing_for=day)
            assert not connections.stop(connection, row.id, "again", NOW + 2 * day, failing_for=day)
        kept = read(database, row)
        assert (kept.stopped_at, kept.stopped_because) == (NOW + day, "no answer")
        assert kept.opened(VAULT, NOW).stopped

    def test_one_that_is_gone_is_stopped_at_once_and_once(self, database: Database, community: str) -> None:
        row, other = put(database, community), put(database, community)
        with database.transaction(community) as connection:
            assert connections.stop(connection, row.id, "410", NOW)
            assert not connections.stop(connection, row.id, "410", NOW)
        assert read(database, other).stopped_at is None


class TestReports:
    def test_due_are_those_in_dry_run_for_long_enough_and_not_reported(
        self, database: Database, community: str
    ) -> None:
        due = put(database, community)
        put(database, community, dry_run_since=NOW + HOUR)
        put(database, community, reported_at=NOW)
        put(database, community, dry_run=False)
        put(database, community, disabled_at=NOW)
        with database.transaction(community) as connection:
            assert [row.id for row in connections.due_for_report(connection, NOW)] == [due.id]
            assert connections.due_for_report(connection, NOW - timedelta(microseconds=1)) == []

    def test_two_at_once_do_not_both_report(self, database: Database, community: str) -> None:
        row = put(database, community)
        with database.transaction(community) as one, database.transaction(community) as other:
            assert [found.id for found in connections.due_for_report(one, NOW)] == [row.id]
            assert connections.due_for_report(other, NOW) == []
            connections.save(one, replace(row, reported_at=NOW), NOW)
        with database.transaction(community) as connection:
            assert connections.due_for_report(connection, NOW) == []
