"""Shipped terms in texts in which the classifier sees nothing of their label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.moderation.doubted import DOUBT, as_doubted, shipped_sources
from assistant.moderation.policy import shipped_policy
from assistant.moderation.reported import HINT_SCORE
from assistant.settings import load_settings
from assistant.types import Action, Finding, Label, Message, ModelRef, TermList
from assistant.wiring import build_classifier, compile_policy

SURE = ModelRef("risk", "1", ("sexual",))
TERM = Finding(Label.HATE, 0.92, 0, 2, "rule:hate.zh")

MET_BY_CHANCE = [
    "学体操翻跟头",
    "追劇看三小時",
    "毛衣可以用烘幹機嗎",
    "日本狗粮",
    "细菌全都杀光",
    "波波推车",
    "好想躺着赚钱",
    "花两千买到高仿包…要维权",
    "Are weight loss pills safe while breastfeeding?",
]


@pytest.fixture(scope="module")
def classifier():
    return build_classifier(load_settings())


@pytest.mark.parametrize("text", MET_BY_CHANCE)
def test_what_only_a_list_sees_holds_nothing_up(classifier, text):
    found = compile_policy(shipped_policy(), classifier).screen(Message(text))
    assert found.action is Action.ALLOW


def test_what_a_community_lists_counts_whatever_the_classifier_sees(classifier):
    its = replace(shipped_policy(), lists=(TermList("hate.zh", Label.HATE, ("日本狗粮",), 0.95),))
    assert compile_policy(its, classifier).screen(Message("日本狗粮")).action is not Action.ALLOW


def test_only_below_the_doubt_of_a_calibrated_classifier():
    def score(finding=TERM, model=SURE, **scores):
        return as_doubted([finding], scores, model, shipped_sources(()))[0].score

    assert score(hate=DOUBT - 0.01) == HINT_SCORE
    assert score(hate=DOUBT) == 0.92
    assert score() == score(profanity=0.0) == 0.92
    assert score(hate=0.0, model=replace(SURE, uncalibrated=("hate",))) == 0.92
    assert score(replace(TERM, label=Label.SELF_HARM, source="rule:self_harm.zh"), self_harm=0.0) == 0.92
    assert score(replace(TERM, source="rule:spam.contact"), hate=0.0) == 0.92
    assert score(replace(TERM, score=0.3), hate=0.0) == 0.3
