"""Which of a campaign's texts a member reads."""

from __future__ import annotations

import pytest

from assistant.usecases.push.composing import pick


@pytest.mark.parametrize(
    ("tags", "reader", "read"),
    [
        (("zh-CN", "zh-TW", "en"), "zh-Hant", "zh-TW"),
        (("zh-CN", "zh-TW", "en"), "zh-Hant-HK", "zh-TW"),
        (("zh-TW", "zh-CN"), "zh-Hans", "zh-CN"),
        (("zh-TW", "zh"), "zh-CN", "zh"),
        (("zh-CN", "zh-HK"), "zh-TW", "zh-HK"),
        (("zh-Hans", "zh-Hant"), "zh-HK", "zh-Hant"),
        (("zh-Hans", "zh-Hant", "zh-Hant-HK"), "zh-MO", "zh-Hant-HK"),
        (("zh-Hant-HK", "zh-Hant"), "zh-TW", "zh-Hant"),
        (("zh-Hans", "en"), "zh-Hant", "zh-Hans"),
        (("zh-Hant", "zh-TW"), "zh-TW", "zh-TW"),
        (("EN", "ZH-tw"), "zh-Hant", "ZH-tw"),
        (("zh-Hant", "en-GB"), "en-US", "en-GB"),
        (("en", "pt-PT", "pt-BR"), "pt-br", "pt-BR"),
        (("en", "pt-PT"), "pt-BR", "pt-PT"),
        (("zh-Hant", "en"), "ja", "zh-Hant"),
    ],
)
def test_a_member_reads_the_text_of_their_own_script(tags: tuple[str, ...], reader: str, read: str) -> None:
    assert pick(dict.fromkeys(tags, "..."), reader) == read
