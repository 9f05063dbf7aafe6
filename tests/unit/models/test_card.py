"""The model card says what the files beside it say."""

from __future__ import annotations

from models.risk.card import CARD, rendered


def test_the_cards_tables_are_up_to_date() -> None:
    card = CARD.read_text("utf-8")
    assert card.count("<!-- /") == 4
    assert rendered(card) == card, "run: python -m models.risk.card"
