"""No text makes the rules slow: the cost of every flood grows with its length, and stays small at the longest text."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.moderation.goods import in_plain_words
from assistant.moderation.minors import minor_signals
from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised

RULES = Rules(shipped_policy(), starter_lists())
LONGEST = 20_000
"""Characters that a text may have."""
TRIES = 4
"""A busy machine is excused a few times."""

FLOODS = {
    "suffixes of regions": ("", "市", "1号a室"),
    "suffixes that are names": ("", "州", "1号a室"),
    "suffixes of two characters": ("", "街道", "1号a室"),
    "streets": ("", "路", "1号2室"),
    "lanes": ("", "巷1", ""),
    "houses": ("", "区市路1号", ""),
    "estates": ("", "花园", "1栋2室"),
    "opening marks of quotations": ("傻逼", "「", ""),
    "opening marks of several kinds": ("傻逼", '「『“"', ""),
    "reported quotations": ("举报", "「傻逼」", ""),
    "opening marks in lines": ("举报傻逼", "「\n", ""),
    "straight marks in lines": ("举报傻逼", 'a\n"\n\n\n\n\n\n', ""),
    "lines": ("举报「", "\n", ""),
    "denied denials": ("", "没有什么病不能根治糖尿病", ""),
    "lures warned of": ("", "不要再随便在群里加微信领", ""),
    "initials before an address": ("", "a.", "a@"),
    "initials": ("", "a.", ""),
    "letters apart": ("", "a ", ""),
    "a gap between characters": ("中", ".", "中"),
    "garments": ("", "内裤110 ", ""),
    "shares": ("", "100% 棉", ""),
    "minors kept away": ("", "no minors ", ""),
    "digits apart": ("", "1 ", ""),
    "different digits apart": ("", "7 3 1 9 4 0 2 6 8 5 3 3 1 ", ""),
    "digits and hyphens": ("", "1-", ""),
    "digits in brackets": ("", "(1", ""),
    "telephone numbers": ("", "138 0013 8000 ", ""),
    "cards": ("", "4111 1111 1111 1111 ", ""),
    "links": ("", "ab.co a1.co b2.co c3.cn d4.tw ", ""),
    "invitations": ("", "t.me/a ", ""),
    "imitations": ("", "paypal.com.evil.ru ", ""),
    "dots": ("", "a.b.c.d.e.f.g.h.co ", ""),
    "schemes": ("", "http://", ""),
    "punycode": ("", "xn--", ""),
    "addresses of e-mail": ("", "a@b.co ", ""),
    "signs of e-mail": ("", "a@", ""),
    "abuse": ("", "傻逼", ""),
    "longer abuse": ("", "操你妈", ""),
    "abuse in English": ("", "fuck ", ""),
    "abuse with signs": ("", "f*ck sh1t ", ""),
    "a term with many exceptions": ("", "幹", ""),
    "pinyin": ("", "jia wei xin ", ""),
    "pinyin without end": ("", "jiaweixin", ""),
    "bopomofo": ("", "ㄍㄢˋ", ""),
    "parts of characters": ("", "女干", ""),
    "lures": ("", "加❤薇❤信 abc12345", ""),
    "bare lures": ("", "加微信", ""),
    "bare lures in a word": ("", "add.vx.", ""),
    "groups": ("", "進群", ""),
    "messages": ("", "私信", ""),
    "accounts": ("", "我的微信abc123", ""),
    "signs": ("", "❤", ""),
    "denials": ("", "不是骗子", ""),
    "denials without end": ("代开发票", "报警你我他都", ""),
    "denials in English": ("", "report it me us ", ""),
    "offers in warnings": ("骗子", "代开发票", ""),
    "promises denied": ("", "不能根治糖尿病", ""),
    "lures spoken of": ("", "有人私信我领取", ""),
    "lures called for": ("", "can you text me on whatsapp ", ""),
    "homes": ("", "我知道你住哪", ""),
    "messengers that crash": ("", "telegram x100 ", ""),
    "invisible characters": ("", "a\u200b", ""),
    "ligatures": ("", "ﷺ", ""),
    "street numbers": ("", "1 a ", "st"),
    "flats": ("", "flat 1, 2/f, ", ""),
    "houses of estates": ("", "沙田邨福", "樓1室"),
    "things with numbers": ("", "订单号码是", "13800138000"),
    "prices": ("", "¥99 138 0013 8000元 ", ""),
    "social security": ("", "123-45-6789 ", ""),
    "professions": ("", "儿童", "老师"),
    "school years": ("", "国一", ""),
    "tales": ("我妈被骗走三万", "老师带单", ""),
    "messages to be rid of": ("怎么拉黑", "首存送的短信", ""),
    "a heading": ("【反诈预警】", "您的快递丢失", ""),
    "signs before a heading": ("", "⚠", "【反诈预警】"),
    "prohibitions": ("", "代考者一律", ""),
    "denied insults": ("", "不是什么丑八怪", ""),
    "names for a dog": ("", "狗东西", ""),
    "one's own head": ("", "my brain: you're worthless ", ""),
    "what others say": ("report ", "he told me to kys ", ""),
    "threats in play": ("哈哈", "鲨了你", ""),
    "threats at vermin": ("蚊子电蚊拍", "灭你全家", ""),
    "boredom": ("", "i don't want to be here anymore ", ""),
    "orders": ("便当", "订单加赖", ""),
    "what a child was told": ("", "叫我儿子「去跳楼」", ""),
}
"""What stands before, what is repeated, what stands after."""


def flood(name: str, length: int) -> str:
    head, unit, tail = FLOODS[name]
    return head + (unit * length)[: length - len(head) - len(tail)] + tail


def seconds(text: str) -> float:
    """Of the processor, without the garbage collector, whose turn comes by chance."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    normalised = Normalised(text)
    RULES.find(normalised)
    minor_signals(normalised)
    in_plain_words(normalised)
    taken = time.process_time() - start
    gc.enable()
    return taken


def holds_once(check: Callable[[], bool]) -> bool:
    return any(check() for _ in range(TRIES))


@pytest.fixture(scope="module", autouse=True)
def _warm() -> Iterator[None]:
    for name in FLOODS:
        RULES.find(Normalised(flood(name, 100)))
    gc.freeze()  # what the lists hold is looked at once, not before every flood
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_quick(name: str) -> None:
    short, long = flood(name, LONGEST // 10), flood(name, LONGEST)
    assert holds_once(lambda: seconds(short) < 0.05)
    assert holds_once(lambda: seconds(long) < 0.5)


@pytest.mark.parametrize("name", FLOODS)
def test_twice_the_flood_takes_about_twice_as_long(name: str) -> None:
    half, whole = flood(name, LONGEST // 2), flood(name, LONGEST)
    assert holds_once(lambda: seconds(whole) < 3 * seconds(half) + 0.01)
