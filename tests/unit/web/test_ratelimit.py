import subprocess
import sys

import pytest

from assistant.errors import RateLimited
from assistant.web import ratelimit
from assistant.web.ratelimit import LocalRateLimit, SharedRateLimit


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["local", "shared"])
def limit(request, clock, tmp_path):
    return LocalRateLimit(clock) if request.param == "local" else SharedRateLimit(tmp_path / "rate", clock)


def test_a_minutes_requests_pass_then_the_wait_is_told_and_kept(limit, clock):
    for _ in range(6):
        limit.take("a", 6)
    with pytest.raises(RateLimited) as refused:
        limit.take("a", 6)
    assert refused.value.retry_after == 10
    clock.now = 9.9
    with pytest.raises(RateLimited):
        limit.take("a", 6)
    clock.now = 10.0
    limit.take("a", 6)


def test_callers_do_not_spend_each_others_requests(limit):
    limit.take("a", 1)
    limit.take("b", 1)


def test_an_idle_caller_saves_up_one_minute_at_most(limit, clock):
    limit.take("a", 2)
    clock.now = 3600
    limit.take("a", 2)
    limit.take("a", 2)
    with pytest.raises(RateLimited):
        limit.take("a", 2)


def test_memory_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(ratelimit, "MAX_CALLERS", 3)
    limit = LocalRateLimit(clock)
    for caller in "abcd":
        limit.take(caller, 1)
    with pytest.raises(RateLimited):
        limit.take("d", 1)
    limit.take("a", 1)  # forgotten


def test_processes_that_share_a_file_share_the_requests(clock, tmp_path):
    one, other = (SharedRateLimit(tmp_path / "rate", clock) for _ in range(2))
    one.take("a", 2)
    other.take("a", 2)
    for limit in (one, other):
        with pytest.raises(RateLimited):
            limit.take("a", 2)
    other.take("b", 2)


def test_many_processes_at_once_spend_no_more_than_there_is(tmp_path):
    script = (
        "import sys; from pathlib import Path; from assistant.errors import RateLimited; "
        "from assistant.web.ratelimit import SharedRateLimit\n"
        "limit, passed = SharedRateLimit(Path(sys.argv[1]), lambda: 0.0), 0\n"
        "for _ in range(2000):\n"
        "    try: limit.take('a', 3000)\n"
        "    except RateLimited: continue\n"
        "    passed += 1\n"
        "print(passed)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "rate")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == 3000


def test_a_full_table_forgets_whoever_was_seen_longest_ago(clock, tmp_path):
    limit = SharedRateLimit(tmp_path / "rate", clock, places=1)
    for clock.now, caller in enumerate("abcdefghi"):
        limit.take(caller, 1)
    with pytest.raises(RateLimited):
        limit.take("b", 1)
    limit.take("a", 1)  # forgotten
