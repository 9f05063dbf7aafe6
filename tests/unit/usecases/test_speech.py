"""Which language a member is spoken to in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.usecases.speech import language_of
from assistant.words import LANGUAGES


@pytest.mark.parametrize(
    ("locale", "detected", "default", "language"),
    [
        # what the platform says of the member comes first
        ("zh-TW", "en", "en", "zh-Hant"),
        ("zh-HK", "zh-Hans", "en", "zh-Hant-HK"),
        ("zh-MO", "zh-Hans", "en", "zh-Hant-HK"),
        ("zh-CN", "zh-Hant", "zh-Hant", "zh-Hans"),
        ("zh_Hans_HK", "zh-Hant", "en", "zh-Hans"),
        ("zh-hans", "zh-Hant", "zh-Hant", "zh-Hans"),
        ("zh", "en", "en", "zh-Hans"),
        ("en-GB", "zh-Hant", "zh-Hant", "en"),
        ("EN", "zh-Hant", "zh-Hant", "en"),
        # traditional Chinese without a region is the community's own
        ("zh-Hant", "en", "zh-Hant-HK", "zh-Hant-HK"),
        ("zh_hant", "en", "zh-Hant-HK", "zh-Hant-HK"),
        ("zh-Hant", "en", "zh-Hans", "zh-Hant"),
        ("zh-TW", "zh-Hant", "zh-Hant-HK", "zh-Hant"),
        ("zh-Hant-TW", "zh-Hant", "zh-Hant-HK", "zh-Hant"),
        # then what they wrote in
        (None, "zh-Hant", "en", "zh-Hant"),
        (None, "zh-Hant", "zh-Hant-HK", "zh-Hant-HK"),
        (None, "zh-Hans", "zh-Hant-HK", "zh-Hans"),
        (None, "en", "zh-Hant", "en"),
        ("", "zh-Hans", "en", "zh-Hans"),
        ("fr-FR", "zh-Hans", "en", "zh-Hans"),
        # then the community's default
        (None, "und", "zh-Hant-HK", "zh-Hant-HK"),
        (None, "", "zh-Hant", "zh-Hant"),
        ("ja", "ja", "zh-Hans", "zh-Hans"),
        ("fr", "fr", "fr", "en"),
        (None, "und", "zh-TW", "zh-Hant"),
    ],
)
def test_the_members_own_then_the_texts_then_the_communitys(
    locale: str | None, detected: str, default: str, language: str
) -> None:
    assert language_of(locale, detected, default) == language


@given(st.none() | st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_platform_says_it_is_one_that_has_words(locale: str | None, detected: str, default: str) -> None:
    assert language_of(locale, detected, default) in LANGUAGES
