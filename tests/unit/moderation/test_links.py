"""Links: denied, disguised, shortened, imitated; and the ordinary ones that are no finding."""

from __future__ import annotations

import time

import pytest

from assistant.moderation.links import LinkRules
from assistant.moderation.policy import shipped_policy
from assistant.text import Normalised
from assistant.types import Label, Links, Own

RULES = LinkRules(
    Links(
        allow=("lihi.cc",), deny=("bad.com", "evil.example.org"), deny_label="custom:競品", protect=("mengbao.com.tw",)
    ),
    Own(domains=("ourbrand.com",), accounts=("@ourshop",)),
)


def find(text: str) -> list[tuple[str, str]]:
    return [(f.source.removeprefix("rule:link."), text[f.start : f.end]) for f in RULES.find(Normalised(text))]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("看这里 bad.com/x?y=1，快", "bad.com/x?y=1"),
        ("https://a.b.bad.com", "https://a.b.bad.com"),
        ("去bad.com领取", "bad.com"),
        ("www.bad[.]com", "www.bad[.]com"),
        ("bad 点 com", "bad 点 com"),
        ("bad點com", "bad點com"),
        ("bad dot com", "bad dot com"),
        ("bad。com", "bad。com"),
        ("bad.com。thanks", "bad.com。thanks"),
        ("hxxp://bad.com", "hxxp://bad.com"),
        ("ｂａｄ．ｃｏｍ", "ｂａｄ．ｃｏｍ"),
        ("b\u200bad.com", "b\u200bad.com"),
        ("http://evil.example.org/", "http://evil.example.org/"),
    ],
)
def test_denied_however_written(text: str, link: str) -> None:
    assert find(text) == [("denied", link)]


def test_denied_brings_the_label_of_the_policy() -> None:
    assert [(f.label, f.score) for f in RULES.find(Normalised("bad.com"))] == [("custom:競品", 0.95)]


@pytest.mark.parametrize(
    "text",
    [
        "paypal-secure-login.com",
        "paypa1.com",
        "paypaI-login.com",
        "раураl.com",  # Cyrillic letters
        "https://xn--pypal-4ve.com/",
        "taobao.com.evil.ru/x",
        "icloud.com.verify-id.xyz",
        "steamcommunlty.com/gift",
        "binance.xyz",
        "apple-id-login.com",
        "shopee-tw.vip/x",
        "0urbrand.com",
        "ourbrand-login.com",
        "mengba0.com.tw",
        "mengbao-shop.com",
        "оurbrand.com",  # a Cyrillic first letter
    ],
)
def test_look_alikes_are_fraud(text: str) -> None:
    found = RULES.find(Normalised(text))
    assert [(f.source, f.label) for f in found] == [("rule:link.lookalike", "fraud")]
    assert found[0].score >= (shipped_policy().thresholds[Label.FRAUD].review or 0.0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("http://paypal.com@evil.net/x", "userinfo"),
        ("http://1.2.3.4/login", "ip"),
        ("bit.ly/abc", "shortener"),
        ("https://reurl.cc/aaaa", "shortener"),
        ("t.me/joinchat/xyz", "invite"),
        ("https://line.me/ti/p/~abc", "invite"),
        ("https://chat.whatsapp.com/AbCd", "invite"),
    ],
)
def test_detours(text: str, kind: str) -> None:
    assert [found for found, _ in find(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "看 https://example.com/a",
        "paypal.com",
        "www.taobao.com。谢谢",
        "https://detail.tmall.com/item.htm?id=1",
        "amazon.co.jp",
        "finance.com",
        "paypay.ne.jp",
        "apple-pie.com",
        "line-dance.org",
        "ourbrand.com",
        "https://shop.ourbrand.com/x",
        "ＯＵＲＢＲＡＮＤ．com",
        "mengbao.com.tw",
        "t.me/ourshop",
        "lihi.cc/abc",
        "http://192.168.1.1/",
        "1.2.3.4",
        "file.py readme.md node.js v1.2.3",
        "3.5折 e.g. i.e. U.S.",
        "今天3点 go吧",
        "a 点 b",
        "notbad.com",
        "bad.comedy",
        "",
    ],
)
def test_ordinary_links_and_dots_are_no_finding(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "host",
    [
        "api.tiktokv.com",
        "api16.tiktokw.us",
        "partner.tiktokshop.com",
        "wechatpay.com.hk",
        "pay.wechatpay.cn",
        "icloud-content.com",
        "youtube-nocookie.com",
        "www.google-analytics.com",
        "google.ru",
        "microsoftstore.com.cn",
        "cdn4.telegram-cdn.org",
        "aliexpress.ru",
        "alibaba-inc.com",
        "douyinpay.com",
        "online.unionpaysecure.com",
        "www.pchomepay.com.tw",
        "fubonbank.com.hk",
        "netflix.shop",
    ],
)
def test_a_brands_other_hosts_are_its_own(host: str) -> None:
    assert find(f"https://{host}/x") == []


@pytest.mark.parametrize(
    "host",
    [
        "tiktokx.com",
        "wechatpay.top",
        "icloud-contemt.com",
        "google.top",
        "aliexpress.xyz",
        "fubonbank.com",
        "pay-netflix.shop",
    ],
)
def test_beside_a_brands_other_hosts_imitations_are_found(host: str) -> None:
    assert [kind for kind, _ in find(f"https://{host}/x")] == ["lookalike"]


