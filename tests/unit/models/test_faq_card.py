"""The FAQ judge's card says what the files beside it say, and the judge belongs to the embedder that ships."""

from __future__ import annotations

import json

from assistant.backends.shipped_reranker import shipped_reranker
from assistant.backends.static_embedder import StaticEmbedder
from models.faq.card import CARD, HERE, rendered


def test_the_cards_table_is_up_to_date() -> None:
    card = CARD.read_text("utf-8")
    assert card.count("<!-- /figures -->") == 1
    assert "| all |" in card
    assert rendered(card) == card, "run: python -m models.faq.card"


def test_the_judge_was_fitted_on_the_shipped_embedder() -> None:
    judge, about = shipped_reranker(), json.loads((HERE / "metrics.json").read_text("utf-8"))
    assert judge.embedder == about["embedder"] == StaticEmbedder.load().ref.id
    assert (judge.floor, judge.gap) == (about["floor"], about["gap"])
