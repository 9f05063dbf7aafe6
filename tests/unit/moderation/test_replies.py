"""Replies take on what they answer, as far as they agree to it; never less than their own, and a person looks at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.enforce import needs_help
from assistant.moderation.flow import Screener
from assistant.moderation.replies import HARM_OF, answered, read_stances, taken_on, takes_on
from assistant.moderation.stance import MOST_CHARS, Harm, Stance, StanceModel, grams_of
from assistant.text import Normalised
from assistant.types import (
    Action,
    ContextMessage,
    Finding,
    Label,
    Message,
    ModelRef,
    Own,
    Policy,
    Thresholds,
)
from assistant.wiring import load_stance

LABELS = [label.value for label in Label]
POLICY = Policy("p", 1, {label: Thresholds(review=0.6, block=0.8) for label in LABELS})
HATE, SUICIDE, MULE, THREAT = "壞", "想死", "收銀行卡", "砍"


class Words:
    """Gives the label of a word that stands in a text .95, and counts what it was asked."""

    ref, quick = ModelRef("words", "1"), True
    labels: Mapping[str, str] = {HATE: "hate", SUICIDE: "self_harm", MULE: "illicit", THREAT: "threat"}

    def __init__(self) -> None:
        self.asked: list[str] = []

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        self.asked += [text.original for text in texts]
        return [{label: 0.95 for word, label in self.labels.items() if word in text.original} for text in texts]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return [(0, len(text.original))]


class NoRules:
    def spared(self, text: Normalised) -> Normalised:
        return text

    def find(self, text: Normalised) -> list[Finding]:
        return []

    def advertised(self, text: Normalised, where: object) -> list[Finding]:
        return []


def screener(policy: Policy = POLICY, classifier: Words | None = None) -> Screener:
    return Screener(policy, NoRules(), classifier or Words(), load_stance())


def reply(text: str, to: str, **more) -> Message:
    return Message(text, member_id="b", context=(ContextMessage(to, "a"),), **more)


class TestInTheFlow:
    @pytest.mark.parametrize(
        ("to", "text", "label", "stance"),
        [
            (HATE, "exactly, they all are", "hate", "endorse"),
            (HATE, "没错，他们全是这样", "hate", "endorse"),
            (HATE, "罵得好", "hate", "endorse"),
            (SUICIDE, "那就快点啊,别光说", "self_harm", "urge"),
            (SUICIDE, "跳啦，冇人攔你", "self_harm", "urge"),
            (SUICIDE, "just kill yourself", "self_harm", "urge"),
            (MULE, "我有两张,怎么联系", "illicit", "join"),
            (MULE, "我有簿子，高價賣", "illicit", "join"),
            (MULE, "I have two, how do I contact you", "illicit", "join"),
            (THREAT, "快去，别怂", "threat", "urge"),
        ],
    )
    def test_what_agrees_urges_or_joins_in_is_reviewed(self, to, text, label, stance) -> None:
        assert screener().screen(Message(text, member_id="b")).action is Action.ALLOW
        decision = screener().screen(reply(text, to))
        assert decision.action is Action.REVIEW, "though the threshold for blocking is reached"
        (finding,) = (one for one in decision.findings if one.label == label)
        assert (finding.start, finding.end, finding.source) == (0, len(text), f"reply:{stance}:context[0]")

    @pytest.mark.parametrize(
        ("to", "text"),
        [
            (HATE, "别地图炮"),
            (HATE, "I disagree"),
            (HATE, "舉報咗"),
            (SUICIDE, "抱抱你，别冲动"),
            (SUICIDE, "please don't die"),
            (SUICIDE, "怎麼了"),
            (MULE, "骗子，别信"),
            (MULE, "賣戶口係洗黑錢，要坐監"),
            (MULE, "is that legal"),
            (THREAT, "报警吧，别冲动"),
            (HATE, "早上好"),
            (MULE, "下雨了記得帶傘"),
        ],
    )
    def test_what_refutes_comforts_warns_or_asks_is_not(self, to, text) -> None:
        decision = screener().screen(reply(text, to))
        assert (decision.action, decision.findings) == (Action.ALLOW, ())

    def test_harmless_messages_give_nothing_on(self) -> None:
        decision = screener().screen(reply("没错，他们全是这样", "早安"))
        assert decision.action is Action.ALLOW
        assert max(decision.scores.values()) == 0

    def test_what_it_says_itself_still_brings_what_it_brings(self) -> None:
        decision = screener().screen(reply(f"没错，他们全是这样，{HATE}", HATE))
        assert decision.action is Action.BLOCK

    def test_without_context_the_model_is_not_asked_at_all(self) -> None:
        class Refuses(StanceModel):
            def read_reply(self, text: str) -> Mapping[Harm, Mapping[Stance, float]]:
                raise AssertionError("asked")

        model = load_stance()
        refusing = Refuses(model.grams, model.weights, model.bias)
        decision = Screener(POLICY, NoRules(), Words(), refusing).screen(Message("没错，他们全是这样", member_id="b"))
        assert decision.degraded == ()

    def test_the_message_answered_is_only_classified_where_the_reply_may_take_on(self) -> None:
        words = Words()
        screener(classifier=words).screen(reply("下雨了记得带伞", MULE))
        assert MULE not in words.asked
        screener(classifier=words).screen(reply("我有两张,怎么联系", MULE))
        assert MULE in words.asked

    def test_scores_that_are_known_are_not_worked_out_again(self) -> None:
        words = Words()
        known = ContextMessage("x", "a", "m1", {"illicit": 0.9})
        message = Message("我有两张,怎么联系", member_id="b", reply_to="m1", context=(known,))
        decision = screener(classifier=words).screen(message)
        assert "x" not in words.asked
        assert {one.source for one in decision.findings} == {"reply:join:m1"}
        assert decision.scores["illicit"] == pytest.approx(0.9, abs=0.03)

    def test_the_staffs_words_are_not_held_against_who_answers(self) -> None:
        policy = Policy("p", 1, POLICY.thresholds, own=Own(staff=("a",)))
        assert screener(policy).screen(reply("没错，他们全是这样", HATE)).action is Action.ALLOW

    def test_a_broken_classifier_is_told(self) -> None:
        class Broken(Words):
            def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
                if HATE in texts[0].original:
                    raise RuntimeError("no")
                return super().classify(texts)

        decision = screener(classifier=Broken()).screen(reply("没错，他们全是这样", HATE))
        assert decision.degraded == ("model",)

    @given(
        st.text(max_size=60) | st.sampled_from(["没错，他们全是这样", "快去死", "怎么联系", "+1"]),
        st.sampled_from([HATE, SUICIDE, MULE, THREAT, "好"]),
    )
    def test_it_never_lowers_and_no_more_than_a_review_comes_of_it(self, text, to) -> None:
        alone = screener().screen(Message(text, member_id="b"))
        after = screener().screen(reply(text, to))
        assert all(after.scores[label] >= alone.scores[label] for label in alone.scores)
        assert after.action.severity >= alone.action.severity
        if after.action is not alone.action:
            assert after.action is Action.REVIEW
        for one in after.findings:
            assert 0 <= one.start <= one.end <= len(text)


class TestWhoIsAnswered:
    CONTEXT = (ContextMessage("一", "a", "m1"), ContextMessage("二", "c"), ContextMessage("三", "b"))

    def at(self, **more) -> ContextMessage | None:
        return answered(Message("r", **{"member_id": "b", "context": self.CONTEXT, **more}))

    def test_the_last_by_somebody_else(self) -> None:
        found = self.at()
        assert found is not None
        assert (found.text, found.id) == ("二", "context[1]")

    def test_the_one_that_is_named(self) -> None:
        found = self.at(reply_to="m1")
        assert found is not None
        assert (found.text, found.id) == ("一", "m1")

    def test_none_where_another_is_named_or_all_is_their_own(self) -> None:
        assert self.at(reply_to="m9") is None
        assert answered(Message("r", member_id="b", context=(ContextMessage("x", "b"),))) is None
        assert answered(Message("r")) is None

    def test_where_nobody_is_named_the_last(self) -> None:
        found = answered(Message("r", context=(ContextMessage("x"),)))
        assert found is not None
        assert found.text == "x"


class TestHelp:
    """Help is for one who may hurt themselves, not for one who urges them to."""

    def test_not_for_who_urges(self) -> None:
        decision = screener().screen(reply("跳啊，没人拦你", SUICIDE))
        assert "self_harm" in decision.over
        assert not needs_help(decision)

    def test_for_who_says_so_themselves(self) -> None:
        assert needs_help(screener().screen(Message(SUICIDE, member_id="b")))
        assert needs_help(screener().screen(reply(f"一起吧，我也{SUICIDE}", SUICIDE)))


class TestTheModel:
    @given(st.text(max_size=MOST_CHARS + 20))
    def test_probabilities_of_any_text(self, text) -> None:
        shares = load_stance().read_reply(text)
        assert bool(shares) == (len(text) <= MOST_CHARS and bool(text.strip()))
        for stances in shares.values():
            assert set(stances) == set(Stance)
            assert sum(stances.values()) == pytest.approx(1, abs=1e-4)
            assert all(0 <= share <= 1 for share in stances.values())

    def test_traditional_and_simplified_say_the_same(self) -> None:
        assert grams_of("罵得好！") == grams_of("骂得好!")

    def test_a_long_text_stands_for_itself(self) -> None:
        assert not takes_on(load_stance(), "没错，他们全是这样" + "。" * MOST_CHARS)

    def test_the_same_words_mean_something_else_after_something_else(self) -> None:
        found = read_stances(load_stance(), "加油，撑过今晚")
        assert Harm.SELF_HARM not in found
        assert Harm.TRADE in read_stances(load_stance(), "我要报名，怎么加")

    @given(
        st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1)),
        st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1)),
    )
    def test_only_what_is_higher_than_its_own_and_lower_than_what_it_answers(self, parent, own) -> None:
        stances = read_stances(load_stance(), "没错，他们全是这样，怎么加，快点死")
        for one in taken_on(Message("x"), ContextMessage("p", "a", "m"), parent, stances, own):
            assert one.label in HARM_OF
            assert own.get(one.label, 0.0) < one.score <= parent[one.label] + 1e-4
