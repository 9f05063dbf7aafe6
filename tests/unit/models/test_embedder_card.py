"""The embedder's card says what the files beside it say, and the weights keep to their size."""

from __future__ import annotations

from models.embedder.card import CARD, HERE, rendered


def test_the_cards_table_is_up_to_date() -> None:
    card = CARD.read_text("utf-8")
    assert card.count("<!-- /") == 1
    assert "| STS-B zh | test |" in card
    assert rendered(card) == card, "run: python -m models.embedder.card"


def test_the_weights_keep_to_their_size() -> None:
    sizes = [path.stat().st_size for path in (HERE / "weights").rglob("*") if path.is_file()]
    assert sum(sizes) <= 40_000_000
    assert max(sizes) <= 16 * 1024 * 1024


def test_the_card_and_the_notice_name_the_dictionarys_licence() -> None:
    for path in (CARD, HERE.parents[1] / "NOTICE"):
        text = path.read_text("utf-8")
        assert "CC-CEDICT" in text
        assert "BY-SA 4.0" in text or "ShareAlike 4.0" in text
