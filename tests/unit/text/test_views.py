"""Properties of all views, for any text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.text import Normalised, detect_language, utf16_offsets

VIEWS = ("plain", "folded", "joined", "digits", "leet", "pinyin")
ORDINARY = [
    "加",
    "微",
    "信",
    "乾",
    "a",
    "f",
    "u",
    "ck",
    "jia",
    "wei",
    "❤️",
    " ",
    ".",
    "\n",
    "1",
    "o",
    "$",
    "，",
    "é",
    "ㄍㄢˋ",
    "ロ",
]
STRANGE = [
    "\u200b",
    "\u0301",
    "\ufdfa",
    "⑩",
    "℃",
    "е",
    "\ud800",
    "\udc00",
    "😀",
    "👨‍👩‍👧",
    "\x00",
    "\uffff",
    "\ue000",
    "İ",
    "ß",
    "가",
    "が",
]
TRICKY = st.sampled_from([*ORDINARY, *STRANGE])
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(codec=None, exclude_categories=[]), max_size=40),
    st.lists(TRICKY, max_size=40).map("".join),
)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_every_character_of_every_view_maps_into_the_original(text):
    normalised = Normalised(text)
    for name in VIEWS:
        view = getattr(normalised, name)
        assert view.name == name
        spans = [view.span(i, i + 1) for i in range(len(view.text))]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)
        assert [end for _, end in spans] == sorted(end for _, end in spans)
        assert len(view.text) <= 4 * len(text)


@given(TEXTS, st.data())
@settings(max_examples=200, deadline=None)
def test_every_slice_maps_to_the_characters_it_came_from(text, data):
    view = getattr(Normalised(text), data.draw(st.sampled_from(VIEWS)))
    if not view.text:
        return
    start = data.draw(st.integers(0, len(view.text) - 1))
    end = data.draw(st.integers(start + 1, len(view.text)))
    first, last = view.span(start, end)
    assert (first, last) == (view.span(start, start + 1)[0], view.span(end - 1, end)[1])
    assert 0 <= first < last <= len(text)
    place = view.place(first)
    assert place <= start
    assert view.span(place, place + 1)[0] == first
    assert view.place(len(text)) == len(view.text)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_one_to_one_views_have_the_length_of_plain(text):
    normalised = Normalised(text)
    assert len(normalised.folded.text) == len(normalised.digits.text) == len(normalised.plain.text)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_utf16_offsets_cut_the_same_characters(text):
    units = text.encode("utf-16-le", "surrogatepass")
    offsets = utf16_offsets(text)
    assert len(offsets) == len(text) + 1
    for i, char in enumerate(text):
        assert units[2 * offsets[i] : 2 * offsets[i + 1]].decode("utf-16-le", "surrogatepass") == char


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_language_is_told_for_any_text(text):
    detected = detect_language(text)
    assert detected.supported == (detected.language in {"zh-Hans", "zh-Hant", "en", "und"})


def seconds(text: str) -> float:
    """The quickest of three readings."""
    times = []
    for _ in range(3):
        started = time.process_time()
        normalised = Normalised(text)
        for name in VIEWS:
            assert len(getattr(normalised, name).text) <= 4 * len(text)
        times.append(time.process_time() - started)
    return min(times)


SEPARATED = ["加 ", "加❤️", "f ", "f.", "ab.", "cao ni ", "a" + " " * 99, "加" + "." * 99, "ол "]
FLOODS = [
    "a\u0301",
    "a\u200b",
    "\u0301",
    "\ufe0f",
    "\ufdfa",
    "℃",
    "!",
    "_",
    "加",
    "aaa",
    "jia",
    "xian",
    "ㄍㄢˋ",
    "котр",
    "е",
    "ロ",
    "1o",
    "a1",
]


@pytest.mark.parametrize("unit", [*SEPARATED, *FLOODS])
def test_time_is_linear(unit):
    short, long = unit * (6_000 // len(unit)), unit * (60_000 // len(unit))
    seconds(short)
    assert seconds(long) < 25 * seconds(short) + 0.02


def test_expansion_is_bounded():
    assert len(Normalised("\ufdfa" * 1000).plain.text) == 1000
    assert len(Normalised("㌖" * 1000).plain.text) <= 4000
    assert Normalised("a" + "\u0301" * 100_000 + "b").plain.text == "ab"
