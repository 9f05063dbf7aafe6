"""The learned model of advertising claims: what it finds beside the rules, where it points, and what it may not do."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.claims import (
    ENCODED,
    ClaimModel,
    ClaimWeights,
    kernel,
    mixed,
    probability,
    shares,
    shipped_claims,
    signals_of,
)
from assistant.backends.no_classifier import NoClassifier
from assistant.backends.shipped import shipped
from assistant.errors import ModelError
from assistant.moderation.advertising import MODEL, SOURCE, advise, find_claims, reword
from assistant.moderation.advertising.grams import grams, windows
from assistant.moderation.advertising.rulebook import load_rules
from assistant.moderation.policy import shipped_policy
from assistant.text import Normalised
from assistant.types import Advertising, Category, Exemptions, Finding, Jurisdiction, Label, Message, Purpose
from assistant.wiring import compile_policy
from assistant.words import LANGUAGES, load_words
from models.advertising.texts import training_texts

HELD_BACK = sorted((Path(__file__).parents[3] / "eval/ads").glob("heldback*.tsv"))
EVERYWHERE = Advertising()
BEYOND_RULES = [
    ("請在Dcard用分身帳號問哪裡買，再用另一個帳號回我們店名", "hidden", "zh-Hant"),
    ("告诉奶奶你生日就想要它，不买就不吃饭", "children", "zh-Hans"),
    ("Every applicant we coached got in. So will you.", "education", "en"),
    ("Cancel the order and wire it to me, so I don't lose five per cent.", "outside", "en"),
    ("喊上你的七大姑八大姨来投票，票数最高的拿冰箱", "sharing", "zh-Hans"),
]
"""What no rule knows: in words that it was trained on, or in words like them."""


def learned(text: str, where: Advertising = EVERYWHERE) -> list[Finding]:
    return [one for one in find_claims(Normalised(text), where, shipped_claims()) if one.source.startswith(MODEL)]


def rule(name: str) -> str:
    return f"{MODEL}{name}"


@pytest.mark.parametrize(("text", "kind", "language"), BEYOND_RULES, ids=lambda one: one[:14])
def test_it_finds_what_no_rule_does_and_rests_on_the_same_articles(text, kind, language):
    assert not [one for one in find_claims(Normalised(text), EVERYWHERE) if one.source == f"{SOURCE}{kind}"]
    (finding,) = [one for one in learned(text) if one.source == rule(kind)]
    assert finding.label == Label.MISLEADING
    assert shipped_claims().threshold <= finding.score <= 1
    advice = advise(finding, text[finding.start : finding.end], EVERYWHERE)
    assert advice.laws == next(one for one in load_rules() if one.id == kind).rests_on(EVERYWHERE)
    assert set(advice.advice) == set(LANGUAGES)


@pytest.mark.parametrize(("text", "kind", "language"), BEYOND_RULES, ids=lambda one: one[:14])
def test_its_rewording_satisfies_it_too(text, kind, language):
    reader = shipped_claims()
    said = reword(text, find_claims(Normalised(text), EVERYWHERE, reader), EVERYWHERE, language, reader)
    assert find_claims(Normalised(said), EVERYWHERE, reader) == []
    assert said.strip()
    assert said != text


def test_a_claim_without_a_law_in_the_place_is_none():
    milk = "初生奶粉滿千減百"
    taiwan, mainland = (Advertising((place,), Category.INFANT_FORMULA) for place in (Jurisdiction.TW, Jurisdiction.CN))
    promoted = "infant_promotion"
    assert promoted in {one.source.rsplit(".", 1)[1] for one in find_claims(Normalised(milk), taiwan, shipped_claims())}
    assert rule(promoted) not in {one.source for one in learned(milk, mainland)}
    assert rule("medical") not in {
        one.source for one in learned("吃了我们的药，肿瘤也缩小了", Advertising(category=Category.DRUG))
    }


@pytest.mark.parametrize(
    "text",
    [
        "海报上的“错过再等一年”已经改掉了，换成具体的截止日期",
        "有人同你講「包賺」，嗰個唔係我哋嘅同事，請打電話查證",
        "版規：不許說奶粉好過母乳，違者刪文",
    ],
)
def test_words_of_a_rule_in_a_text_that_claims_nothing_are_no_finding(text):
    assert find_claims(Normalised(text), EVERYWHERE)
    assert find_claims(Normalised(text), EVERYWHERE, shipped_claims()) == []


def test_it_leaves_a_rules_finding_where_anything_in_the_text_may_be_a_claim():
    text = "海报上的“错过再等一年”已经改掉了。全网最低价，保证瘦五公斤！"
    by_rule = find_claims(Normalised(text), EVERYWHERE)
    assert by_rule
    assert set(by_rule) <= set(find_claims(Normalised(text), EVERYWHERE, shipped_claims()))


@pytest.mark.parametrize("text", ["其他", "普通", "無", "ok", "😀", "1️⃣"])
def test_a_word_alone_is_not_read(text):
    assert learned(text) == []


def test_it_says_nothing_again_that_a_rule_says():
    text = "全網最低價，保證瘦五公斤"
    found = find_claims(Normalised(text), EVERYWHERE, shipped_claims())
    assert {one.source for one in found} >= {f"{SOURCE}absolute", f"{SOURCE}effect"}
    assert not {one.source for one in found} & {rule("absolute"), rule("effect")}


def test_it_points_at_the_words_and_not_at_the_text_around_them():
    before = "大家早安，今天十點開店，外面下雨請小心地滑。"
    text = f"{before}請在Dcard用分身帳號問哪裡買，再用另一個帳號回我們店名。下午五點打烊。"
    spans = [(one.start, one.end) for one in learned(text)]
    assert spans
    assert all(len(before) <= start < end <= len(text) - len("下午五點打烊。") for start, end in spans)


@given(st.text(max_size=300), st.sampled_from(list(Category)))
def test_any_text_is_read_and_spans_lie_in_it(text, category):
    where = Advertising(category=category)
    for one in learned(text, where):
        assert 0 <= one.start < one.end <= len(text)
        assert advise(one, text[one.start : one.end], where).laws


_PIECES = st.sampled_from(
    [*(text for text, _, _ in BEYOND_RULES), "😀", "\u200b", "。", "明天十點開門\n", " ok. ", "ﬁ"]
)


@given(st.lists(_PIECES, max_size=8))
def test_spans_hold_something_to_read_whatever_stands_around(pieces):
    text = "".join(pieces)
    for one in learned(text):
        assert text[one.start : one.end].strip(" 。\n\u200b")


@given(st.text(max_size=400))
def test_windows_leave_nothing_out(text):
    covered = np.zeros(len(text), bool)
    for start, end in windows(text):
        assert 0 <= start < end <= len(text)
        covered[start:end] = True
    assert all(covered[at] or character.isspace() or character in "。！？!?；;." for at, character in enumerate(text))


@given(st.text(max_size=80))
def test_an_n_gram_lies_where_it_says(text):
    characters, words = grams(text)
    for gram in characters:
        assert 0 <= gram.start < gram.end <= len(text)
    for gram in words:
        assert 0 <= gram.start <= gram.end <= len(text)


@given(st.text(min_size=1, max_size=80), st.sampled_from(sorted(one.id for one in load_rules())))
def test_the_weightiest_words_are_never_none(text, kind):
    if kind in shipped_claims()._weights.kinds:
        start, end = shipped_claims().weightiest(text, kind)
        assert 0 <= start < end <= len(text)


def test_probabilities_are_of_the_models_weighed():
    margins = np.array([[0.0, 2.0, 0.0], [3.0, 0.0, 0.0]])
    signals = signals_of(np.array([1.0, -1.0]), margins, np.array([0.5, 0.5]))
    assert signals[1].tolist() == pytest.approx([-1.0, np.log(2) - 3, 0.5])
    some = probability(mixed(signals, np.array([1.0, 0.0, 2.0, -1.0])))
    assert some.tolist() == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))])
    its = shares(margins)
    assert its.sum(axis=1).tolist() == pytest.approx([1, 1])
    assert its[0, 0] == pytest.approx(np.exp(2) / (np.exp(2) + 1))


class Counting:
    """The shipped encoder of a language, with what it was given."""

    def __init__(self):
        self.read: dict[str, list[str]] = {}

    def __call__(self, language):
        self.language = language
        return self

    def logits(self, texts):
        self.read.setdefault(self.language, []).extend(texts)
        return np.zeros((len(texts), 2 + len(shipped_claims()._weights.kinds)), np.float32)


def test_the_encoder_of_a_stretchs_script_reads_the_surest_and_no_more():
    model, encoder = shipped_claims(), Counting()
    counted = ClaimModel(model._weights, model._embedder, encoder)
    claims = ["包治百病，一次見效。", "Cures everything in one day. "]
    counted.read(Normalised("".join(claims) * 30 + "明天十點開門。" * 100).folded.text)
    assert set(encoder.read) == {"en", "zh"}
    assert sum(map(len, encoder.read.values())) == ENCODED
    assert all(any("\u4e00" <= char <= "\u9fff" for char in one) for one in encoder.read["zh"])
    assert not any("\u4e00" <= char <= "\u9fff" for one in encoder.read["en"] for char in one)
    assert not any("开门" in one for one in encoder.read["zh"])


def test_the_kernel_is_of_squared_distances():
    found = kernel(np.array([[0.0, 1.0]], np.float32), np.array([[0.0, 1.0], [1.0, 0.0]], np.float32), 0.5)
    assert found[0].tolist() == pytest.approx([1.0, np.exp(-1.0)])


def screened(text: str, **policy):
    screener = compile_policy(replace(shipped_policy(), **policy), NoClassifier())
    return screener.screen(Message(text, purpose=Purpose.MARKETING))


def test_a_draft_with_its_finding_is_flagged_and_masked_and_a_chat_message_is_not():
    text, kind, _ = BEYOND_RULES[0]
    decision = screened(text)
    assert decision.flagged
    assert rule(kind) in {one.source for one in decision.findings}
    assert decision.masked_text != text
    chat = compile_policy(shipped_policy(), NoClassifier()).screen(Message(text))
    assert not [one for one in chat.findings if one.source.startswith(MODEL)]


def test_a_community_leaves_it_out_or_a_rule_of_it_or_exempts_its_words():
    text, kind, _ = BEYOND_RULES[0]

    def said(**policy) -> set[str]:
        return {one.source for one in screened(text, **policy).findings}

    assert rule(kind) not in said(disabled_rules=("model:ads.",))
    assert rule(kind) not in said(disabled_rules=(f"ads.{kind}",))
    assert rule(kind) in said(disabled_rules=("ads.returns",))
    assert rule(kind) not in said(exemptions=Exemptions(phrases=(text,)))


def test_without_the_model_nothing_doubts_the_rules():
    text = "版規：不許說奶粉好過母乳，違者刪文"
    assert not screened(text).findings
    assert screened(text, disabled_rules=("model:ads.",)).findings


def test_what_the_product_writes_makes_no_claim():
    words = load_words()
    for language in LANGUAGES:
        own = [words.get(key, language) for key in words.keys("content.")]
        own += [one.blank[language] for one in load_rules()]
        assert [text for text in own if learned(text)] == []


def test_long_texts_take_linear_time():
    text = "請在Dcard用分身帳號問哪裡買，再用另一個帳號回我們店名。" * 400
    assert 1 <= len(learned(text)) <= 201 * len(load_rules())


def test_weights_are_small_and_damaged_ones_are_refused(tmp_path):
    file = shipped("models/advertising") / "claims.npz"
    assert file.stat().st_size < 2_500_000
    assert sum(one.stat().st_size for one in file.parent.glob("encoder_*.npz")) < 10_000_000
    damaged = tmp_path / "claims.npz"
    damaged.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"claims\.npz"):
        ClaimWeights.load(damaged)
    np.savez(damaged, kinds=np.array(["absolute"]))
    with pytest.raises(ModelError, match=r"claims\.npz"):
        ClaimWeights.load(damaged)


def test_it_was_trained_on_nothing_that_measures_it():
    assert HELD_BACK
    lines = [line for file in HELD_BACK for line in file.read_text("utf-8").splitlines()]
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    texts = training_texts()
    seen = {Normalised(one.text).folded.text for one in texts}
    families = {one.family for one in texts}
    for _, _, _, family, text in rows:
        assert Normalised(text).folded.text not in seen
        assert family not in families
