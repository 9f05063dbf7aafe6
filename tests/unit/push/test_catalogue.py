"""The items as arrays: sorted in as they come, forgotten when they go, in half the room when they are many."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.push import catalogue as module
from assistant.push.catalogue import Catalogue
from assistant.types.item import Item
from tests.unit.push.small import T0


def item(number, minutes=0, **more):
    return Item(
        id=f"i{number}", title=f"t{number}", published_at=datetime.fromtimestamp(T0 + 60 * minutes, UTC), **more
    )


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 50)), max_size=60), st.integers(1, 5))
def test_the_newest_are_the_newest_however_they_came(given_puts, late):
    made, before = Catalogue(0), module._LATE
    module._LATE = late
    try:
        published = {}
        for number, minutes in given_puts:
            made.put(item(number, minutes))
            published[number] = minutes
            now = T0 + 60 * 30
            shown = sorted((m for m in published.values() if m <= 30), reverse=True)[:3]
            found = sorted((float(made.published(np.array([row]))[0]) for row in made.newest(now, 3)), reverse=True)
            assert found == [T0 + 60 * m for m in shown]
    finally:
        module._LATE = before


def test_what_is_dropped_is_never_shown_and_its_words_and_name_are_forgotten():
    made = Catalogue(2)
    row = made.put(item(1, creator="u7", tags=("secret",)), np.array([1.0, 0.0], np.float32))
    made.put(item(2), np.array([0.0, 1.0], np.float32))
    made.drop("i1")
    assert not made.live(T0 + 1)[row]
    assert "i1" not in made.rows
    assert "i1" not in made.ids
    assert not {made.cards[row].title, made.cards[row].creator, *made.cards[row].tags} & {"t1", "u7", "secret"}
    assert not made.vectors(np.array([row])).any()
    assert made.put(item(1)) != row


def test_many_vectors_are_kept_in_half_precision_and_found_as_before(monkeypatch):
    monkeypatch.setattr(module, "FLAT", 100)
    vectors = np.random.default_rng(1).normal(size=(300, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    made = Catalogue(8)
    for number, vector in enumerate(vectors):
        made.put(item(number), vector)
    assert made.stored().dtype == np.float16
    assert made.vectors(slice(None)).dtype == np.float32
    assert np.allclose(made.vectors(np.arange(300)), vectors, atol=1e-3)
    assert made.changed == set()
    made.put(item(5), vectors[5])
    assert made.changed == set()
    made.put(item(5), vectors[6])
    assert made.changed == {5}
