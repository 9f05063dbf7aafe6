"""What is the community's own is so however it is written, for links, contacts, personal data and the classifier alike."""

from __future__ import annotations

import dataclasses
import time

import pytest

from assistant.moderation.owned import Owned
from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.text import Normalised
from assistant.types import Own

OWN = Own(
    domains=("bücher.de", "小店.com", "ourbrand.com"),
    accounts=("@MyShop_88", "小店官方", "小舖V88", "my-brand", "boss@partner.com"),
    phones=("+852 6123 4567", "0912-345-678", "02-2345-6789", "110", "13911112222", "+1 415 555 2671"),
    staff=("小美",),
)
OWNED = Owned(OWN)
RULES = Rules(dataclasses.replace(shipped_policy(), own=OWN), ())


def blanked(text: str) -> list[str]:
    return [text[start:end] for start, end in OWNED.spans(Normalised(text))]


@pytest.mark.parametrize(
    "number",
    [
        "+85261234567",
        "61234567",
        "0085261234567",
        "+886912345678",
        "0912 345 678",
        "+886 (0)912 345 678",
        "912345678",
        "(02) 2345-6789",
        "+886 2 2345 6789",
        "23456789",
        "86139-1111-2222",
        "110",
        "(415) 555-2671",
        "14155552671",
    ],
)
def test_a_phone_is_own_with_and_without_its_codes(number: str) -> None:
    assert OWNED.is_phone(number)
    assert OWNED.is_account(number)


@pytest.mark.parametrize(
    "number",
    [
        "13861234567",
        "+85261234568",
        "85391234567",
        "34567",
        "1101",
        "0110",
        "12345",
        "13811012345",
        "a61234567",
        "",
        "+",
    ],
)
def test_another_number_is_not(number: str) -> None:
    assert not OWNED.is_phone(number)


@pytest.mark.parametrize(
    ("own", "number"),
    [
        ("61234567", "+86 138 6123 4567"),
        ("61234567", "0086 138 6123 4567"),
        ("61234567", "0138 6123 4567"),
        ("23456789", "+886 923 456 789"),
        ("23456789", "0923-456-789"),
        ("2345 6789", "00886 9 2345 6789"),
    ],
)
def test_a_mobile_number_is_none_behind_a_code(own: str, number: str) -> None:
    owned = Owned(Own(phones=(own,)))
    assert not owned.is_phone(number)
    assert owned.spans(Normalised(number)) == []


@pytest.mark.parametrize(
    ("own", "number"),
    [
        ("4155552671", "+1 415 555 2671"),
        ("13911112222", "0086 139 1111 2222"),
        ("+86 139 1111 2222", "0139 1111 2222"),
        ("886912345678", "0912 345 678"),
        ("0912345678", "00886 912 345 678"),
        ("61234567", "(010) 6123 4567"),
        ("61234567", "+86 10 6123 4567"),
    ],
)
def test_a_number_is_own_behind_codes_that_its_owner_left_out(own: str, number: str) -> None:
    owned = Owned(Own(phones=(own,)))
    assert owned.is_phone(number)
    assert owned.spans(Normalised(number)) == [(0, len(number))]


