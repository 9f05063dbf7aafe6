"""The parts of the embedder's training that can be checked by hand."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from tokenizers import normalizers

from models.embedder import charsmap, data, store
from models.embedder.bags import Bags, ragged
from models.embedder.overlap import Overlap, fingerprint
from tests.later import Later

torch, fit, learned = Later("torch"), Later("models.embedder.fit"), Later("models.embedder.table")


def test_the_compiled_map_says_what_the_table_says():
    table = {"A": "a", "Ａ": "a", "臺": "台", "\u200b": "", "ﬁ": "fi", "😀": "smile", "Aé": "x"}
    normaliser = normalizers.Precompiled(charsmap.compiled({k: v for k, v in table.items() if len(k) == 1}))
    for char, result in table.items():
        if len(char) == 1:
            assert normaliser.normalize_str(char) == result
    assert normaliser.normalize_str("zA臺\u200b北") == "za台北"
    assert normaliser.normalize_str("台北 z") == "台北 z"


@pytest.mark.skipif(find_spec("jieba") is None, reason="training the embedder reads the word list that jieba brings")
@pytest.mark.parametrize(
    ("char", "result"),
    [
        ("É", "e"),
        ("Ｗ", "w"),
        ("臺", "台"),
        ("乾", "干"),
        ("\u00a0", " "),
        ("\ufe0f", ""),
        ("\n", " "),
        ("が", "が"),
        ("ß", "ß"),
    ],
)
def test_characters_fold(char, result):
    assert charsmap.folded(char) == result


def test_near_duplicates_are_found():
    overlap = Overlap(["How do I get a refund for my order?", "如何申请退款和退货？"])
    assert overlap.near("how do i get a refund for my order")
    assert overlap.near("How do I get a refund for an order?")
    assert overlap.near("如何申請退款和退貨")
    assert not overlap.near("How do I get to the station?")
    assert not overlap.near("如何申请发票")
    assert fingerprint("！？") == ""


@pytest.mark.parametrize(
    ("gloss", "sense"),
    [
        ("to split the bill (where one pays more)", "to split the bill"),
        ("CL:個|个[ge4]", ""),
        ("(slang)", "slang"),
        ("bye-bye (alternative for 拜拜[bai2 bai2])", "bye-bye"),
    ],
)
def test_glosses_lose_their_references(gloss, sense):
    assert data._sense(gloss) == sense


def test_ragged_rows_are_taken_in_order():
    values, starts = np.array([1, 2, 3, 4, 5, 6]), np.array([0, 2, 2, 5, 6])
    taken, begins = ragged(values, starts, np.array([3, 1, 0]))
    assert taken.tolist() == [6, 1, 2]
    assert begins.tolist() == [0, 1, 1, 3]


def test_a_words_row_is_its_own_and_its_characters_mean():
    words = ["[UNK]", "退", "款", "退款", "refund"]
    table = learned.Table(words, torch.eye(5))
    bags = Bags(np.array([3, 4, 3]), np.array([0, 2, 3]))
    for _ in range(3):
        (sums,) = table.sums([bags])
        table.descend((sums**2).sum(), 0.1)
    whole = table.whole()
    (sums,) = table.sums([bags])
    assert torch.allclose(sums, torch.stack([whole[3] + whole[4], whole[3]]), atol=1e-6)
    assert torch.equal(whole[0], torch.eye(5)[0]), "a row that no step used stays"
    assert not torch.equal(whole[3], torch.eye(5)[3])


def test_clusters_hold_every_row_once_and_like_rows_together():
    rng = np.random.default_rng(1)
    centres = np.eye(8, dtype=np.float32)
    vectors = np.repeat(centres, 16, axis=0) + 0.01 * rng.standard_normal((128, 8)).astype(np.float32)
    order = fit.clustered(vectors, 16, rng)
    assert sorted(order.tolist()) == list(range(128))
    groups = (order // 16).reshape(-1, 16)
    kinds = np.mean([len(set(group.tolist())) for group in groups])
    assert kinds < 5.5, "drawn at random, 16 rows are of seven kinds"


def test_quantised_rows_are_near_what_they_were():
    rows = np.random.default_rng(2).standard_normal((50, 16)).astype(np.float32)
    rows[0] = 0
    whole, factors = store.quantised(rows)
    assert whole.dtype == np.int8
    assert np.abs(whole * factors[:, None] - rows).max() <= factors.max() / 2 + 1e-6
    assert not whole[0].any()
