import pytest

from assistant.errors import RateLimited
from assistant.web import ratelimit
from assistant.web.ratelimit import RateLimit


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_minutes_requests_pass_then_the_wait_is_told_and_kept(clock):
    limit = RateLimit(clock)
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


def test_callers_do_not_spend_each_others_requests(clock):
    limit = RateLimit(clock)
    limit.take("a", 1)
    limit.take("b", 1)


def test_an_idle_caller_saves_up_one_minute_at_most(clock):
    limit = RateLimit(clock)
    limit.take("a", 2)
    clock.now = 3600
    limit.take("a", 2)
    limit.take("a", 2)
    with pytest.raises(RateLimited):
        limit.take("a", 2)


def test_memory_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(ratelimit, "MAX_CALLERS", 3)
    limit = RateLimit(clock)
    for caller in "abcd":
        limit.take(caller, 1)
    with pytest.raises(RateLimited):
        limit.take("d", 1)
    limit.take("a", 1)  # forgotten
