"""What Chinese numerals say."""

from __future__ import annotations

import pytest

from assistant.text.numerals import value_of


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("零", 0), ("两", 2), ("十", 10), ("十五", 15), ("三百二十", 320), ("一千零五", 1_005), ("万", 10_000),
        ("五万零一", 50_001), ("捌万", 80_000), ("叁仟伍佰", 3_500), ("一千二百三十四万五千六百七十八", 12_345_678),
    ],
)  # fmt: skip
def test_places_and_ten_thousands_add_up(numeral, value):
    assert value_of(numeral) == value


def test_another_sign_is_none():
    with pytest.raises(KeyError):
        value_of("三头")
