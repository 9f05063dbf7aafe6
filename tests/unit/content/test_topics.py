from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.content.cluster import group
from assistant.content.drafting import why
from assistant.content.ideas import ideas_of
from assistant.content.needs import find_needs
from assistant.content.signs import need_kind
from assistant.content.terms import name_groups, terms_of
from assistant.content.topics import rising_topics
from assistant.types.content import NeedKind
from tests.unit.content.making import PERIOD, Embedder, said

OLD = [said(days, f"stroller wheel squeaks {n}") for n, days in enumerate((10, 12, 15, 18, 20, 25))]
STEADY = [said(days, f"stroller wheel squeaks again {n}") for n, days in enumerate((2, 4))]
NEW = [said(days, f"flask leaks in bag {n}") for n, days in enumerate((1, 2, 3, 4))]


def topics(messages):
    return rising_topics(messages, Embedder().encode([one.text for one in messages]), PERIOD)


def test_what_is_new_rises_above_what_is_usual():
    found = topics([*OLD, *STEADY, *NEW])
    assert "flask" in found[0].name.lower()
    assert (found[0].recent, found[0].before, found[0].members) == (4, 0, 4)
    steady = next(one for one in found if "stroller" in one.name)
    assert (steady.recent, steady.before) == (2, 6)
    assert steady.rising < found[0].rising
    assert steady.trend < 2 < found[0].trend


def test_one_member_alone_makes_no_wave():
    alone = [said(days, f"flask leaks in bag {n}", "m1") for n, days in enumerate((1, 2, 3, 4))]
    assert topics(alone) == []
    two = [*alone[1:], said(1, "flask leaks in bag 0", "m2")]
    assert topics(two)[0].rising < topics(NEW)[0].rising


def test_a_sampled_message_counts_as_many_as_it_stands_for():
    usual = [replace(said(days, f"stroller wheel squeaks {days}"), stands_for=4.0) for days in range(8, 32)]
    lately = [said(0.5 + n / 4, f"stroller wheel squeaks lately {n}") for n in range(24)]
    found = topics([*usual, *lately])[0]
    assert (found.recent, found.before, found.sampled) == (24, 96, True)
    assert found.trend == 1.0
    assert found.trending == "steady"


def test_what_a_sample_leaves_out_is_not_called_new():
    others = [replace(said(days, f"pumpkin soup wanted {days}"), stands_for=9.0) for days in range(8, 36)]
    assert topics([*OLD, *NEW])[0].trending == "new"
    found = next(one for one in topics([*others, *NEW]) if "flask" in one.name.lower())
    assert (found.before, found.trending) == (0, "rising")


def test_what_falls_is_not_called_rising():
    usual = [said(days, f"stroller wheel squeaks {days}") for days in range(8, 30)]
    lately = [said(days, f"stroller wheel squeaks lately {days}") for days in (2, 4)]
    found = topics([*usual, *lately])
    assert found[0].trend < 1
    assert {one.because for one in ideas_of(found, [], [])} == {"steady"}
    assert "usual rate" not in why(ideas_of(found, [], [])[0], "en")


def test_a_rise_within_chance_comes_after_what_is_spoken_of_most():
    usual = [said(days, f"stroller wheel squeaks {days}") for days in range(32)]
    hardly = [said(days, f"flask leaks in bag {days}") for days in (1, 2, 3)]
    plain = topics([*usual, *hardly])
    assert [one.name.split()[0].lower() for one in plain] == ["stroller", "flask"]
    assert [one.risen for one in plain] == [False, False]
    assert plain[1].rising > plain[0].rising
    clearly = [said(days, f"flask leaks in bag again {days}") for days in (0.5, 1.5, 2.5, 3.5, 4.5)]
    found = topics([*usual, *hardly, *clearly])
    assert [(one.name.split()[0].lower(), one.risen) for one in found] == [("flask", True), ("stroller", False)]


def test_a_busier_week_alone_raises_no_topic():
    def talk(text, now):
        lately = [said(0.2 + n / 20, f"{text} lately {n}") for n in range(now)]
        return [*(said(8 + n, f"{text} {n}") for n in range(20)), *lately]

    busier = topics([*talk("stroller wheel squeaks", 20), *talk("flask leaks in bag", 20)])
    assert [one.risen for one in busier] == [False, False]
    assert all(one.trend > 3 for one in busier)
    one_rose = topics([*talk("stroller wheel squeaks", 30), *talk("flask leaks in bag", 3)])
    assert [one.risen for one in one_rose] == [True, False]


def test_what_rose_is_worth_most_and_the_rest_by_how_much_it_is_spoken_of():
    usual = [said(days, f"stroller wheel squeaks {days}") for days in range(32)]
    ideas = ideas_of(topics([*usual, *NEW, *(said(days, f"flask leaks in bag x {days}") for days in range(5))]), [], [])
    worth = {one.terms[0]: max(other.weight for other in ideas if other.terms == one.terms) for one in ideas}
    assert max(worth.values()) == 1.0
    assert 0 < min(worth.values()) <= 0.4


def test_samples_are_messages_of_different_members():
    busy = [said(1, f"flask leaks in bag {n}", "m1") for n in range(5)] + [said(2, "flask leaks in bag", "m2")]
    found = topics(busy)[0]
    assert len({one.member_id for one in found.samples[:2]}) == 2
    assert {one.text for one in found.samples} <= {one.text for one in busy}


def test_names_are_whole_words_in_chinese():
    [names] = name_groups([["保溫瓶會漏水", "我的保溫瓶漏水了", "保溫瓶漏水可以換嗎"]])
    assert set(names[:2]) == {"保溫瓶", "漏水"}
    assert "瓶漏" not in names


def test_who_speaks_is_no_topic():
    [names] = name_groups([["ada: beam search", "ada: beam search again"]], leave_out=frozenset({"ada"}))
    assert names[0] == "beam search"
    assert "ada" not in names


@given(st.text(max_size=300))
def test_terms_stand_in_the_text(text):
    assert all(form in text or " " in form for form in terms_of(text).values())


@given(st.integers(0, 60), st.integers(0, 5))
def test_groups_are_of_two_or_more(count, seed):
    rows = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    labels = group(rows, 0.5)
    assert len(labels) == count
    sizes = np.bincount(labels[labels >= 0]) if count else np.zeros(0)
    assert all(size >= 2 for size in sizes)


def test_needs_are_told_apart():
    assert need_kind("請問運費怎麼算？") is NeedKind.QUESTION
    assert need_kind("等了三天沒人回，好失望") is NeedKind.COMPLAINT
    assert need_kind("希望可以出小一號") is NeedKind.WISH
    assert need_kind("my order never arrived") is NeedKind.COMPLAINT
    assert need_kind("今天天氣很好") is None


def test_what_is_urgent_and_common_comes_first():
    messages = [said(1, f"is the flask lid safe, urgent? {n}") for n in range(4)] + [said(1, "which blue is nicer?")]
    needs = find_needs(messages, Embedder().encode([one.text for one in messages]), PERIOD)
    assert (needs[0].common, needs[0].members, needs[0].urgency) == (True, 4, 1.0)
    assert not needs[-1].common
    assert needs[0].weight > needs[-1].weight
