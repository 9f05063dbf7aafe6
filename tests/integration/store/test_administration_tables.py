"""Communities, policies and keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from assistant.access import parse_key
from assistant.errors import Conflict, InvalidInput, NotFound
from assistant.store import communities, keys, policies
from assistant.store.communities import Community
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.types.access import Scope
from tests.integration.store.making import NOW


class TestCommunities:
    def test_what_is_made_is_read_back(self, database: Database, community: str) -> None:
        made = Community(f"{community}-2", "茶友會", "zh-Hant", NOW)
        with database.transaction(EVERY_COMMUNITY) as connection:
            communities.create(connection, made)
            assert communities.get(connection, made.id) == made
            assert made in communities.list_all(connection)

    def test_taken(self, database: Database, community: str) -> None:
        with database.transaction(EVERY_COMMUNITY) as connection:
            with pytest.raises(Conflict):
                communities.create(connection, Community(community, "", "en", NOW))
            assert communities.get(connection, community), "the transaction goes on"

    @pytest.mark.parametrize("name", ["", "*", "Demo", "a b", "-a", "茶", "a" * 64, "a\n"])
    def test_not_an_id(self, database: Database, name: str) -> None:
        with database.transaction(EVERY_COMMUNITY) as connection, pytest.raises(InvalidInput) as caught:
            communities.create(connection, Community(name, "", "en", NOW))
        assert caught.value.field == "community"

    def test_unknown(self, database: Database) -> None:
        with database.transaction(EVERY_COMMUNITY) as connection, pytest.raises(NotFound):
            communities.get(connection, "nowhere")


class TestPolicies:
    def test_versions_follow_each_other(self, database: Database, community: str) -> None:
        with database.transaction(community) as connection:
            assert policies.latest_version(connection, community) == 0
            for n in (1, 2):
                saved = policies.save(connection, community, {"id": "p", "version": 9, "n": n}, created_by="x", now=NOW)
                assert saved.version == n
                assert saved.document == {"id": "p", "version": n, "n": n}
                assert policies.load(connection, community) == saved
            assert policies.load(connection, community, 1).document["n"] == 1
            assert [one.version for one in policies.history(connection, community)] == [2, 1]

    def test_a_change_in_between_is_a_conflict(self, database: Database, community: str) -> None:
        with database.transaction(community) as connection:
            policies.save(connection, community, {}, created_by="x", now=NOW, follows=0)
            with pytest.raises(Conflict):
                policies.save(connection, community, {}, created_by="x", now=NOW, follows=0)

    def test_saved_at_once_they_queue(self, database: Database, community: str) -> None:
        def save(_: int) -> int:
            with database.transaction(community) as connection:
                return policies.save(connection, community, {}, created_by="x", now=NOW).version

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(save, range(12))) == list(range(1, 13))

    def test_unknown(self, database: Database, community: str) -> None:
        with database.transaction(EVERY_COMMUNITY) as connection:
            for wrong in (
                lambda: policies.load(connection, community),
                lambda: policies.load(connection, "nowhere"),
                lambda: policies.load(connection, community, 7),
                lambda: policies.save(connection, "nowhere", {}, created_by="x", now=NOW),
            ):
                with pytest.raises(NotFound):
                    wrong()


class TestKeys:
    def test_only_a_hash_is_kept(self, database: Database, community: str) -> None:
        with database.transaction(community) as connection:
            made = keys.create(
                connection, scope=Scope.OPERATOR, community=community, now=NOW, name="前台", requests_per_minute=60
            )
            (listed,) = keys.list_keys(connection, community)
            row = connection.exec_driver_sql("SELECT api_keys::text FROM api_keys").scalar_one()
        assert listed == made.record
        assert listed.hash == parse_key(made.secret)
        assert made.secret.startswith(listed.prefix)
        assert made.secret not in row
        assert made.secret[12:47] not in row

    def test_keys_of_no_community(self, database: Database) -> None:
        with database.transaction(EVERY_COMMUNITY) as connection:
            made = keys.create(connection, scope=Scope.ADMIN, community=None, now=NOW)
        with database.transaction(None) as connection:
            assert keys.find(connection, made.record.hash) == made.record
            assert keys.find(connection, b"x" * 32) is None

    def test_unknown_community(self, database: Database) -> None:
        with database.transaction(EVERY_COMMUNITY) as connection, pytest.raises(NotFound):
            keys.create(connection, scope=Scope.ADMIN, community="nowhere", now=NOW)

    def test_revoke(self, database: Database, community: str) -> None:
        with database.transaction(community) as connection:
            made = keys.create(connection, scope=Scope.PLATFORM, community=community, now=NOW)
            assert keys.revoke(connection, made.record.id, NOW)
            assert not keys.revoke(connection, made.record.id, NOW)
            assert not keys.revoke(connection, "key_none", NOW)
            assert not keys.find(connection, made.record.hash).works(NOW)

    @pytest.mark.parametrize("days", [None, 30])
    def test_rotation_overlaps(self, database: Database, community: str, days: int | None) -> None:
        ends = NOW + timedelta(days=days) if days else None
        later = NOW + timedelta(days=10)
        with database.transaction(community) as connection:
            old = keys.create(
                connection,
                scope=Scope.PLATFORM,
                community=community,
                now=NOW,
                expires_at=ends,
                name="n",
                requests_per_minute=9,
            )
            new = keys.rotate(connection, old.record.id, timedelta(hours=24), later)
            kept = keys.find(connection, old.record.hash)
            with pytest.raises(NotFound):
                keys.rotate(connection, old.record.id, timedelta(0), later)
        assert kept.rotated_to == new.record.id
        assert kept.works(later + timedelta(hours=23, minutes=59))
        assert not kept.works(later + timedelta(hours=24))
        assert new.secret != old.secret
        for name in ("scope", "community", "name", "requests_per_minute"):
            assert getattr(new.record, name) == getattr(old.record, name)
        assert new.record.expires_at == (later + timedelta(days=30) if days else None)

    def test_rotation_never_lengthens(self, database: Database, community: str) -> None:
        soon = NOW + timedelta(hours=1)
        with database.transaction(community) as connection:
            old = keys.create(connection, scope=Scope.MEMBER, community=community, now=NOW, expires_at=soon)
            keys.rotate(connection, old.record.id, timedelta(hours=24), NOW)
            assert keys.find(connection, old.record.hash).expires_at == soon

    def test_use_is_noted_once_a_minute(self, database: Database, community: str) -> None:
        with database.transaction(community) as connection:
            made = keys.create(connection, scope=Scope.PLATFORM, community=community, now=NOW)

            def used(seconds: int) -> object:
                keys.touch(connection, [made.record.id], NOW + timedelta(seconds=seconds))
                return keys.find(connection, made.record.hash).last_used_at

            assert used(0) == NOW
            assert used(59) == NOW
            assert used(60) == NOW + timedelta(seconds=60)
