"""Presses of a card's buttons: what they say, in as little as every platform takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.types import Case, CaseKind, CaseState, Resolution
from assistant.usecases.cards import card_buttons, press_value, read_press
from assistant.usecases.identity import new_id
from assistant.words import LANGUAGES

CASE = Case(
    id=new_id("cas"), community="c", key="k", kind=CaseKind.REVIEW, created_at=datetime(2026, 11, 2, tzinfo=UTC)
)


@pytest.mark.parametrize("resolution", Resolution)
def test_values_come_back_as_they_were_and_fit_everywhere(resolution: Resolution) -> None:
    for _ in range(50):
        case_id = new_id("cas")
        value = press_value(case_id, resolution)
        assert read_press(value) == (case_id, resolution)
        assert value.isascii()
        assert value.isprintable()
        assert len(value.encode()) <= 64


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=40), st.sampled_from(Resolution))
def test_any_id_comes_back(case_id: str, resolution: Resolution) -> None:
    assert read_press(press_value(case_id, resolution)) == (case_id, resolution)


@pytest.mark.parametrize("resolution", Resolution)
def test_a_sign_alone_is_of_the_card_it_stands_on(resolution: Resolution) -> None:
    assert read_press(resolution.value) == (None, resolution)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "case",
        "case:",
        "case::",
        "case::approve",
        "case:cas_1",
        "case:cas_1:",
        "case:cas_1:ban",
        "case:cas_1:APPROVE",
        "menu:cas_1:approve",
        "approve:",
        ":approve",
        "case:cas_1:approve:x",
        "case:cas_1: approve",
        "👍",
        "\0",
    ],
)
def test_what_is_no_press_of_ours(value: str) -> None:
    assert read_press(value) is None


@given(st.text(max_size=64) | st.lists(st.sampled_from(["case", ":", "approve", "cas_1"]), max_size=6).map("".join))
@example("case:approve")
def test_anything_is_read_without_an_error(value: str) -> None:
    read = read_press(value)
    if read is not None:
        case_id, resolution = read
        assert value == (press_value(case_id, resolution) if case_id else resolution.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CaseKind)
def test_an_open_case_offers_what_decides_it(kind: CaseKind, language: str) -> None:
    buttons = card_buttons(replace(CASE, kind=kind), language)
    read = [read_press(button.value) for button in buttons]
    wanted = [Resolution.APPROVE] if kind is CaseKind.ALERT else [Resolution.APPROVE, Resolution.REMOVE]
    assert read == [(CASE.id, one) for one in wanted]
    texts = [button.text for button in buttons]
    assert len(set(texts)) == len(texts)
    assert all(texts)


@pytest.mark.parametrize("kind", CaseKind)
def test_a_resolved_case_offers_to_take_that_back(kind: CaseKind) -> None:
    resolved = replace(CASE, kind=kind, state=CaseState.RESOLVED, resolution=Resolution.REMOVE)
    (button,) = card_buttons(resolved, "en")
    assert read_press(button.value) == (CASE.id, Resolution.UNDO)


def test_a_claimed_case_can_still_be_decided() -> None:
    claimed = replace(CASE, state=CaseState.CLAIMED, claimed_by="ming")
    assert card_buttons(claimed, "en") == card_buttons(CASE, "en")


def test_buttons_say_what_they_do_to_this_kind_of_case() -> None:
    def texts(kind: CaseKind) -> tuple[str, ...]:
        return tuple(button.text for button in card_buttons(replace(CASE, kind=kind), "en"))

    assert texts(CaseKind.REVIEW) == ("Approve", "Remove")
    assert len({texts(kind) for kind in (CaseKind.REVIEW, CaseKind.PENALTY, CaseKind.APPEAL, CaseKind.HELP)}) == 4
