"""Masking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.mask import mask
from assistant.types import Finding


def test_characters_are_masked_one_for_one_and_spaces_stay() -> None:
    assert mask("call me at 12 34", [Finding("privacy", 1.0, 11, 16, "rule:x")], {"privacy": 0.9}) == "call me at ** **"


def test_only_the_labels_over_their_threshold_are_masked() -> None:
    findings = [Finding("spam", 1.0, 0, 1, "rule:x"), Finding("privacy", 1.0, 1, 2, "rule:x")]
    assert mask("ab", findings, {"privacy": 0.9}) == "a*"


def test_a_models_hint_yields_to_a_rules_span() -> None:
    findings = [Finding("spam", 1.0, 0, 2, "rule:x"), Finding("spam", 0.9, 0, 4, "model:risk")]
    assert mask("abcd", findings, {"spam": 0.9}) == "**cd"
    assert mask("abcd", findings[1:], {"spam": 0.9}) == "****"


def test_what_a_rule_only_hints_at_does_not_hide_the_models_evidence() -> None:
    findings = [Finding("spam", 0.45, 0, 1, "rule:x"), Finding("spam", 0.94, 2, 4, "model:risk")]
    assert mask("abcd", findings, {"spam": 0.9}) == "*b**"
    assert mask("abcd", findings, {"spam": 0.4}) == "*bcd"


def test_a_hint_beside_a_sure_finding_of_the_same_label_stays() -> None:
    findings = [Finding("privacy", 0.4, 0, 2, "rule:address"), Finding("privacy", 0.95, 3, 4, "rule:phone")]
    assert mask("abcd", findings, {"privacy": 0.84}) == "abc*"


@given(st.text(max_size=30), st.data())
def test_length_is_kept(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    masked = mask(text, [Finding("spam", 1.0, start, end, "rule:x")], {"spam": 0.9})
    assert len(masked) == len(text)
    assert masked[:start] + masked[end:] == text[:start] + text[end:]