def test_deny_wins_over_allow() -> None:
    rules = LinkRules(Links(allow=("x.com",), deny=("x.com",)), Own())
    assert len(rules.find(Normalised("x.com"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "t.me/ourshop/12",
        "t.me/s/ourshop",
        "line.me/ti/p/@ourshop",
        "line.me/R/ti/p/%40ourshop",
        "wa.me/85291234567?text=hi",
        "api.whatsapp.com/send?phone=85291234567",
    ],
)
def test_an_invitation_to_an_own_account_is_exempt(text: str) -> None:
    rules = LinkRules(Links(), Own(accounts=("@ourshop", "+85291234567")))
    assert rules.find(Normalised(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "t.me/spamchan/ourshop",
        "t.me/spam_ourshop",
        "t.me/ourshop_official",
        "t.me/spam?start=ourshop",
        "t.me/spam#ourshop",
        "line.me/ti/p/@spam/ourshop",
        "api.whatsapp.com/send?phone=85291234568",
    ],
)
def test_an_own_account_elsewhere_in_an_invitation_exempts_nothing(text: str) -> None:
    rules = LinkRules(Links(), Own(accounts=("@ourshop", "+85291234567")))
    assert [f.source for f in rules.find(Normalised(text))] == ["rule:link.invite"]


ABROAD = LinkRules(
    Links(
        deny=(
            "赌博.com",
            "例子.中国",
            "bücher.de",
            "点心.com.tw",
            "παράδειγμα.gr",
            "도메인.한국",
            "abc商城.com",
            "bad.com",
        ),
        allow=("联盟.net",),
        protect=("müller-shop.de",),
    ),
    Own(domains=("小店.com", "crème.fr", "店.bad.com", "xn--strae-oqa.de")),
)


def find_abroad(text: str) -> list[tuple[str, str]]:
    return [(f.source.removeprefix("rule:link."), text[f.start : f.end]) for f in ABROAD.find(Normalised(text))]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("http://赌博.com/a", "http://赌博.com/a"),
        ("快去http://赌博.com看看", "http://赌博.com"),
        ("去赌博.com领取", "赌博.com"),
        ("https://www.赌博.com:8080/x，快", "https://www.赌博.com:8080/x"),
        ("hxxp://赌博[.]com", "hxxp://赌博[.]com"),
        ("赌博点com", "赌博点com"),
        ("https://xn--9kr716k.com/", "https://xn--9kr716k.com/"),
        ("看例子.中国吧", "例子.中国"),
        ("https://例子。中国/x", "https://例子。中国/x"),
        ("https://bücher.de/x", "https://bücher.de/x"),
        ("BÜCHER.de", "BÜCHER.de"),
        ("bu\u0308cher.de", "bu\u0308cher.de"),
        ("shop.xn--bcher-kva.de", "shop.xn--bcher-kva.de"),
        ("吃点心.com.tw好", "点心.com.tw"),
        ("παράδειγμα.gr", "παράδειγμα.gr"),
        ("도메인.한국에서", "도메인.한국"),
        ("上abc商城.com买", "abc商城.com"),
        ("x店.bad.com", "bad.com"),
    ],
)
def test_a_denied_domain_in_any_script(text: str, link: str) -> None:
    assert find_abroad(text) == [("denied", link)]


@pytest.mark.parametrize(
    "text",
    [
        "http://反赌博.com",
        "http://赌博.com.cn",
        "赌博.community",
        "vip赌博.com",
        "賭博.com",
        "举个例子。中国人很多",
        "给你例子点中国",
        "上xabc商城.com买",
        "bucher.de",
        "小店.com",
        "去https://店.bad.com/x看看",
        "https://联盟.net/a",
        "crème.fr",
        "CRÈME.FR/x",
        "https://xn--crme-6oa.fr/a",
        "straße.de",
        "müller-shop.de",
    ],
)
def test_another_domain_and_an_own_one_in_any_script(text: str) -> None:
    assert find_abroad(text) == []


@pytest.mark.parametrize("text", ["muller-shop.de", "müller-shop.de.evil.ru", "bücherei-login.com", "bucherei.com"])
def test_imitations_of_a_protected_domain_with_marks(text: str) -> None:
    rules = LinkRules(Links(protect=("müller-shop.de",)), Own(domains=("bücherei.at",)))
    assert [f.source for f in rules.find(Normalised(text))] == ["rule:link.lookalike"]


@pytest.mark.parametrize(
    ("text", "kind", "link"),
    [
        ("打开http://1.2.3.4/login", "ip", "http://1.2.3.4/login"),
        ("点http://paypal.com@evil.net/x", "userinfo", "http://paypal.com@evil.net/x"),
    ],
)
def test_a_scheme_right_after_a_chinese_word(text: str, kind: str, link: str) -> None:
    assert find(text) == [(kind, link)]


def test_listed_domains_are_found_in_linear_time() -> None:
    for unit in ("赌博", "赌博.com", "//赌博", "http://a.赌博.com", "http://a赌博."):
        text = Normalised(unit * (20_000 // len(unit)))
        assert text.plain
        start = time.process_time()
        ABROAD.find(text)
        assert time.process_time() - start < 1.0, unit
