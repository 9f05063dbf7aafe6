"""Prices in words, and what only looks like one."""

import pytest

from assistant.push.pricing import names_price


@pytest.mark.parametrize(
    "text",
    ["NT$880 起", "只要８８０元", "HK$ 99", "會員價 1,200 元", "全館八折", "限時 85折", "20% off today", "half-price tents", "Save 30 now",
     "USD 15", "現折100", "半價出清", "€9"],
)  # fmt: skip
def test_prices_are_found(text):
    assert names_price(text)


@pytest.mark.parametrize(
    "text",
    ["新的帳篷到了", "10 月 5 日的聚會", "打折是什麼意思？", "骨折之後怎麼復健", "The 3 best tents", "100% cotton", "2026 年會"],
)  # fmt: skip
def test_other_numbers_are_not(text):
    assert not names_price(text)
