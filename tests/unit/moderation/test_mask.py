"""Masking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.mask import mask
from assistant.types import Finding


def test_characters_are_masked_one_for_one_and_spaces_stay() -> None:
    assert mask("call me at 12 34", [Finding("privacy", 1.0, 11, 16, "rule:x")], {"privacy"}) == "call me at ** **"


def test_only_the_labels_over_their_threshold_are_masked() -> None:
    findings = [Finding("spam", 1.0, 0, 1, "rule:x"), Finding("privacy", 1.0, 1, 2, "rule:x")]
    assert mask("ab", findings, {"privacy"}) == "a*"


def test_a_models_hint_yields_to_a_rules_span() -> None:
    findings = [Finding("spam", 1.0, 0, 2, "rule:x"), Finding("spam", 0.9, 0, 4, "model:risk")]
    assert mask("abcd", findings, {"spam"}) == "**cd"
    assert mask("abcd", findings[1:], {"spam"}) == "****"


@given(st.text(max_size=30), st.data())
def test_length_is_kept(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    masked = mask(text, [Finding("spam", 1.0, start, end, "rule:x")], {"spam"})
    assert len(masked) == len(text)
    assert masked[:start] + masked[end:] == text[:start] + text[end:]
