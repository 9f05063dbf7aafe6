"""Buckets are stable, even, and independent of one another."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from assistant.push.buckets import BUCKETS, HOLDOUT, Variant, assigned, bucket

MEMBERS = [f"m{number}" for number in range(20_000)]


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_bucket_is_always_the_same_and_in_range(salt, member):
    assert 0 <= bucket(salt, member) < BUCKETS
    assert bucket(salt, member) == bucket(salt, member)


def test_shares_are_as_asked():
    split = (Variant("a", 1), Variant("b", 3))
    counts = Counter(assigned("x", member, 0.1, split)[0] for member in MEMBERS)
    assert abs(counts[HOLDOUT] / len(MEMBERS) - 0.1) < 0.01
    assert abs(counts["b"] / (counts["a"] + counts["b"]) - 0.75) < 0.015


def test_a_larger_holdout_only_takes_members_in():
    split = (Variant("a"), Variant("b"))
    for member in MEMBERS[:3000]:
        small, large = (assigned("x", member, share, split)[0] for share in (0.05, 0.2))
        assert large in {small, HOLDOUT}


def test_experiments_do_not_go_together():
    both = Counter((bucket("x", m) < 5000, bucket("y", m) < 5000) for m in MEMBERS)
    assert all(abs(count / len(MEMBERS) - 0.25) < 0.015 for count in both.values())
