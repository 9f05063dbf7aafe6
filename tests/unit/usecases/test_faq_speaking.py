"""Office hours in words."""

from __future__ import annotations

import pytest

from assistant.types.faq_settings import FaqSettings, Hours
from assistant.usecases.faq.speaking import hours_text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hant", "週一至週五、週日 09:00–18:00 (Asia/Taipei)"),
        ("zh-Hant-HK", "星期一至五、星期日 09:00–18:00 (Asia/Taipei)"),
        ("zh-Hans", "周一至周五、周日 09:00–18:00 (Asia/Taipei)"),
        ("en", "Mon–Fri, Sun 09:00–18:00 (Asia/Taipei)"),
    ],
)
def test_days_are_written_as_the_place_writes_them(language: str, said: str) -> None:
    settings = FaqSettings(hours=(Hours((1, 2, 3, 4, 5, 7), "09:00", "18:00"),))
    assert hours_text(settings, language) == said
