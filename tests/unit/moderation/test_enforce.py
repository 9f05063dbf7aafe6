"""What is done about a decision where it was said, by what the platform offers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.enforce import Enforcement, can, enforce, policy_warnings
from assistant.moderation.penalties import Strike
from assistant.moderation.policy import shipped_policy
from assistant.types import (
    Action,
    Capabilities,
    CaseKind,
    Connection,
    Decision,
    Do,
    Finding,
    LadderStep,
    Message,
    ModelRef,
    OnReview,
    Penalties,
    PlatformRef,
    PolicyRef,
    Said,
    Sees,
    Step,
    Thresholds,
    Verdict,
)

POLICY = shipped_policy()
PUBLISHES = Connection(id="con_1", community="c", platform="webhooks")
WITHHOLDS = replace(PUBLISHES, on_review=OnReview.WITHHOLD)
ALL = Capabilities(sees=frozenset(Sees), does=frozenset(Do), verdicts=frozenset(Verdict))
NOTHING = Capabilities(sees=frozenset(Sees), does=frozenset())
SEVERE = (Action.HIDE, Action.BLOCK)


def offering(*what: Do | Verdict) -> Capabilities:
    return replace(
        NOTHING,
        does=frozenset(one for one in what if isinstance(one, Do)),
        verdicts=frozenset(one for one in what if isinstance(one, Verdict)),
    )


def decided(
    action: Action,
    *labels: str,
    field: str = "text",
    degraded: tuple[str, ...] = (),
    over: dict[str, Action] | None = None,
) -> Decision:
    its = over if over is not None else dict.fromkeys(labels or ("spam",), action)
    return Decision(
        action=action,
        scores={},
        findings=tuple(Finding(label, 0.9, 0, 1, "rule:x", field) for label in its),
        over={} if action is Action.ALLOW else its,
        masked_text="",
        reason={},
        detected_language="en",
        language_supported=True,
        unscreened=(),
        policy=PolicyRef("p", 1),
        model=ModelRef("m", "1"),
        degraded=degraded,
    )


def said(*, before: bool, member: str | None = "u1") -> Said:
    return Said(key="k", message=Message("x", member_id=member, platform=PlatformRef("webhooks", "m1")), before=before)


def before(decision: Decision, capabilities: Capabilities = ALL, connection: Connection = PUBLISHES) -> Enforcement:
    return enforce(decision, said(before=True), connection, capabilities, POLICY)


def after(decision: Decision, capabilities: Capabilities = ALL) -> Enforcement:
    return enforce(decision, said(before=False), PUBLISHES, capabilities, POLICY)


class TestBeforeItIsShown:
    @pytest.mark.parametrize(
        ("action", "connection", "verdict"),
        [
            (Action.ALLOW, PUBLISHES, Verdict.ALLOW),
            (Action.ALLOW, WITHHOLDS, Verdict.ALLOW),
            (Action.MASK, PUBLISHES, Verdict.REWRITE),
            (Action.REVIEW, PUBLISHES, Verdict.ALLOW),
            (Action.REVIEW, WITHHOLDS, Verdict.REJECT),
            (Action.HIDE, PUBLISHES, Verdict.REJECT),
            (Action.BLOCK, PUBLISHES, Verdict.REJECT),
        ],
    )
    def test_the_verdict(self, action: Action, connection: Connection, verdict: Verdict) -> None:
        made = before(decided(action), connection=connection)
        assert (made.verdict, made.do, made.cannot) == (verdict, None, None)

    @pytest.mark.parametrize("action", SEVERE)
    def test_what_cannot_be_rejected_is_dropped(self, action: Action) -> None:
        made = before(decided(action), offering(Verdict.ALLOW, Verdict.DROP))
        assert (made.verdict, made.cannot) == (Verdict.DROP, None)

    @pytest.mark.parametrize("action", [Action.MASK, *SEVERE])
    def test_what_cannot_be_answered_goes_to_a_person(self, action: Action) -> None:
        made = before(decided(action), offering(Verdict.ALLOW, Do.HIDE, Do.DELETE))
        assert (made.verdict, made.do) == (Verdict.ALLOW, None)
        assert (made.cannot, made.case) == ("platform_cannot", CaseKind.CANNOT)

    def test_withholding_what_waits_needs_a_platform_that_can(self) -> None:
        made = before(decided(Action.REVIEW), offering(Verdict.ALLOW, Verdict.REWRITE), WITHHOLDS)
        assert (made.verdict, made.cannot, made.case) == (Verdict.ALLOW, "platform_cannot", CaseKind.CANNOT)

    @pytest.mark.parametrize("field", ["member.name", "attachments[0].caption"])
    def test_the_text_alone_can_be_masked(self, field: str) -> None:
        """A finding elsewhere would still be shown, so it is not said to have been masked."""
        made = before(decided(Action.MASK, "profanity", field=field))
        assert (made.verdict, made.cannot, made.case) == (Verdict.ALLOW, "platform_cannot", CaseKind.CANNOT)

    def test_findings_below_every_threshold_do_not_stand_in_the_way_of_masking(self) -> None:
        decision = decided(Action.MASK, "profanity")
        weak = Finding("spam", 0.1, 0, 1, "rule:y", "member.name")
        made = before(replace(decision, findings=(*decision.findings, weak)))
        assert made.verdict is Verdict.REWRITE


class TestOnceItIsShown:
    @pytest.mark.parametrize(
        ("action", "capabilities", "do"),
        [
            (Action.ALLOW, ALL, None),
            (Action.REVIEW, ALL, None),
            (Action.HIDE, ALL, Do.HIDE),
            (Action.HIDE, offering(Do.DELETE), Do.DELETE),
            (Action.BLOCK, ALL, Do.DELETE),
            (Action.BLOCK, offering(Do.HIDE), Do.HIDE),
        ],
    )
    def test_the_order(self, action: Action, capabilities: Capabilities, do: Do | None) -> None:
        made = after(decided(action), capabilities)
        assert (made.do, made.verdict, made.cannot) == (do, Verdict.ALLOW, None)

    @pytest.mark.parametrize("action", [Action.MASK, *SEVERE])
    def test_what_cannot_be_carried_out_goes_to_a_person(self, action: Action) -> None:
        made = after(decided(action), offering(Do.MESSAGE, Do.BAN, Do.MUTE, Do.KICK))
        assert (made.do, made.cannot, made.case) == (None, "platform_cannot", CaseKind.CANNOT)

    @pytest.mark.parametrize("action", SEVERE)
    @pytest.mark.parametrize("platform", [None, PlatformRef("webhooks", None)])
    def test_what_is_no_message_cannot_be_taken_away(self, action: Action, platform: PlatformRef | None) -> None:
        """A display name of someone who joins."""
        named = Said(key="k", message=Message("", member_id="u1", platform=platform))
        made = enforce(decided(action), named, PUBLISHES, ALL, POLICY)
        assert (made.do, made.cannot, made.case) == (None, "platform_cannot", CaseKind.CANNOT)

    def test_what_is_shown_is_not_masked_any_more(self) -> None:
        made = after(decided(Action.MASK, "profanity"))
        assert (made.do, made.cannot) == (None, "platform_cannot")


class TestCases:
    def test_a_review_is_one(self) -> None:
        for made in before(decided(Action.REVIEW)), after(decided(Action.REVIEW)):
            assert (made.case, made.urgent) == (CaseKind.REVIEW, False)

    def test_what_is_carried_out_is_none(self) -> None:
        for action in (Action.ALLOW, *SEVERE):
            assert after(decided(action)).case is None
            assert before(decided(action)).case is None

    @pytest.mark.parametrize("action", Action)
    def test_a_screening_that_failed_is_looked_at_whatever_was_decided(self, action: Action) -> None:
        assert after(decided(action, degraded=("model",))).case is not None

    @pytest.mark.parametrize("action", [Action.REVIEW, *SEVERE])
    @pytest.mark.parametrize("capabilities", [ALL, NOTHING])
    def test_someone_who_may_hurt_themselves_is_urgent_above_all(
        self, action: Action, capabilities: Capabilities
    ) -> None:
        for made in (
            after(decided(action, "self_harm", "spam"), capabilities),
            before(decided(action, "spam", "self_harm"), capabilities),
        ):
            assert (made.case, made.urgent, made.help, made.strike) == (CaseKind.HELP, True, True, None)

    def test_help_is_for_what_reached_a_threshold(self) -> None:
        decision = decided(Action.HIDE, "spam")
        weak = Finding("self_harm", 0.2, 0, 1, "model:x")
        made = after(replace(decision, findings=(*decision.findings, weak)))
        assert (made.help, made.urgent, made.case) == (False, False, None)


class TestStrikes:
    def test_they_weigh_what_the_policy_says(self) -> None:
        assert after(decided(Action.HIDE)).strike == Strike("spam", 1)
        assert before(decided(Action.BLOCK, "threat")).strike == Strike("threat", 3)
        assert after(decided(Action.REVIEW)).strike is None

    def test_also_where_the_platform_cannot(self) -> None:
        assert after(decided(Action.HIDE), NOTHING).strike == Strike("spam", 1)

    def test_nobody_known_gets_none(self) -> None:
        for is_before in (True, False):
            made = enforce(decided(Action.BLOCK), said(before=is_before, member=None), PUBLISHES, ALL, POLICY)
            assert made.strike is None

    def test_what_the_fail_mode_alone_decided_brings_none(self) -> None:
        made = after(decided(Action.BLOCK, over={}, degraded=("deadline",)))
        assert (made.do, made.strike, made.case) == (Do.DELETE, None, CaseKind.REVIEW)

    def test_what_the_fail_mode_raised_weighs_as_what_was_found(self) -> None:
        found = {"spam": Action.REVIEW}
        assert after(decided(Action.BLOCK, over=found, degraded=("store",))).strike is None
        assert after(decided(Action.BLOCK, over={"spam": Action.HIDE}, degraded=("store",))).strike == Strike("spam", 1)


@given(
    st.sampled_from(Action),
    st.frozensets(st.sampled_from(Do)),
    st.frozensets(st.sampled_from(Verdict)),
    st.booleans(),
    st.sampled_from(["spam", "self_harm"]),
    st.sampled_from(["text", "member.name"]),
    st.sampled_from(OnReview),
)
def test_nothing_is_lost_it_is_carried_out_or_a_person_is_asked(
    action: Action,
    does: frozenset[Do],
    verdicts: frozenset[Verdict],
    is_before: bool,
    label: str,
    field: str,
    on_review: OnReview,
) -> None:
    capabilities = replace(NOTHING, does=does, verdicts=verdicts)
    connection = replace(PUBLISHES, on_review=on_review)
    made = enforce(decided(action, label, field=field), said(before=is_before), connection, capabilities, POLICY)
    if made.do is not None:
        assert made.do in {Do.HIDE, Do.DELETE} & does
        assert not is_before
    if made.verdict is not Verdict.ALLOW:
        assert made.verdict in verdicts
        assert is_before
    acted = made.do is not None or made.verdict is not Verdict.ALLOW
    if action is Action.ALLOW:
        assert made == Enforcement()
    elif not acted:
        assert made.case is not None
    assert not (acted and made.cannot)


class TestCan:
    def test_what_the_platform_lacks(self) -> None:
        assert can(offering(Do.HIDE), Do.BAN, PUBLISHES) == "platform_cannot"
        assert can(offering(Do.HIDE), Do.HIDE, PUBLISHES) is None

    def test_what_it_bills_for_only_where_that_is_allowed(self) -> None:
        paid = replace(ALL, paid=frozenset({Do.MESSAGE}))
        assert can(paid, Do.MESSAGE, PUBLISHES) == "platform_bills_for_it"
        assert can(paid, Do.MESSAGE, replace(PUBLISHES, paid_messages=True)) is None
        assert can(paid, Do.HIDE, PUBLISHES) is None
        assert can(replace(paid, does=frozenset()), Do.MESSAGE, PUBLISHES) == "platform_cannot"


class TestWarnings:
    POLICY = replace(
        POLICY,
        thresholds={"spam": Thresholds(review=0.5, hide=0.9), "profanity": Thresholds(mask=0.4)},
        penalties=Penalties(
            ladder=(LadderStep(1, Step.WARNING), LadderStep(3, Step.MUTE, 60), LadderStep(5, Step.BAN, None))
        ),
    )

    def test_a_platform_that_can_everything_has_none(self) -> None:
        assert policy_warnings(self.POLICY, ALL) == []

    def test_what_is_missing_is_named_by_its_path(self) -> None:
        assert policy_warnings(self.POLICY, NOTHING) == [
            ("thresholds.spam.hide", "hide"),
            ("thresholds.profanity.mask", "mask"),
            ("penalties.ladder.0", "warning"),
            ("penalties.ladder.1", "mute"),
            ("penalties.ladder.2", "ban"),
        ]

    def test_one_way_to_do_it_is_enough(self) -> None:
        rest = (Do.MESSAGE, Do.MUTE, Do.BAN)
        for way in (Do.HIDE, Do.DELETE, Verdict.REJECT, Verdict.DROP):
            missing = policy_warnings(self.POLICY, offering(way, *rest))
            assert missing == [("thresholds.profanity.mask", "mask")], way
        assert policy_warnings(self.POLICY, offering(Do.HIDE, Verdict.REWRITE, *rest)) == []

    def test_mutes_over_the_platforms_longest(self) -> None:
        short = replace(ALL, longest_mute_s=3_599)
        assert policy_warnings(self.POLICY, short) == [("penalties.ladder.1", "mute over 59 minutes")]
        assert policy_warnings(self.POLICY, replace(ALL, longest_mute_s=3_600)) == []
        endless = replace(self.POLICY, penalties=Penalties(ladder=(LadderStep(1, Step.MUTE),)))
        assert policy_warnings(endless, replace(ALL, longest_mute_s=10**9))
        assert policy_warnings(endless, ALL) == []

    def test_a_ladder_that_is_switched_off_asks_for_nothing(self) -> None:
        off = replace(self.POLICY, penalties=replace(self.POLICY.penalties, enabled=False))
        assert [path for path, _ in policy_warnings(off, NOTHING)] == [
            "thresholds.spam.hide",
            "thresholds.profanity.mask",
        ]
