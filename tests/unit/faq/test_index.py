"""The index: what is found, what may not be, and that changes give what a new index would give."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from assistant.faq.candidates import FEATURES
from assistant.types.faq import Entry, Hit
from tests.unit.faq.small import NOW, ask, index, vectors

SHIPPING = Entry(
    id="ship", language="zh-Hans", question="运费怎么算？", alternatives=("邮费多少",), answer="满99元免运费。"
)
REFUND = Entry(id="refund", language="zh-Hant", question="退款要多久？", answer="三個工作天內退回原付款方式。")
POINTS = Entry(
    id="points", language="en", question="How do points work?", answer="You earn one point for each dollar spent."
)
PASSAGE = Entry(id="care", language="en", answer="Wash a wool blanket by hand.", headings=("Care", "Wool"))
ALL = (SHIPPING, REFUND, POINTS, PASSAGE)


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.entry.id for hit in hits]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("運費怎麼算", "ship"),
        ("邮费", "ship"),
        ("退款多久", "refund"),
        ("how do the points work", "points"),
        ("may I wash a wool blanket", "care"),
    ],
)
def test_the_right_entry_comes_first_in_any_script(question: str, found: str) -> None:
    hits = ask(index(ALL), question)
    assert hits[0].entry.id == found
    assert hits[0].score > 2 * hits[1].score


def test_another_language_is_found_by_meaning() -> None:
    assert ids(ask(index(ALL), "delivery"))[0] == "ship"


def test_a_question_about_nothing_here_scores_low() -> None:
    assert all(hit.score < 0.3 for hit in ask(index(ALL), "quantum chromodynamics lattice"))


def test_scores_are_probabilities_that_exclude_each_other() -> None:
    hits = ask(index(ALL), "运费 退款 points", limit=10)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert sum(hit.score for hit in hits) <= 1 + 1e-6
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert set(hits[0].features) == set(FEATURES)


def test_the_limit_changes_neither_order_nor_scores() -> None:
    many = index(crowd(40))
    whole = ask(many, "topic 7 of the shop", limit=40)
    short = ask(many, "topic 7 of the shop", limit=3)
    assert [(h.entry.id, h.score) for h in short] == [(h.entry.id, h.score) for h in whole[:3]]


def test_nothing_to_find_is_no_error() -> None:
    assert ask(index(()), "运费") == []
    assert ask(index(ALL), "") is not None
    assert ask(index((Entry(id="empty", language="en", answer=""),)), "运费") is not None


def test_entries_outside_their_dates_are_not_there() -> None:
    later = replace(SHIPPING, valid_from=NOW + timedelta(days=1))
    past = replace(SHIPPING, valid_to=NOW)
    assert "ship" not in ids(ask(index((later, REFUND)), "运费怎么算"))
    assert "ship" not in ids(ask(index((past, REFUND)), "运费怎么算"))
    assert "ship" in ids(ask(index((past, REFUND)), "运费怎么算", now=NOW - timedelta(seconds=1)))
    assert "ship" in ids(ask(index((later, REFUND)), "运费怎么算", now=NOW + timedelta(days=1)))


def test_entries_of_a_role_are_seen_by_it_alone() -> None:
    searched = index((replace(SHIPPING, roles=("staff", "vip")), REFUND))
    assert "ship" not in ids(ask(searched, "运费怎么算"))
    assert "ship" not in ids(ask(searched, "运费怎么算", roles=frozenset({"guest"})))
    assert ids(ask(searched, "运费怎么算", roles=frozenset({"vip"})))[0] == "ship"


def test_the_hidden_ones_do_not_crowd_out_the_visible() -> None:
    """A limit before the filter once left nothing: more entries than are looked up lie nearer, and none may be seen."""
    hidden = [
        Entry(id=f"h{i}", language="en", question="points points points", answer="x", roles=("staff",))
        for i in range(300)
    ]
    assert ids(ask(index([*hidden, POINTS]), "points points points"))[0] == "points"


def test_an_entry_in_the_askers_script_comes_first_and_its_twin_is_not_shown() -> None:
    hant = replace(
        SHIPPING,
        id="hant",
        language="zh-Hant",
        question="運費怎麼算？",
        alternatives=("郵費多少",),
        answer="滿99元免運費。",
    )
    searched = index((SHIPPING, hant, REFUND))
    for question, first in (("運費怎麼算", "hant"), ("运费怎么算", "ship")):
        hits = ask(searched, question)
        assert ids(hits)[0] == first
        assert len({"ship", "hant"} & set(ids(hits))) == 1
        assert hits[0].score > 0.5


def test_feedback_decides_between_equals() -> None:
    twins = [replace(POINTS, id=name, answer=f"{name} tells about points.") for name in ("first", "second")]
    found = ask(index(twins, feedback={"second": (9, 0), "first": (0, 9)}), "How do points work?")
    assert ids(found)[0] == "second"


def test_the_fresher_of_two_equals_is_preferred() -> None:
    old = replace(POINTS, id="a-old", answer="Old words.", updated_at=NOW - timedelta(days=2000))
    new = replace(POINTS, id="b-new", answer="New words.", updated_at=NOW)
    assert ids(ask(index((old, new)), "How do points work?"))[0] == "b-new"


def crowd(count: int) -> list[Entry]:
    rng = random.Random(4)
    words = ["运费", "退款", "积分", "发票", "会员", "wool", "order", "invoice", "account", "coupon"]
    return [
        Entry(id=f"e{i}", language="en", question=f"topic {i} {' '.join(rng.sample(words, 3))}", answer=f"answer {i}")
        for i in range(count)
    ]


def test_deletion_and_replacement_hold_at_once() -> None:
    searched = index(ALL)
    changed = searched.with_changes(
        [replace(REFUND, question="How are refunds paid?")],
        vectors([replace(REFUND, question="How are refunds paid?")]),
        ["ship"],
    )
    assert "ship" not in ids(ask(changed, "运费怎么算"))
    assert ids(ask(changed, "how are refunds paid"))[0] == "refund"
    assert ids(ask(changed, "how are refunds paid")).count("refund") == 1
    assert ids(ask(searched, "运费怎么算"))[0] == "ship"
    assert (len(searched), len(changed)) == (4, 3)


def test_what_was_deleted_does_not_come_back() -> None:
    changed = index(ALL).with_changes([], vectors([]), ["ship"])
    for step in range(3):
        other = Entry(id=f"new{step}", language="en", question=f"new {step}", answer="x")
        changed = changed.with_changes([other], vectors([other]), [])
    changed = changed.with_changes([], vectors([]), ["new1"])
    assert "ship" not in ids(ask(changed, "运费怎么算", limit=20))
    assert "new1" not in ids(ask(changed, "new 1", limit=20))
    assert "ship" not in ids(ask(changed.rebuilt(), "运费怎么算", limit=20))
    assert len(changed) == len(changed.rebuilt()) == 5


def test_many_changes_end_where_a_new_index_begins() -> None:
    """After any changes, ``rebuilt`` is the index of what is left."""
    rng, searched, truth = random.Random(8), index(crowd(30)), {entry.id: entry for entry in crowd(30)}
    for step in range(12):
        gone = rng.sample(sorted(truth), 2)
        new = [
            replace(truth[rng.choice(sorted(truth))], answer=f"changed {step}"),
            Entry(id=f"n{step}", language="en", question=f"fresh {step}", answer="y"),
        ]
        searched = searched.with_changes(new, vectors(new), gone)
        truth = {key: value for key, value in truth.items() if key not in gone} | {entry.id: entry for entry in new}
    assert len(searched) == len(truth)
    fresh = index(sorted(truth.values(), key=lambda e: e.id))
    for question in ("topic 4 运费", "fresh 7", "invoice coupon"):
        again = {h.entry: h.score for h in ask(searched.rebuilt(), question, limit=50)}
        expected = {h.entry: h.score for h in ask(fresh, question, limit=50)}
        assert again.keys() == expected.keys()
        assert [again[e] for e in expected] == pytest.approx(list(expected.values()), abs=1e-5)
        assert ask(searched, question)[0].entry == ask(fresh, question)[0].entry


def test_an_index_knows_when_it_is_worn() -> None:
    searched = index(crowd(600))
    assert not searched.worn
    new = [Entry(id=f"n{i}", language="en", question=f"fresh {i}", answer="y") for i in range(61)]
    changed = searched.with_changes(new, vectors(new), [])
    assert changed.worn
    assert not changed.rebuilt().worn


def test_a_snapshot_may_be_searched_by_many_at_once() -> None:
    searched, questions = index(crowd(50)), [f"topic {i}" for i in range(50)]
    alone = [ids(ask(searched, question)) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: ids(ask(searched, question)), questions))
    assert alone == together


def test_the_rows_of_vectors_go_to_their_entries() -> None:
    """Each entry's passage vector is its own, whatever number of ways the others have."""
    segment = index(ALL).segments[0]
    for place, entry in enumerate(ALL):
        rows = vectors([entry])
        assert np.array_equal(segment.told.vectors.rows[place], rows[-1])
        start, end = segment.asked.starts[place : place + 2]
        assert np.array_equal(segment.asked.vectors.rows[start:end], rows[:-1])
