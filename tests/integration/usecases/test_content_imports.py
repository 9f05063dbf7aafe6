"""Archives as events: read as they are, taken once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import InvalidInput
from assistant.store import content_messages
from assistant.store.database import Database
from assistant.usecases.content.imports import Imported, import_archive
from tests.integration.usecases.dump import write_dump

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def test_a_dump_is_taken_once(database: Database, community: str, tmp_path: Path) -> None:
    write_dump(tmp_path)
    assert import_archive(database, community, tmp_path, "stackexchange", NOW) == Imported(5, 5)
    assert import_archive(database, community, tmp_path, "stackexchange", NOW) == Imported(5, 0)
    with database.transaction(community) as transaction:
        found = content_messages.said(transaction, community, datetime(2026, 11, 1, tzinfo=UTC), NOW, 100)
    assert [one.id for one in found] == ["post-1", "post-2", "comment-7", "post-3", "post-4"]
    assert found[0].text.startswith("How does beam search work?\nIs beam search better")
    assert found[0].weight > found[1].weight, "what was answered to weighs more"


def test_logs_of_both_forms_are_read(database: Database, community: str, tmp_path: Path) -> None:
    lines = "[23:59] <ada> good night\n=== bob left\n[00:01] <eve> still here\n"
    (tmp_path / "2026-11-20_23.ascii.txt").write_text(lines)
    (tmp_path / "room.0.ascii.txt").write_text("rust 2026-11-21 [21:20:37] <tom> hello there\n")
    assert import_archive(database, community, tmp_path, "irc", NOW) == Imported(3, 3)
    with database.transaction(community) as transaction:
        found = content_messages.said(transaction, community, datetime(2026, 11, 1, tzinfo=UTC), NOW, 100)
    assert [(one.member_id, one.at.day, one.channel) for one in found] == [
        ("ada", 20, tmp_path.name),
        ("eve", 21, tmp_path.name),
        ("tom", 21, "rust"),
    ]


@pytest.mark.parametrize("form", ["irc", "stackexchange", "diary"])
def test_what_is_no_archive_is_said_to_be_none(database: Database, community: str, tmp_path: Path, form: str) -> None:
    with pytest.raises(InvalidInput):
        import_archive(database, community, tmp_path, form, NOW)


def test_a_broken_dump_is_named(database: Database, community: str, tmp_path: Path) -> None:
    (tmp_path / "Posts.xml").write_text("<posts><row Id=")
    with pytest.raises(InvalidInput) as error:
        import_archive(database, community, tmp_path, "stackexchange", NOW)
    assert "cannot be read" in str(error.value.values["problem"])
