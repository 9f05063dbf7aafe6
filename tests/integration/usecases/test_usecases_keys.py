"""Keys: the demo community's own, and when they were last used."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.store.database import Database
from assistant.types.access import Scope
from assistant.usecases.communities import seed_demo
from assistant.usecases.keys import create_key, demo_key, list_keys, note_use, revoke_key


def test_the_demo_key_is_kept_and_issued_again_when_missing_or_dead(database: Database, tmp_path: Path) -> None:
    seed_demo(database)
    seed_demo(database)
    path = tmp_path / "demo.key"
    first = demo_key(database, path)
    assert demo_key(database, path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    second = demo_key(database, path)
    assert second != first
    record = next(one for one in list_keys(database, "demo") if one.prefix == second[:12])
    assert revoke_key(database, record.id)
    assert demo_key(database, path) not in {first, second}
    path.write_bytes(b"\xff\xfe nonsense")
    assert demo_key(database, path).startswith("cak_")


def test_use_is_noted(database: Database, community: str) -> None:
    made = create_key(database, scope=Scope.PLATFORM, community=community, lifetime=timedelta(days=1))
    now = datetime.now(UTC)
    note_use(database, now, {made.record.id})
    (record,) = [one for one in list_keys(database, community) if one.id == made.record.id]
    assert record.last_used_at == now
    assert record.works(now)
    assert not record.works(now + timedelta(days=2))
