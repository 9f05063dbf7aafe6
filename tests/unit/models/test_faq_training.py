"""Training of the FAQ's judge: simulated communities are what they say, and the fit learns and is what numpy reads."""

from __future__ import annotations

import random
from importlib.util import find_spec

import numpy as np
import pytest

from assistant.faq.candidates import CONTEXT, FEATURES
from assistant.types.faq import Entry
from models.faq import measure
from models.faq.community import Asking, Community
from models.faq.lists import Listed, listed
from models.faq.shop import LANGUAGES, SEEDS, community, topics
from tests.later import Later
from tests.unit.faq import small

torch, train = Later("torch"), Later("models.faq.train")
pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="the judge is fitted by torch")


class Small:
    ref, dimensions = small.REF, small.DIMENSIONS

    def encode(self, texts, *, query=False):
        return small.encode(texts)


def lists(count: int = 200, seed: int = 0) -> list[Listed]:
    """One feature tells the right candidate; where it is low everywhere there is none."""
    rng, found = np.random.default_rng(seed), []
    for number in range(count):
        features = rng.random((5, len(FEATURES))).astype(np.float32)
        features[:, 0] *= 0.5
        answerable = number % 2 == 0
        right = np.zeros(5, bool)
        if answerable:
            right[2] = True
            features[2, 0] = 0.9
        found.append(Listed(features, np.zeros(len(CONTEXT), np.float32), right, answerable, "a", "c", str(number)))
    return found


def test_the_fit_learns_what_tells_the_right_ones() -> None:
    from models.faq.fit import fit

    model = train.reranker(fit(lists(), steps=150), "small")
    figures = measure.figures(measure.judged(model, lists(seed=1)))
    assert figures["first right"] > 0.95
    assert figures["AUROC"] > 0.95


def test_numpy_reads_what_torch_fitted() -> None:
    from models.faq.fit import Judge, batched

    torch.manual_seed(1)
    own = lists(6)
    mean = [torch.zeros(len(FEATURES)), torch.zeros(len(CONTEXT) + len(FEATURES))]
    judge = Judge(mean, [torch.ones_like(m) for m in mean], 4)
    with torch.no_grad():
        for part in (*judge.linear, *judge.out):
            part.normal_()
        logs = judge(batched(own)).numpy()
    from models.faq.fit import Fitted, layer

    model = train.reranker(Fitted(layer(judge, 0), layer(judge, 1), float(judge.bias.item())), "small")
    for one, expected in zip(own, logs, strict=True):
        entries, none = model.logits(one.features[np.argsort(~one.right, kind="stable")], one.context)
        logits = np.append(entries, none)
        mine = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
        assert mine == pytest.approx(np.append(expected[:5], expected[-1]), abs=1e-4)


def test_the_knobs_are_those_that_cost_least() -> None:
    """Sure ones are right, unsure ones wrong, and none is close to another: the floor lies between, the gap is the widest."""
    first = np.array([0.9] * 50 + [0.4] * 50)
    found = measure.Judged(first, first > 0.5, np.full(100, 0.01), np.zeros(100, bool), np.ones(100, bool))
    floor, gap = train.knobs(found)
    assert 0.4 < floor <= 0.9
    assert gap == max(train.GAPS)


def test_the_seeds_are_whole_and_told_apart() -> None:
    seen = set()
    for topic in topics():
        assert topic["topic"] not in seen
        seen.add(topic["topic"])
        for language in LANGUAGES:
            assert len(topic[language]) == 5
            assert len(set(topic[language])) == 5
    assert len(seen) >= 50, SEEDS


@pytest.mark.parametrize("passages", [False, True])
@pytest.mark.parametrize("spoken", [("en",), LANGUAGES])
def test_a_shop_knows_the_answers_it_is_said_to_know(passages: bool, spoken: tuple[str, ...]) -> None:
    made = community("x", topics(), spoken, [], passages, random.Random(4))
    held = {entry.id: entry for entry in made.entries}
    texts = {text for entry in made.entries for text in entry.utterances}
    assert {entry.language for entry in made.entries} == set(spoken)
    for asking in made.askings:
        assert asking.right <= held.keys()
        assert asking.text not in texts
        assert all(name.split(":")[0] == asking.group for name in asking.right)
    assert any(asking.right for asking in made.askings)
    assert any(not asking.right for asking in made.askings)


def test_lists_mark_the_right_candidates() -> None:
    entries = (
        Entry(id="a", language="en", question="how much is shipping", answer="five"),
        Entry(id="b", language="en", question="how do points work", answer="one each"),
    )
    askings = (
        Asking("what does shipping cost", frozenset({"a"}), "en", "g"),
        Asking("the moon", frozenset(), "en", "h"),
    )
    one, none = listed(Community("c", "k", entries, askings), Small(), {})
    assert one.right.sum() == 1
    assert one.answerable
    assert not none.right.any()
    assert not none.answerable


def test_auroc_counts_ties_half() -> None:
    known = measure.Judged(
        np.array([0.5, 0.5]), np.array([True, False]), np.zeros(2), np.zeros(2, bool), np.array([True, False])
    )
    assert measure.figures(known)["AUROC"] == 0.5
