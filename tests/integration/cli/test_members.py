"""Members' events from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.integration.cli.conftest import Service
from tests.integration.cli.test_administration import assistant


def test_a_chat_that_was_read_before_brings_nothing_new(service: Service, tmp_path: Path) -> None:
    assistant(service, "communities", "create", "chats")
    path, day = tmp_path / "chat.txt", datetime.now(UTC).strftime("%Y/%m/%d")
    path.write_text(f"[LINE] x\n\n{day}\n00:00\t小明\t早安\n00:00\t小華\t早\n", "utf-8")
    read = ("members", "import", str(path), "--community", "chats", "--format", "line", "--time-zone", "UTC")
    assert "2 rows read: 2 new events, 0 refused" in assistant(service, *read).stdout
    assert "2 rows read: 0 new events, 0 refused" in assistant(service, *read).stdout
    assert "2 rows read: 0 new events, 0 refused" in assistant(service, *read, "--again").stdout
