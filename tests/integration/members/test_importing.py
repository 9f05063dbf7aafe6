"""Files bring each event once, whatever stops in between."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.cli import members as command
from assistant.errors import DatabaseUnavailable, InvalidInput
from assistant.usecases.members import importing
from assistant.usecases.members.importing import Wanted, run_import
from tests.integration.members.telling import NOW, event
from tests.integration.members.test_events import count

TAIPEI = ZoneInfo("Asia/Taipei")


def nothing(_):
    pass


def test_a_stopped_import_goes_on_where_it_was(service, community, tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    lines = [json.dumps(event(n, "m1", n, kind="view")) for n in range(90)]
    path.write_text("\n".join([*lines[:40], "{broken", *lines[40:]]), "utf-8")
    monkeypatch.setattr(importing, "PART", 20)

    def stop(done):
        if done.rows_read == 60:
            raise DatabaseUnavailable

    with pytest.raises(DatabaseUnavailable):
        run_import(service.assistant, community, path, Wanted("jsonl"), stop)
    assert count(service, community) == 59
    seen = []
    done = run_import(service.assistant, community, path, Wanted("jsonl"), seen.append)
    assert [one.rows_read for one in seen] == [80, 91]
    assert (done.taken, done.new, done.failed) == (90, 31, 1)
    assert done.errors[0]["row"] == 41
    again = run_import(service.assistant, community, path, Wanted("jsonl"), seen.append)
    assert len(seen) == 2
    assert again.finished_at is not None
    assert again.new == 0
    whole = run_import(service.assistant, community, path, Wanted("jsonl", again=True), nothing)
    assert (whole.rows_read, whole.taken) == (91, 0)


def test_columns_become_properties(service, community, client, tmp_path):
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["type", "member_id", "at", "item_id", "order_id", "amount", "currency", "store"])
        writer.writerow(["purchase", "m1", NOW.replace(tzinfo=None).isoformat(), "sku1", "o1", "88.5", "TWD", "台北"])
        writer.writerow(["view", "m1", NOW.isoformat(), "", "", "", "", ""])
    done = run_import(service.assistant, community, path, Wanted("csv", TAIPEI), nothing)
    assert (done.taken, done.failed) == (2, 0)
    found = client.get("/v1/members/m1/events").json()["events"]
    assert {one["type"]: one["properties"] for one in found} == {"purchase": {"store": "台北"}, "view": {}}
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InvalidInput, match="invalid"):
        run_import(service.assistant, community, path, Wanted("csv"), nothing)


def test_parquet(service, community, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "events.parquet"
    table = pyarrow.table(
        {"id": ["1", "2"], "type": ["view", "click"], "member_id": ["m1", "m1"], "at": [NOW, NOW], "position": [0, 3]}
    )
    parquet.write_table(table, path)
    assert run_import(service.assistant, community, path, Wanted("parquet"), nothing).taken == 2
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(InvalidInput):
        run_import(service.assistant, community, path, Wanted("parquet"), nothing)


def test_an_overlapping_chat_export_brings_only_what_is_new(service, community, client, tmp_path):
    day = NOW.strftime("%Y/%m/%d")
    path = tmp_path / "chat.txt"
    path.write_text(f"[LINE] x\n\n{day}\n00:01\t小明\t早安\n00:01\t小明\t早安\n", "utf-8")
    wanted = Wanted("line", ZoneInfo("UTC"), channel="露營群")
    assert run_import(service.assistant, community, path, wanted, nothing).taken == 2
    path.write_text(f"[LINE] x\n\n{day}\n00:01\t小明\t早安\n00:01\t小明\t早安\n00:02\t小明\t吃飯\n", "utf-8")
    assert run_import(service.assistant, community, path, wanted, nothing).taken == 1
    found = client.get("/v1/members/line:小明/events").json()["events"]
    assert [one["text"] for one in found] == ["吃飯", "早安", "早安"]
    assert found[0]["channel"] == "露營群"


@pytest.mark.parametrize(
    "read",
    [
        lambda: command._format(Path("x.dat"), None),
        lambda: command._format(Path("x.csv"), "xml"),
        lambda: command._zone("Mars/Base"),
        lambda: command._moment("yesterday", None),
        lambda: command._moment("2026-11-28T09:00", None),
    ],
)
def test_what_the_command_line_is_told_wrongly(read):
    with pytest.raises(InvalidInput):
        read()


def test_a_files_name_tells_its_form():
    assert command._format(Path("a/EVENTS.JSONL"), None) == "jsonl"
    assert command._format(Path("[LINE] 露營.txt"), None) == "line"
