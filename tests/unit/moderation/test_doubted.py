"""Shipped terms in texts in which the classifier sees nothing of their label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.moderation.doubted import DOUBT, QUOTED_DOUBT, as_doubted, shipped_sources
from assistant.moderation.policy import shipped_policy
from assistant.moderation.reported import HINT_SCORE
from assistant.settings import load_settings
from assistant.text import Normalised
from assistant.types import Action, Finding, Label, Message, ModelRef, TermList
from assistant.wiring import build_classifier, compile_policy

SURE = ModelRef("risk", "1", ("sexual",))
TERM = Finding(Label.HATE, 0.92, 0, 2, "rule:hate.zh")
PLAIN = {"text": Normalised("词语在此")}

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
        return as_doubted([finding], scores, model, shipped_sources(()), PLAIN)[0].score

    assert score(hate=DOUBT - 0.01) == HINT_SCORE
    assert score(hate=DOUBT) == 0.92
    assert score() == score(profanity=0.0) == 0.92
    assert score(hate=0.0, model=replace(SURE, uncalibrated=("hate",))) == 0.92
    assert score(replace(TERM, label=Label.SELF_HARM, source="rule:self_harm.zh"), self_harm=0.0) == 0.92
    assert score(replace(TERM, source="rule:spam.contact"), hate=0.0) == 0.92
    assert score(replace(TERM, score=0.3), hate=0.0) == 0.3


@pytest.mark.parametrize(
    "text",
    ["“词语”在此", "「詞語」在此", '"word" here', "a 'word' here", "《词语》的书评", "first line\n“词语”"],
)
def test_what_is_quoted_is_doubted_sooner(text):
    marks = "“”「」《》\"'"
    begin = next(at for at, char in enumerate(text) if char in marks) + 1
    end = next(at for at, char in enumerate(text) if at > begin and char in marks)
    inside = replace(TERM, start=begin, end=end)

    def score(finding, sees):
        read = {"text": Normalised(text)}
        return as_doubted([finding], {"hate": sees}, SURE, shipped_sources(()), read)[0].score

    assert score(inside, QUOTED_DOUBT - 0.01) == HINT_SCORE
    assert score(inside, QUOTED_DOUBT) == 0.92
    assert score(replace(inside, end=end + 2), QUOTED_DOUBT - 0.01) == 0.92


def test_apostrophes_quote_nothing():
    read = {"text": Normalised("they don't like words and you can't say them")}
    inside = replace(TERM, start=16, end=21)
    assert as_doubted([inside], {"hate": 0.4}, SURE, shipped_sources(()), read)[0].score == 0.92


def test_each_field_has_quotations_of_its_own():
    read = {"text": Normalised("“一二三四”"), "nickname": Normalised("一二三四五六")}
    scores = {
        field: as_doubted([replace(TERM, start=1, end=3, field=field)], {"hate": 0.4}, SURE, shipped_sources(()), read)
        for field in read
    }
    assert [found[0].score for found in scores.values()] == [HINT_SCORE, 0.92]
