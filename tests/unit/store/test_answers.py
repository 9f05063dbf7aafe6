"""Answers taken apart and put together."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from assistant.store.answers import beside_columns, with_words, without_words

texts = st.text(min_size=1, max_size=30)


@given(text=texts, caption=texts, data=st.data())
def test_with_words_undoes_without_words(text: str, caption: str, data: st.DataObject) -> None:
    fields = {"text": text, "attachments[0].caption": caption}
    answer = {
        "id": "dec_1",
        "action": "mask",
        "flagged": True,
        "scores": {"spam": 1.0},
        "masked_text": "*" * len(text),
        "later": [1],
    }
    answer["findings"] = []
    for field, whole in fields.items():
        start = data.draw(st.integers(0, len(whole) - 1))
        end = data.draw(st.integers(start + 1, len(whole)))
        answer["findings"].append(
            {"label": "spam", "start": start, "end": end, "field": field, "text": whole[start:end]}
        )
    kept = without_words(answer)
    assert all("text" not in finding for finding in kept["findings"])
    assert "masked_text" not in kept
    assert with_words(kept, fields, answer["masked_text"]) == answer
    assert beside_columns(kept) == {"later": [1]}


def test_evidence_whose_text_is_gone_is_none() -> None:
    kept = {"id": "d", "findings": [{"start": 0, "end": 2, "label": "spam"}]}
    assert with_words(kept, {}, None)["findings"][0]["text"] is None
    assert json.dumps(with_words(kept, {}, None))
