"""Archives as events: read as they are, taken once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import InvalidInput
from assistant.settings import Settings
from assistant.store import content_messages
from assistant.store.database import Database
from assistant.types import Own
from assistant.types.content import Said
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import create_community
from assistant.usecases.content.imports import Imported, import_archive, irc
from assistant.usecases.members.privacy import erase_member
from assistant.wiring import build
from tests.integration.usecases.dump import write_dump
from tests.live_service import shipped_classifier

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def made(database: Database, folder: Path, **settings: Any) -> Assistant:
    return build(Settings(data_dir=folder, **settings), database=database, classifier=shipped_classifier())


@pytest.fixture
def assistant(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return made(database, tmp_path_factory.mktemp("imports"))


@pytest.fixture
def community(database: Database) -> str:
    """With a policy."""
    name = f"c{secrets.token_hex(6)}"
    create_community(database, name, name, Own())
    return name


def said(assistant: Assistant, community: str) -> list[Said]:
    """Without what was flagged, and what has no words."""
    with assistant.database.transaction(community) as transaction:
        return content_messages.said(transaction, community, datetime(2026, 11, 1, tzinfo=UTC), NOW, 100)


def test_a_dump_is_taken_once(assistant: Assistant, community: str, tmp_path: Path) -> None:
    write_dump(tmp_path)
    assert import_archive(assistant, community, tmp_path, "stackexchange") == Imported(5, 5)
    assert import_archive(assistant, community, tmp_path, "stackexchange") == Imported(5, 0)
    found = said(assistant, community)
    assert [one.id for one in found] == ["post-1", "post-2", "comment-7", "post-3", "post-4"]
    assert found[0].text.startswith("How does beam search work?\nIs beam search better")
    assert found[0].weight > found[1].weight, "what was answered to weighs more"


def test_logs_of_both_forms_are_read(assistant: Assistant, community: str, tmp_path: Path) -> None:
    lines = "[23:59] <ada> good night\n=== bob left\n[00:01] <eve> still here\n"
    (tmp_path / "2026-11-20_23.ascii.txt").write_text(lines)
    (tmp_path / "room.0.ascii.txt").write_text("rust 2026-11-21 [21:20:37] <tom> hello there\n")
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(3, 3)
    assert [(one.member_id, one.at.day, one.channel) for one in said(assistant, community)] == [
        ("ada", 20, tmp_path.name),
        ("eve", 21, tmp_path.name),
        ("tom", 21, "rust"),
    ]


@pytest.mark.parametrize("form", ["irc", "stackexchange", "diary"])
def test_what_is_no_archive_is_said_to_be_none(assistant: Assistant, community: str, tmp_path: Path, form: str) -> None:
    with pytest.raises(InvalidInput):
        import_archive(assistant, community, tmp_path, form)


def test_a_broken_dump_is_named(assistant: Assistant, community: str, tmp_path: Path) -> None:
    (tmp_path / "Posts.xml").write_text("<posts><row Id=")
    with pytest.raises(InvalidInput) as error:
        import_archive(assistant, community, tmp_path, "stackexchange")
    assert "cannot be read" in str(error.value.values["problem"])


def test_channels_whose_logs_have_one_name_lose_nothing(assistant: Assistant, community: str, tmp_path: Path) -> None:
    for channel in ("#python", "#rust"):
        (tmp_path / channel).mkdir()
        (tmp_path / channel / "2026-11-20.log").write_text(f"[10:00] <ada> hello {channel}\n[10:00] <ada> good day\n")
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(4, 4)
    for channel in ("#python", "#rust"):
        assert import_archive(assistant, community, tmp_path / channel, "irc") == Imported(2, 0)
    assert sorted((one.channel, one.text) for one in said(assistant, community)) == [
        ("#python", "good day"),
        ("#python", "hello #python"),
        ("#rust", "good day"),
        ("#rust", "hello #rust"),
    ]


def test_a_log_that_was_begun_anew_brings_what_is_new(assistant: Assistant, community: str, tmp_path: Path) -> None:
    log = tmp_path / "room.log"
    lines = [f"room 2026-11-2{day} [09:30] <tom> good morning\n" for day in (0, 0, 1, 2)]
    log.write_text("".join(lines[:3]))
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(3, 3), "said twice in a minute is two"
    log.write_text("".join(lines[2:]))
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(2, 1)


def test_a_log_beside_those_without_a_day_brings_them_in_once(
    assistant: Assistant, community: str, tmp_path: Path
) -> None:
    """Their days follow each other by the files' order, which a file that is added changes."""
    (tmp_path / "rust.log").write_text("[10:00] <ada> hello\n[23:59] <eve> late\n[00:10] <bob> early\n")
    (tmp_path / "tea.log").write_text("[10:00] <ada> hello\ntea 2026-11-20 [09:00] <tom> oolong\n[08:00] <tom> again\n")
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(6, 6)
    (tmp_path / "ada.log").write_text("[09:00] <tom> a new room\n")
    (tmp_path / "2026-11-20.log").write_text("[09:00] <tom> a day\n")
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(8, 2)


def test_a_time_that_no_clock_shows_is_no_message(assistant: Assistant, community: str, tmp_path: Path) -> None:
    (tmp_path / "2026-13-45.log").write_text(
        "[25:00] <ada> never said\nroom 2026-02-31 [10:00] <ada> hello\0 there\nroom 2026-11-20 [10:60] <ada> never said"
    )
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(1, 1)


def test_an_archive_does_not_bring_back_who_was_erased(assistant: Assistant, community: str, tmp_path: Path) -> None:
    write_dump(tmp_path)
    import_archive(assistant, community, tmp_path, "stackexchange")
    erase_member(assistant, community, "user-2", "test")
    assert import_archive(assistant, community, tmp_path, "stackexchange") == Imported(5, 0, erased=1)
    assert {one.member_id for one in said(assistant, community)} == {"user-1", "user-3", "user-4", "user-unknown"}


def test_an_archive_is_screened_as_messages_are(assistant: Assistant, community: str, tmp_path: Path) -> None:
    (tmp_path / "2026-11-20.log").write_text("[10:00] <eve> 加❤薇❤信 abc123 日结300\n[10:01] <ada> 今天的麵包很好吃\n")
    assert import_archive(assistant, community, tmp_path, "irc") == Imported(2, 2)
    assert [one.text for one in said(assistant, community)] == ["今天的麵包很好吃"]


def test_an_archive_keeps_no_words_where_none_are_kept(database: Database, community: str, tmp_path: Path) -> None:
    write_dump(tmp_path)
    silent = made(database, tmp_path, retention={"text_days": 0})
    assert import_archive(silent, community, tmp_path, "stackexchange") == Imported(5, 5)
    assert said(silent, community) == []


@pytest.mark.parametrize("mark", ["\x1d", "\x1e", "\x1c", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_message_does_not_end_at_its_italics(tmp_path: Path, mark: str) -> None:
    lines = [f"[10:01] <ann> please {mark}read{mark} the manual", "[10:02] <bob> I did"]
    (tmp_path / "2026-11-20.log").write_bytes("\r\n".join(lines).encode())
    assert [event.text for event in irc(tmp_path)] == [f"please {mark}read{mark} the manual", "I did"]
