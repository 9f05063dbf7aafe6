"""What `assistant serve` prints when it has begun to serve."""

from __future__ import annotations

import pytest

from assistant.cli.service import introduction
from assistant.settings import load_settings


@pytest.mark.parametrize(
    ("given", "playground"),
    [
        ({}, True),
        ({"public_url": "https://chat.example.org"}, False),
        ({"public_url": "https://chat.example.org", "playground": "on"}, True),
        ({"playground": "off"}, False),
    ],
)
def test_a_playground_is_announced_only_where_it_is_served(given: dict[str, str], playground: bool) -> None:
    lines = introduction(load_settings(**given), "cak_x")
    assert any("playground" in line for line in lines) is playground
    assert any("/docs" in line for line in lines)
