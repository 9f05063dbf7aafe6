"""The flow as a whole, with a classifier and rules made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.assess import WORD_ALONE
from assistant.moderation.flow import Screener
from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import (
    Action,
    ContextMessage,
    Exemptions,
    FailMode,
    Finding,
    Label,
    Message,
    ModelRef,
    Own,
    Part,
    Policy,
    Thresholds,
)
from assistant.usecases.rendering import render_decision
from assistant.words import LANGUAGES

POLICY = Policy(
    "p",
    3,
    {"harassment": Thresholds(review=0.5), "sexual": Thresholds(review=0.9), "sexual_minors": Thresholds(block=0.5)},
)


class Classifier:
    """Scores harassment by how often 坏 stands in a text."""

    ref = ModelRef("fake", "1", ("spam",))

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        return [{"harassment": min(1.0, text.original.count("坏") / 2)} for text in texts]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        assert label == "harassment"
        at = text.original.index("坏")
        return [(at, at + 1)]


class Broken(Classifier):
    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        raise RuntimeError("no")

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        raise RuntimeError("no")


class NoRules:
    def spared(self, text: Normalised) -> Normalised:
        return text

    def find(self, text: Normalised) -> list[Finding]:
        return []


class FindsX(NoRules):
    """Finds every X as sexual, a neutral placeholder."""

    def find(self, text: Normalised) -> list[Finding]:
        return [Finding("sexual", 0.7, at, at + 1, "rule:x") for at, c in enumerate(text.original) if c == "X"]


class BrokenRules(NoRules):
    def find(self, text: Normalised) -> list[Finding]:
        raise RuntimeError("no")


def test_the_classifiers_evidence_points_into_the_field_that_has_it() -> None:
    decision = Screener(POLICY, NoRules(), Classifier()).screen(Message("好", parts=(Part("group_name", "坏坏"),)))
    assert decision.action is Action.REVIEW
    assert tuple(decision.over) == ("harassment",)
    assert [(f.field, f.start, f.end, f.source) for f in decision.findings] == [("group_name", 0, 1, "model:fake")]
    assert (decision.policy.version, decision.model.uncalibrated) == (3, ("spam",))
    assert set(decision.reason) == set(LANGUAGES)


def test_scores_name_every_label_and_a_clean_text_has_no_findings() -> None:
    decision = Screener(POLICY, NoRules(), Classifier()).screen(Message("好"))
    assert set(decision.scores) == {label.value for label in Label}
    assert (decision.action, decision.flagged, decision.findings, decision.degraded) == (Action.ALLOW, False, (), ())


@pytest.mark.parametrize(
    ("rules", "classifier", "stages"), [(NoRules(), Broken(), ("model",)), (BrokenRules(), Classifier(), ("rules",))]
)
@pytest.mark.parametrize(
    ("mode", "action"),
    [(FailMode.REVIEW, Action.REVIEW), (FailMode.OPEN, Action.ALLOW), (FailMode.CLOSED, Action.BLOCK)],
)
def test_a_broken_stage_is_told_and_the_fail_mode_holds(
    rules, classifier, stages, mode: FailMode, action: Action
) -> None:
    decision = Screener(replace(POLICY, fail_mode=mode), rules, classifier).screen(Message("好"))
    assert (decision.degraded, decision.action) == (stages, action)


def test_what_the_other_stage_found_still_counts() -> None:
    decision = Screener(replace(POLICY, fail_mode=FailMode.OPEN), BrokenRules(), Classifier()).screen(Message("坏坏"))
    assert (decision.action, decision.degraded) == (Action.REVIEW, ("rules",))


class SureOfAll(Classifier):
    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        return [dict.fromkeys(("harassment", "threat", "spam", "profanity"), 0.99) for _ in texts]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return [(0, 1)]


@pytest.mark.parametrize(
    ("text", "heard"), [("你", False), ("代！ ", False), ("6", False), ("你们好", True), ("你🐷", True)]
)
def test_one_character_alone_is_at_most_a_swear_word(text: str, heard: bool) -> None:
    scores = Screener(POLICY, NoRules(), SureOfAll()).screen(Message(text, language="zh-Hans")).scores
    assert scores["profanity"] == 0.99
    assert {scores[label] for label in ("harassment", "threat", "spam")} == ({0.99} if heard else {0.0})


def test_a_word_of_two_characters_takes_a_person_for_more_than_review() -> None:
    screener = Screener(POLICY, NoRules(), SureOfAll())
    assert screener.screen(Message("约会", language="zh-Hans")).scores["threat"] == WORD_ALONE
    assert screener.screen(Message("约会吗", language="zh-Hans")).scores["threat"] == 0.99
    own = {label: limits for label, limits in shipped_policy().thresholds.items() if label != "sexual_minors"}
    for limits in own.values():
        assert all(least is None or least > WORD_ALONE for least in (limits.hide, limits.block))


def test_other_languages_get_rules_only() -> None:
    screener = Screener(POLICY, FindsX(), Broken())
    decision = screener.screen(Message("Привет, как дела? X 坏坏", language="ru"))
    assert (decision.language_supported, decision.scores["sexual"], decision.degraded) == (False, 0.7, ())
    assert decision.detected_language == "ru"


def test_sexual_content_and_a_sign_of_a_minor_combine() -> None:
    screener = Screener(POLICY, FindsX(), Classifier())
    assert screener.screen(Message("X 成年人")).action is Action.ALLOW
    assert screener.screen(Message("她今年十二岁")).action is Action.ALLOW
    decision = screener.screen(Message("X 未成年"))
    assert (decision.action, tuple(decision.over)) == (Action.BLOCK, ("sexual_minors",))


@pytest.mark.parametrize(("by", "action"), [("u", Action.BLOCK), ("v", Action.ALLOW)])
def test_a_sign_in_the_author_s_message_before_combines_too(by: str, action: Action) -> None:
    message = Message("X 在吗", member_id="u", context=(ContextMessage("我14岁", by),))
    decision = Screener(POLICY, FindsX(), Classifier()).screen(message)
    assert decision.action is action
    assert all(0 <= one.start < one.end <= len(message.text) for one in decision.findings)


@pytest.mark.parametrize(
    ("texts", "by", "action"),
    [
        (("X 在吗", "我14岁"), "u", Action.BLOCK),
        (("X", "hi", "i'm 15"), "u", Action.BLOCK),
        (("X", "我1", "4歲"), "u", Action.BLOCK),
        (("X", "讀國中"), "v", Action.ALLOW),
        (("X", "好嘅"), "u", Action.ALLOW),
        (("X", "我24歲"), "u", Action.ALLOW),
        (("X 我14岁", "好的"), "u", Action.ALLOW),
        (("X 禁止", "未成年"), "u", Action.ALLOW),
    ],
)
def test_a_sign_added_to_what_the_author_wrote_before_combines(texts: tuple[str, ...], by: str, action: Action) -> None:
    context = tuple(ContextMessage(text, by) for text in texts[:-1])
    decision = Screener(POLICY, FindsX(), Classifier()).screen(Message(texts[-1], member_id="u", context=context))
    assert decision.action is action
    assert decision.scores["sexual"] == 0
    assert all(0 <= one.start < one.end <= len(texts[-1]) for one in decision.findings)


def test_the_author_s_name_is_no_sign_added_to_what_they_wrote_before() -> None:
    message = Message("好的", member_id="u", context=(ContextMessage("X", "u"),), parts=(Part("member.name", "14岁"),))
    assert Screener(POLICY, FindsX(), Classifier()).screen(message).action is Action.ALLOW


def test_what_the_model_sees_in_the_messages_before_combines_with_a_sign() -> None:
    class SeesY(Classifier):
        def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
            return [{"sexual": 0.8 if "Y" in text.original else 0.0} for text in texts]

    message = Message("我十五歲", member_id="u", context=(ContextMessage("Y", "u"),))
    decision = Screener(POLICY, NoRules(), SeesY()).screen(message)
    assert (decision.action, tuple(decision.over)) == (Action.BLOCK, ("sexual_minors",))


def test_the_word_that_decided_is_masked_beside_a_hint() -> None:
    class HintsAtX(NoRules):
        def find(self, text: Normalised) -> list[Finding]:
            return [Finding("harassment", 0.45, 0, 1, "rule:x")]

    policy = Policy("p", 1, {"harassment": Thresholds(mask=0.5)})
    screener = Screener(policy, HintsAtX(), Classifier())
    assert screener.screen(Message("X好 坏坏")).masked_text == "*好 *坏"
    assert screener.screen(Message("坏坏 好")).masked_text == "*坏 好"


class Fooled(Classifier):
    """Believes whoever says to be no cheat."""

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        return [{"harassment": 0.0 if "骗子" in text.original else 0.9} for text in texts]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return [(0, len(text.original))]


@pytest.mark.parametrize(
    ("text", "action"),
    [("出售，不是骗子", Action.REVIEW), ("他说不是骗子", Action.ALLOW), ("这不是骗子吗", Action.ALLOW)],
)
def test_what_an_author_denies_does_not_sway_the_classifier(text: str, action: Action) -> None:
    decision = Screener(POLICY, NoRules(), Fooled()).screen(Message(text))
    assert decision.action is action
    assert all(one.end <= len(text) for one in decision.findings)


class Trusting(Classifier):
    """Sees a promise in 特效, unless its author says to be no cheat."""

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        said = [text.original for text in texts]
        return [{"misleading": 0.9 if "特效" in one and not {"骗", "呃"} & set(one) else 0.0} for one in said]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return [(0, len(text.original))]


class FindsCures(NoRules):
    def find(self, text: Normalised) -> list[Finding]:
        at = text.original.find("根治")
        return [Finding(Label.MISLEADING, 0.4, at, at + 2, "rule:x")] if at >= 0 else []


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("绝不骗人，本茶特效，一般药物不能根治", 0.9),
        ("一般藥物唔可以根治，我哋特效，唔係呃人", 0.9),
        ("本茶特效，一般药物不能根治", 0.9),
        ("特效不能根治，骗人", 0.4),
    ],
)
def test_nor_does_it_where_a_text_is_read_without_what_it_denies(text: str, score: float) -> None:
    policy = replace(POLICY, thresholds={"misleading": Thresholds(review=0.8)})
    assert Screener(policy, FindsCures(), Trusting()).screen(Message(text)).scores["misleading"] == score


def test_what_is_innocent_never_reaches_the_classifier() -> None:
    own = Own(domains=("坏.example",), accounts=("坏坏shop",), phones=("02 2345 6789",))
    policy = replace(POLICY, own=own, exemptions=Exemptions(phrases=("坏血病",)))
    seen: list[str] = []

    class Watching(Classifier):
        def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
            seen.extend(text.original for text in texts)
            return super().classify(texts)

    screener = Screener(policy, Rules(policy, ()), Watching())
    message = Message("壞血病 坏坏shop 坏.example 02-2345 6789 坏 坏")
    decision = screener.screen(message)
    (shown,) = seen
    assert len(shown) == len(message.text)
    assert shown.split() == ["坏", "坏"]
    assert [message.text[f.start : f.end] for f in decision.findings if f.source == "model:fake"] == ["坏"]
    assert decision.findings[0].start == message.text.index(" 坏 坏") + 1


def test_a_batch_gives_what_single_messages_give_in_order() -> None:
    screener = Screener(shipped_policy(), Rules(shipped_policy(), starter_lists()), Classifier())
    messages = [Message(text) for text in ("加❤薇❤信 abc123", "坏坏", "", "好", "X" * 300, "Как дела, друзья мои?")]
    assert screener.screen_batch(messages) == [screener.screen(message) for message in messages]


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60), st.text(max_size=20))
def test_every_span_maps_to_the_original_in_both_counts(text: str, caption: str) -> None:
    policy = replace(shipped_policy(), thresholds={label.value: Thresholds(review=0.01) for label in Label})
    screener = Screener(policy, Rules(policy, starter_lists()), Classifier())
    message = Message(f"坏{text}加微信 abc123", parts=(Part("attachments[0].caption", caption),))
    answer = render_decision("dec_x", screener.screen(message), message, 0.0)
    assert answer["findings"]
    texts = {"text": message.text, "attachments[0].caption": caption}
    for finding in answer["findings"]:
        original = texts[finding["field"]]
        assert 0 <= finding["start"] < finding["end"] <= len(original)
        assert original[finding["start"] : finding["end"]] == finding["text"]
        units = original.encode("utf-16-le", "surrogatepass")
        in_units = units[2 * finding["start_utf16"] : 2 * finding["end_utf16"]]
        assert in_units == finding["text"].encode("utf-16-le", "surrogatepass")
    assert len(answer["masked_text"]) == len(message.text)
