"""Both searches keep one contract: the true neighbours, best first, of those allowed."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.backends.faiss_index import FaissVectors
from assistant.faq.dense import PREFIX_FROM, FlatVectors
from assistant.faq.lexical import Floats


def faiss_lists(rows: Floats) -> FaissVectors:
    return FaissVectors.build(rows, lists_from=100)


def faiss_flat(rows: Floats) -> FaissVectors:
    return FaissVectors.build(rows)


@pytest.fixture(params=[FlatVectors.build, faiss_flat, faiss_lists], ids=["numpy", "faiss", "faiss-lists"])
def build(request):
    if request.param is not FlatVectors.build:
        pytest.importorskip("faiss")
    return request.param


def made(count: int, dimensions: int = 128, seed: int = 0) -> Floats:
    """Clustered, with the most in the first dimensions, as Matryoshka training leaves them."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(9).standard_normal((1_000, dimensions))
    rows = centres[rng.integers(0, len(centres), count)] + 0.6 * rng.standard_normal((count, dimensions))
    rows *= 1 / np.sqrt(1 + np.arange(dimensions) / 16)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def exact(rows: Floats, vector: Floats, k: int) -> list[int]:
    return np.argsort(-(rows @ vector), kind="stable")[:k].tolist()


def test_the_nearest_best_first(build) -> None:
    rows = made(2_000)
    vectors = build(rows)
    for question in made(20, seed=1):
        found, products = vectors.nearest(question, 10)
        assert len(set(exact(rows, question, 10)) & set(found.tolist())) >= 9
        assert products == pytest.approx(rows[found] @ question, abs=1e-5)
        assert list(products) == sorted(products, reverse=True)


@pytest.mark.parametrize("share", [0.5, 0.02])
def test_only_what_is_allowed(build, share: float) -> None:
    rows = made(2_000)
    allowed = np.random.default_rng(2).random(2_000) < share
    vectors = build(rows)
    for question in made(10, seed=3):
        found, _ = vectors.nearest(question, 10, allowed)
        places = np.flatnonzero(allowed)
        true = places[exact(rows[allowed], question, 10)]
        assert allowed[found].all()
        assert len(set(true.tolist()) & set(found.tolist())) >= 9


def test_fewer_than_asked_for(build) -> None:
    rows = made(3)
    assert sorted(build(rows).nearest(rows[0], 10)[0].tolist()) == [0, 1, 2]
    assert len(build(rows).nearest(rows[0], 10, np.zeros(3, np.bool_))[0]) == 0
    assert len(build(made(1)[:0]).nearest(rows[0], 10)[0]) == 0


@pytest.mark.slow
def test_recall_at_ten_over_many(build) -> None:
    rows, questions = made(PREFIX_FROM + 5_000), made(100, seed=5)
    vectors = build(rows)
    recalls = [len(set(exact(rows, q, 10)) & set(vectors.nearest(q, 10)[0].tolist())) / 10 for q in questions]
    assert np.mean(recalls) > 0.99


@pytest.mark.parametrize("half", [False, True])
def test_rows_that_come_and_change_are_found_as_they_are(half: bool) -> None:
    pytest.importorskip("faiss")
    everything = made(3_000)
    if half:
        everything = everything.astype(np.float16)
    vectors = FaissVectors.build(everything[:1_000].copy(), lists_from=100)
    vectors.add(everything.copy())
    for question in made(20, seed=6):
        found, _ = vectors.nearest(question, 10)
        assert len(set(exact(everything.astype(np.float32), question, 10)) & set(found.tolist())) >= 9
    moved = made(1, seed=7)[0]
    vectors.rows[2_345] = moved
    vectors.replace(np.array([2_345]))
    found, products = vectors.nearest(moved, 3)
    assert found[0] == 2_345
    assert products[0] == pytest.approx(1, abs=1e-2)
    found, _ = vectors.nearest(everything[2_345].astype(np.float32), 1)
    assert found[0] != 2_345
    assert len(set(vectors.nearest(moved, 1_000)[0].tolist())) == 1_000


def test_only_the_rows_at_places_are_found() -> None:
    pytest.importorskip("faiss")
    rows, places = made(2_000), np.arange(0, 2_000, 5)
    vectors = FaissVectors.build(rows, places=places)
    for question in made(20, seed=8):
        found, _ = vectors.nearest(question, 10)
        true = places[exact(rows[places], question, 10)]
        assert set(found.tolist()) <= set(places.tolist())
        assert len(set(true.tolist()) & set(found.tolist())) >= 9
    assert len(FaissVectors.build(rows, places=np.zeros(0, np.int64)).nearest(rows[0], 5)[0]) == 0
