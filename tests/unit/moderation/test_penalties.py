"""Strikes and the ladder: what weighs, which step follows, and how often."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.penalties import Strike, step_for, strike_for
from assistant.types import Action, Label, LadderStep, Penalties, Step
from assistant.types.penalties import Hourly, Weights

SHIPPED = Penalties()

ACTIONS = st.sampled_from([Action.MASK, Action.REVIEW, Action.HIDE, Action.BLOCK])
LABELS = st.sampled_from([label.value for label in Label] + ["custom:劇透", "custom:競品"])
OVER = st.dictionaries(LABELS, ACTIONS, max_size=5)
WEIGHTS = st.builds(Weights, *([st.integers(0, 5)] * 4))


@st.composite
def ladders(draw: st.DrawFn) -> tuple[LadderStep, ...]:
    points = draw(st.lists(st.integers(1, 40), min_size=1, max_size=6, unique=True))
    return tuple(LadderStep(at, draw(st.sampled_from(list(Step)))) for at in sorted(points))


@st.composite
def policies(draw: st.DrawFn) -> Penalties:
    names = st.sampled_from(["*", "spam", "threat", "self_harm", "custom:*", "custom:劇透"])
    return Penalties(weights=draw(st.dictionaries(names, WEIGHTS, max_size=4)), ladder=draw(ladders()))


class TestStrikes:
    @pytest.mark.parametrize(
        ("over", "strike"),
        [
            ({"spam": Action.HIDE}, Strike("spam", 1)),
            ({"spam": Action.BLOCK}, Strike("spam", 1)),
            ({"threat": Action.HIDE}, Strike("threat", 2)),
            ({"threat": Action.BLOCK}, Strike("threat", 3)),
            ({"spam": Action.REVIEW}, None),
            ({"profanity": Action.MASK}, None),
            ({}, None),
            ({"spam": Action.BLOCK, "fraud": Action.HIDE}, Strike("fraud", 2)),
            ({"fraud": Action.REVIEW, "spam": Action.HIDE}, Strike("spam", 1)),
            ({"custom:劇透": Action.HIDE}, Strike("custom:劇透", 1)),
        ],
    )
    def test_the_shipped_weights(self, over: dict[str, Action], strike: Strike | None) -> None:
        assert strike_for(SHIPPED, over) == strike

    @pytest.mark.parametrize(
        ("name", "weight"),
        [("custom:劇透", 7), ("custom:競品", 5), ("spam", 3), ("self_harm", None)],
    )
    def test_the_nearest_name_decides(self, name: str, weight: int | None) -> None:
        """A label's own weights, then those of every custom label, then everybody's."""
        weights = {"custom:劇透": Weights(hide=7), "custom:*": Weights(hide=5), "*": Weights(hide=3)}
        strike = strike_for(Penalties(weights=weights), {name: Action.HIDE})
        assert strike == (Strike(name, weight) if weight else None)

    def test_a_name_without_weights_of_its_own_or_everybodys_weighs_nothing(self) -> None:
        assert strike_for(Penalties(weights={"spam": Weights(hide=1)}), {"hate": Action.BLOCK}) is None
        named = Penalties(weights={"spam": Weights(), "*": Weights(hide=9)})
        assert strike_for(named, {"spam": Action.HIDE}) is None, "0 is a weight, and not a gap"

    def test_switched_off_there_are_none(self) -> None:
        assert strike_for(Penalties(enabled=False), {"threat": Action.BLOCK}) is None

    @given(policies(), OVER)
    def test_someone_who_may_hurt_themselves_is_never_punished(
        self, penalties: Penalties, over: dict[str, Action]
    ) -> None:
        for action in (Action.MASK, Action.REVIEW, Action.HIDE, Action.BLOCK):
            assert strike_for(penalties, {**over, "self_harm": action}) is None

    @given(policies(), OVER)
    def test_one_strike_the_heaviest_of_what_was_found(self, penalties: Penalties, over: dict[str, Action]) -> None:
        strike = strike_for(penalties, over)
        alone = [strike_for(penalties, {label: action}) for label, action in over.items()]
        if "self_harm" in over:
            return
        assert (strike.weight if strike else 0) == max((one.weight for one in alone if one), default=0)
        assert strike is None or (strike.weight > 0 and strike in alone)


class TestLadder:
    @pytest.mark.parametrize(
        ("before", "after", "at"),
        [
            (0, 1, 1),
            (1, 2, None),
            (2, 3, 3),
            (0, 3, 3),
            (4, 5, 5),
            (7, 8, 8),
            (9, 11, None),
            (11, 12, 12),
            (0, 100, 12),
            (12, 13, 12),
            (13, 13, None),
            (3, 3, None),
        ],
    )
    def test_the_shipped_one(self, before: int, after: int, at: int | None) -> None:
        step = step_for(SHIPPED, before, after)
        assert (step.at if step else None) == at

    def test_the_shipped_one_never_bans_by_itself_and_warns_first(self) -> None:
        assert [step.step for step in SHIPPED.ladder if step.automatic] == [
            Step.WARNING,
            Step.MUTE,
            Step.MUTE,
            Step.MUTE,
        ]
        assert all(step.minutes for step in SHIPPED.ladder if step.step is Step.MUTE)
        assert SHIPPED.ladder[0].step is Step.WARNING

    @given(ladders(), st.integers(0, 60), st.integers(0, 60))
    def test_no_step_below_its_points(self, ladder: tuple[LadderStep, ...], before: int, more: int) -> None:
        step = step_for(Penalties(ladder=ladder), before, before + more)
        if step is not None:
            assert step.at <= before + more
            assert more > 0
            assert step in ladder

    @given(ladders(), st.lists(st.integers(1, 9), max_size=25))
    def test_never_twice_for_the_same_sum_until_the_ladder_ends(
        self, ladder: tuple[LadderStep, ...], weights: list[int]
    ) -> None:
        taken, total = [], 0
        for weight in weights:
            step = step_for(Penalties(ladder=ladder), total, total + weight)
            reached = [one for one in ladder if total < one.at <= total + weight]
            if reached:
                assert step == reached[-1], "the severest that was reached, none skipped over"
            elif total >= ladder[-1].at:
                assert step == ladder[-1]
            else:
                assert step is None
            total += weight
            if step is not None and step is not ladder[-1]:
                taken.append(step)
        assert len(taken) == len(set(taken))
        assert [one.at for one in taken] == sorted(one.at for one in taken)

    @given(ladders(), st.lists(st.integers(1, 9), min_size=2, max_size=10))
    def test_the_same_violations_at_once_bring_no_less(
        self, ladder: tuple[LadderStep, ...], weights: list[int]
    ) -> None:
        penalties, total = Penalties(ladder=ladder), 0
        one_by_one = []
        for weight in weights:
            one_by_one.append(step_for(penalties, total, total + weight))
            total += weight
        at_once = step_for(penalties, 0, total)
        assert (at_once.at if at_once else 0) == max((one.at for one in one_by_one if one), default=0)

    def test_an_empty_one_brings_nothing(self) -> None:
        assert step_for(Penalties(ladder=()), 0, 100) is None

    @given(st.integers(0, 100))
    def test_no_strike_no_step(self, total: int) -> None:
        assert step_for(SHIPPED, total, total) is None

    @given(st.integers(1, 100), st.integers(1, 100))
    def test_points_that_went_bring_no_step(self, total: int, fewer: int) -> None:
        assert step_for(SHIPPED, total, max(0, total - fewer)) is None


class TestSection:
    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda: Weights(hide=101), "hide must be 0 to 100"),
            (lambda: Weights(mask=-1), "mask must be"),
            (lambda: LadderStep(0, Step.MUTE), "at must be"),
            (lambda: LadderStep(10_001, Step.MUTE), "at must be"),
            (lambda: LadderStep(1, Step.MUTE, 0), "minutes must be"),
            (lambda: LadderStep(1, Step.MUTE, 60 * 24 * 366 + 1), "minutes must be"),
            (lambda: LadderStep(1, Step.KICK, 5), "minutes mean nothing for a kick"),
            (lambda: LadderStep(1, Step.WARNING, 5), "minutes mean nothing for a warning"),
            (lambda: Hourly(mute=-1), "mute must be"),
            (lambda: Hourly(ban=1_000_001), "ban must be"),
            (lambda: Penalties(expire_days=0), "expire_days must be"),
            (lambda: Penalties(expire_days=3_651), "expire_days must be"),
            (lambda: Penalties(weights={"spamm": Weights()}), "'spamm' is not a label"),
            (lambda: Penalties(weights={"custom:": Weights()}), "is not a label"),
            (lambda: Penalties(ladder=tuple(LadderStep(n, Step.MUTE) for n in range(1, 22))), "21 steps"),
            (lambda: Penalties(ladder=(LadderStep(2, Step.MUTE), LadderStep(2, Step.BAN))), "more points each"),
            (lambda: Penalties(ladder=(LadderStep(3, Step.MUTE), LadderStep(2, Step.BAN))), "more points each"),
        ],
    )
    def test_what_makes_no_sense_is_named(self, make: object, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            make()

    def test_what_makes_sense(self) -> None:
        assert Penalties(weights={"*": Weights(), "custom:*": Weights(block=100), "custom:劇透": Weights()}, ladder=())
        assert LadderStep(1, Step.BAN, 60).minutes == 60
        assert [Hourly().of(step) for step in Step] == [200, 30, 10, 5]
