"""What several processes map has its room on the disk before it is written: a full disk is an error, not the end of a process."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.errors import ConfigurationError
from assistant.web import app, reserved
from assistant.web.ratelimit import SharedRateLimit
from assistant.web.reserved import ReservedCounts
from assistant.web.shared import Shared

NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


def is_whole(path: Path) -> bool:
    found = path.stat()
    return found.st_size > 0 and found.st_blocks * 512 >= found.st_size


@pytest.fixture
def full(monkeypatch):
    """From now on the disk is."""

    def refuse(*_: object) -> None:
        raise NO_ROOM

    return lambda: monkeypatch.setattr(os, "posix_fallocate", refuse)


def test_the_buckets_have_their_room(tmp_path):
    SharedRateLimit(tmp_path / "rate")
    assert is_whole(tmp_path / "rate")


def test_what_is_reserved_twice_stays(tmp_path):
    limit = SharedRateLimit(tmp_path / "rate", lambda: 0.0)
    limit.take("a", 60)
    before = (tmp_path / "rate").read_bytes()
    SharedRateLimit(tmp_path / "rate", lambda: 0.0)
    assert (tmp_path / "rate").read_bytes() == before


@pytest.mark.parametrize("length", [10, 200, 70_000])
def test_counts_have_their_room_however_many_they_become(tmp_path, length):
    path = tmp_path / "counter_1.db"
    counts = ReservedCounts(str(path))
    for number in range(1_000 if length < 1_000 else 2):
        counts.write_value(f"{number}".ljust(length), float(number), 0.0)
        assert is_whole(path)
    counts.close()
    assert [value for _, value, *_ in ReservedCounts.read_all_values_from_file(str(path))][:2] == [0.0, 1.0]


def test_without_a_system_call_for_it_zeros_are_written(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "posix_fallocate")
    path = tmp_path / "counter_1.db"
    path.write_bytes(b"kept")
    with path.open("r+b") as file:
        reserved.reserve(file.fileno(), 10_000)
    assert path.read_bytes() == b"kept" + bytes(9_996)


def test_a_count_without_room_leaves_the_others(tmp_path, full):
    counts = ReservedCounts(str(tmp_path / "counter_1.db"))
    counts.write_value("first", 1.0, 0.0)
    full()
    with pytest.raises(OSError, match="No space"):
        counts.write_value("x" * 100_000, 1.0, 0.0)
    counts.write_value("first", 2.0, 0.0)
    assert counts.read_value("first") == (2.0, 0.0)
    counts.close()
    with pytest.raises(OSError, match="No space"):
        ReservedCounts(str(tmp_path / "counter_2.db"))
    assert not (tmp_path / "counter_2.db").exists()


def test_the_service_says_that_there_is_no_room(tmp_path, full):
    shared = Shared(tmp_path / "data" / "workers-1")
    shared.clear()
    full()
    parts = SimpleNamespace(writer=SimpleNamespace(waiting=0, last_batch=0), journal=None, threads=None)
    with pytest.raises(ConfigurationError, match=r"No space left.*ASSISTANT_DATA_DIR"):
        app.create_app(parts, shared)


def test_requests_are_answered_where_they_cannot_be_counted(tmp_path):
    """In a process of its own: the library chooses its files when it is imported."""
    script = """
import errno, os, sys
from pathlib import Path
from types import SimpleNamespace
from assistant.web.metrics import Metrics

def refuse(*_):
    raise OSError(errno.ENOSPC, "No space left on device")

metrics = Metrics(SimpleNamespace(waiting=3, last_batch=0), Path(sys.argv[1]))
metrics.request("/before", "GET", 200, 0.1)
os.posix_fallocate = refuse
for number in range(200):
    metrics.request(f"/{number}", "GET", 200, 0.1)
    metrics.decision(f"c{number}", {"action": "allow", "findings": [], "degraded": False, "elapsed_ms": 1.0})
    metrics.hook_decision(f"h{number}", "allow", degraded=True)
print(metrics.render().decode())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'route="/before"' in done.stdout
    assert "assistant_writer_waiting 3.0" in done.stdout
    assert done.stdout.count("the metrics find no room") + done.stderr.count("the metrics find no room") == 1
