"""Rank correlation and bitext F1 against scipy and scikit-learn; the tasks on tiny sets."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import f1_score

from eval.datasets import Datasets, Source
from eval.embedders import characters
from eval.flow import Context
from eval.metrics import ones
from eval.ranks import spearman
from eval.tasks.bitext import answer_f1, tatoeba_zh_en
from eval.tasks.similarity import lcqmc

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("digits", [0, 1, 6])
def test_spearman_against_scipy(digits):
    one = np.round(RNG.random(300) * 4, digits)
    other = np.round(one + RNG.random(300), digits)
    assert spearman(one, other, ones(300))[0] == pytest.approx(spearmanr(one, other)[0])
    weights = RNG.integers(0, 3, size=(4, 300)).astype(float)
    for row, found in zip(weights, spearman(one, other, weights), strict=True):
        drawn = np.repeat(np.arange(300), row.astype(int))
        assert found == pytest.approx(spearmanr(one[drawn], other[drawn])[0])


def test_bitext_f1_against_scikit_learn():
    answers = np.where(RNG.random(60) < 0.7, np.arange(60), RNG.integers(0, 60, 60))
    expected = f1_score(np.arange(60), answers, average="weighted", zero_division=0)
    assert answer_f1(answers, ones(60))[0] == pytest.approx(expected)


def test_characters_tell_same_from_other():
    same, other = characters(["怎么退款", "怎么退款"], ["怎么退款", "天气晴朗"])
    assert same == pytest.approx(1)
    assert other == 0


@pytest.fixture
def context(tmp_path):
    def make(name, files):
        hashes = {}
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text, "utf-8")
            hashes[path] = hashlib.sha256(text.encode()).hexdigest()
        datasets = Datasets(tmp_path, {name: Source(name, "a/b", "c", "MIT", "eval", hashes)})
        return Context(datasets, None, None, own=tmp_path)  # type: ignore[arg-type]  # these tasks screen nothing

    return make


def test_similarity_reads_the_set(context):
    lines = "怎么退款\t如何申请退款\t1\n怎么退款\t今天天气怎么样\t0\n我要发票\t发票怎么开\t1\n我要发票\t她喜欢音乐\t0\n"
    result = lcqmc(context("csts_zh", {"LCQMC/test.txt": lines}))
    assert result.cases == 4
    assert result.tables[0].estimate("Spearman").value == pytest.approx(
        spearmanr([4, 1, 3, 2], [1, 0, 1, 0])[0], abs=0.01
    )


def test_bitext_reads_both_sides(context):
    sides = {"cmn": "我喜欢猫。\n今天下雨。\n", "eng": "I like cats.\nIt is raining today.\n"}
    result = tatoeba_zh_en(
        context("laser_tatoeba_test", {f"data/tatoeba/v1/tatoeba.cmn-eng.{side}": text for side, text in sides.items()})
    )
    assert result.tables[0].estimate("accuracy").value == 1
    assert result.tables[0].estimate("F1", 1).value == 1
