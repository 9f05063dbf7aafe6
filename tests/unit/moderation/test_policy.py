"""Policies: reading, refusing, writing."""

from __future__ import annotations

import json

import pytest

from assistant.errors import InvalidPolicy
from assistant.moderation.policy import (
    MAX_POLICY_BYTES,
    dump_policy,
    read_policy,
    read_policy_file,
    read_policy_text,
    shipped_policy,
)
from assistant.types import Action, Label, Policy, Thresholds

MINIMAL = {"id": "p", "version": 1, "thresholds": {"spam": {"review": 0.5}}}


def test_shipped_policy_names_every_label() -> None:
    assert set(shipped_policy().thresholds) >= {label.value for label in Label}


def test_a_policy_survives_writing_and_reading() -> None:
    policy = read_policy(
        MINIMAL
        | {
            "lists": [{"id": "own", "label": "custom:競品", "terms": ["某牌"], "script": "hant"}],
            "patterns": [{"id": "code", "label": "spam", "pattern": r"\bX\d+"}],
            "overrides": [{"channels": ["sale"], "thresholds": {"spam": {"block": 0.99}}}],
            "own": {"domains": ["shop.example"], "staff": ["s1"]},
            "unscreened": {"image": "review", "*": "allow"},
        }
    )
    assert read_policy(json.loads(json.dumps(dump_policy(policy)))) == policy


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"thresholds": {"spam": {"review": 0}}}, "thresholds.spam"),
        ({"thresholds": {"spam": {"review": 1.5}}}, "thresholds.spam"),
        ({"thresholds": {"spam": {"nope": 0.5}}}, "thresholds.spam.nope"),
        ({"thresholds": {"spam": "high"}}, "thresholds.spam"),
        ({"thresholds": {"spma": {"review": 0.5}}}, "policy"),
        ({"version": -1}, "policy"),
        ({"thresholds": {}}, "policy"),
        ({"fail_mode": "shrug"}, "fail_mode"),
        ({"surprise": 1}, "surprise"),
        ({"lists": [{"id": "a", "label": "spam", "terms": [" "]}]}, "lists.0"),
        ({"lists": [{"id": "a", "label": "spam", "terms": ["x" * 101]}]}, "lists.0"),
        ({"lists": [{"id": "a", "label": "custom:", "terms": ["x"]}]}, "lists.0"),
        ({"lists": [{"id": "a", "label": "spam", "terms": ["x"]}] * 2}, "policy"),
        ({"patterns": [{"id": "a", "label": "spam", "pattern": "x" * 1001}]}, "patterns.0"),
    ],
)
def test_a_wrong_policy_names_the_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read_policy(MINIMAL | change)
    assert caught.value.field == field
    assert caught.value.values["problem"]


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '"x"'])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(InvalidPolicy):
        read_policy_text(text)


def test_a_huge_policy_is_refused() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read_policy_text(" " * (MAX_POLICY_BYTES + 1))
    assert caught.value.limit == MAX_POLICY_BYTES


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(InvalidPolicy, match="invalid_policy") as caught:
        read_policy_file(tmp_path / "none.json")
    assert "none.json" in str(caught.value.field)


def test_thresholds_take_the_most_severe_action_reached() -> None:
    limits = Thresholds(mask=0.3, review=0.6, block=0.9)
    assert [limits.action(score) for score in (0.29, 0.3, 0.6, 0.89, 0.9, 1.0)] == [
        Action.ALLOW,
        Action.MASK,
        Action.REVIEW,
        Action.REVIEW,
        Action.BLOCK,
        Action.BLOCK,
    ]


def test_policies_are_values() -> None:
    assert read_policy(MINIMAL) == Policy("p", 1, {"spam": Thresholds(review=0.5)})
