"""``assistant replay`` reads the API's shapes from JSON lines and CSV."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from assistant.cli import replay as command
from assistant.cli.replay import replay
from assistant.errors import InvalidInput

T0 = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def files(tmp_path):
    events, items = tmp_path / "events.jsonl", tmp_path / "items.csv"
    rows = [
        {
            "id": f"e{n}",
            "type": "click",
            "member_id": f"m{n % 7}",
            "item_id": f"i{n % 5}",
            "at": (T0 + timedelta(hours=n)).isoformat(),
        }
        for n in range(1, 60)
    ]
    events.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    lines = [f"i{n},露營 {n},{T0.isoformat()},露營;戶外" for n in range(8)]
    items.write_text("id,title,published_at,tags\n" + "\n".join(lines) + "\n", "utf-8")
    return events, items


def test_figures_of_the_ranker_stand_beside_popularity(files, monkeypatch):
    screen = io.StringIO()  # its own: a service that another test left running logs to the process's
    monkeypatch.setattr(command, "out", Console(file=screen))
    replay(*files, since="2026-01-02", until=None, k=3, as_json=True)
    figures = json.loads(screen.getvalue())
    assert figures["policy_version"] == "prior-1"
    assert 0 < figures["guesses"] <= 36
    assert 0 <= figures["hits"] <= 1
    assert {"reciprocal", "popular_hits", "popular_reciprocal"} <= figures.keys()


def test_a_line_that_is_not_json_is_named(files):
    events, items = files
    events.write_text('{"id": 1\n', "utf-8")
    with pytest.raises(InvalidInput) as caught:
        replay(events, items, since=None, until=None, k=10, as_json=False)
    assert caught.value.field == "events line 1"


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"id": "\xff"}', "id,型\n".encode("big5")])
def test_a_file_that_cannot_be_read_is_named(files, content):
    events, items = files
    events.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        replay(events, items, since=None, until=None, k=10, as_json=False)
    assert str(caught.value.field).startswith("events")


def test_a_table_that_cannot_be_read_is_named(files):
    events, items = files
    items.write_bytes("id,title\ni1,露營".encode("big5"))
    with pytest.raises(InvalidInput) as caught:
        replay(events, items, since=None, until=None, k=10, as_json=False)
    assert caught.value.field == "items"
