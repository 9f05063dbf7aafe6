"""Words alone and short sentences of every day, in which a swear word's or an advert's characters stand, are let through as shipped."""

import pytest

from assistant.moderation.flow import Screener
from assistant.moderation.policy import shipped_policy
from assistant.types import Action, Message
from assistant.wiring import compile_policy

WORDS = "付款 关注 资源 脑子 约会 批发 保证 操劳 靠垫 福利 夜谈 调皮 酒店 几百 马匹 草图 草根 原味 深夜 癌症 跳绳 股金 互通 高价"
SENTENCES = (
    "他是我干妈",
    "几百块的键盘",
    "寂寞的夜晚听这首歌",
    "你家在哪个小区",
    "宿舍水房在哪",
    "開水房幾點關門",
    "開水房收水費怎麼算",
    "茶水房成員表",
    "今晚约不约球",
    "关注我们的店铺可以领券",
)


@pytest.fixture(scope="module")
def screener() -> Screener:
    return compile_policy(shipped_policy())


@pytest.mark.parametrize("text", [*WORDS.split(), *SENTENCES])
def test_it_is_let_through(screener: Screener, text: str) -> None:
    decision = screener.screen(Message(text))
    assert decision.action is Action.ALLOW, decision.findings