@pytest.mark.parametrize(
    "account", ["MyShop_88", "@myshop_88", "ｍｙｓｈｏｐ_88", "MYBRAND", "小店官方", "小鋪v88", "Boss@Partner.com"]
)
def test_an_account_is_own_however_written(account: str) -> None:
    assert OWNED.is_account(account)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("加微信 MyShop_88", ["MyShop_88"]),
        ("加微信@myshop_88。", ["@myshop_88"]),
        ("xmyshop_88 myshop_881 myshop_88x", []),
        ("加QQ小店官方領券", ["小店官方"]),
        ("小店官方88 小店官方_2", []),
        ("小鋪v88 小鋪v889", ["小鋪v88"]),
        ("電話+852 6123 4567", ["+852 6123 4567"]),
        ("電話６１２３４５６７", ["６１２３４５６７"]),
        ("打61234567或者13911112222", ["61234567", "13911112222"]),
        ("6123 4567 0912 345 678", ["6123 4567", "0912 345 678"]),
        ("138 6123 4567", []),
        ("161234567", []),
        ("快打110", ["110"]),
        ("13811012345 138110 12345 1101 2110", []),
        ("BÜCHER.de bücher.de.evil.ru", ["BÜCHER.de"]),
        ("notourbrand.com ourbrand.com.tw ourbrand.com.", ["ourbrand.com"]),
        ("去小店.com看", ["小店.com"]),
        ("https://xn--bcher-kva.de/x", ["xn--bcher-kva.de"]),
        ("問 boss@partner.com", ["boss@partner.com"]),
    ],
)
def test_what_the_classifier_does_not_see(text: str, found: list[str]) -> None:
    assert blanked(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "加微信 MyShop_88",
        "加LINE：@my-brand",
        "https://wa.me/85261234567",
        "https://api.whatsapp.com/send?phone=%2B85261234567",
        "line.me/ti/p/~0912345678",
        "t.me/MyShop_88",
        "加whatsapp 61234567",
        "加微信 +886912345678",
        "add me on whatsapp +852 6123 4567",
        "加微信：小店官方领券",
        "加微信 小店官方",
        "加賴 小鋪v88",
        "我的微信是MyShop_88",
        "他的whatsapp是 6123 4567",
        "電話 +886 2 2345 6789",
        "bob@bücher.de",
        "bob@mail.xn--bcher-kva.de",
    ],
)
def test_no_rule_finds_what_is_own(text: str) -> None:
    assert RULES.find(Normalised(text)) == []


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("加微信 MyShop_89", "rule:spam.contact"),
        ("加微信 小店官方88", "rule:spam.contact"),
        ("加微信 小店客服88领券", "rule:spam.contact"),
        ("加微信 小店官方 或者加vx abc123", "rule:spam.contact"),
        ("https://wa.me/85261234568", "rule:link.invite"),
        ("https://wa.me/8526123456", "rule:link.invite"),
        ("加微信 13861234567", "rule:privacy.phone"),
        ("電話 +852 6123 4568", "rule:privacy.phone"),
        ("电话 13811012345", "rule:privacy.phone"),
        ("bob@xn--bcher-kva.de.evil.com", "rule:privacy.email"),
    ],
)
def test_rules_find_what_is_only_like_it(text: str, source: str) -> None:
    assert source in {finding.source for finding in RULES.find(Normalised(text))}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("加微信 MyShop_88", ""),
        ("加whatsapp +852 6123 4567 落單", "落單"),
        ("加微信：小店官方领券", "领券"),
        ("Add us on WeChat: MyShop_88", ""),
        ("加微信 abc123", "加微信 abc123"),
        ("加微信 小美", "小美"),
        ("小店官方提醒：加微信领资料", "提醒：加微信领资料"),
    ],
)
def test_words_that_lead_to_an_own_account_are_not_shown_to_the_classifier(text: str, left: str) -> None:
    spared = RULES.spared(Normalised(text)).original
    assert len(spared) == len(text)
    assert "".join(spared.split()) == "".join(left.split())


def test_an_own_thing_costs_little_however_many_there_are() -> None:
    many = Own(
        accounts=(*(f"店铺{i}号" for i in range(2_000)), *(f"shop_{i}" for i in range(1_000))),
        phones=tuple(f"138{i:08d}" for i in range(1_500)),
        domains=tuple(f"d{i}.com" for i in range(500)),
    )
    rules = Rules(dataclasses.replace(shipped_policy(), own=many), ())
    for unit in ("加微信领 ", "1 ", "7 3 1 9 4 0 2 6 8 5 3 3 1 ", "shop_1 ", "店铺1号"):
        text = Normalised((unit * 20_000)[:20_000])
        assert text.digits
        start = time.process_time()
        rules.spared(text)
        assert time.process_time() - start < 1.0, unit
