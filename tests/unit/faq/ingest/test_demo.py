"""The demo shop's questions."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import pytest

from assistant.faq.ingest import read_document
from assistant.text.han import HANS_ONLY, HANT_ONLY
from assistant.types.faq import Entry

DEMO = read_document("demo_faq.csv", resources.files("assistant.cli").joinpath("demo_faq.csv").read_bytes())


def test_it_is_whole() -> None:
    assert DEMO.warnings == ()
    assert {
        language: number for language, number in Counter(one.language for one in DEMO.entries).items() if number >= 10
    }.keys() == {
        "zh-Hant",
        "zh-Hans",
        "en",
    }
    assert all(len(one.alternatives) >= 3 for one in DEMO.entries)


@pytest.mark.parametrize("entry", DEMO.entries, ids=lambda entry: entry.id)
def test_scripts_are_not_mixed(entry: Entry) -> None:
    written = set("".join((*entry.utterances, entry.answer, *entry.headings)))
    other = {"zh-Hant": HANS_ONLY, "zh-Hans": HANT_ONLY}.get(entry.language, frozenset())
    assert not written & other
