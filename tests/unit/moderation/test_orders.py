"""A shop takes orders by messenger; whoever lures in the words of an order is found."""

from __future__ import annotations

import pytest

from tests.acting import acted_on


@pytest.mark.parametrize(
    "text",
    [
        "早餐店預訂三明治請加賴，記得寫幾份",
        "手搖飲滿十杯外送，訂購加賴",
        "便當團訂加賴，葷素請註明",
        "蛋糕要提早三天訂，訂單加賴確認口味",
        "請把加賴ID填在報名表最後一欄",
        "群組名單：加賴帳號寫在表單備註，班導才找得到",
        "滷味外送滿三百免運，下單加賴喔",
        "合購水果的鄰居，訂單加賴統計數量",
        "訂位加賴，當日十二點前",
        "加賴id打在表單，露營分車要用",
        "粽子預訂加賴，六月一號前截止",
        "火鍋店訂位請加賴，或打電話",
        "麵包團訂加賴登記，社區自取",
        "同學會餐點：請把加賴ID寫在問卷裡",
        "雞排訂購加賴，十份起外送",
        "家長會餐盒預訂請加賴，素食備註",
    ],
)
def test_an_order_or_a_form_is_no_lure(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "外送茶，訂單加賴，學生妹多",
        "茶訂單加賴，高品質外約",
        "代儲訂單加賴，便宜",
        "借款加賴，表單秒填",
        "加賴填表單領紅包",
        "菸彈訂單加賴，滿十送一",
        "高仿包訂單加賴",
        "兼職加賴，日領三千，表單填一填",
        "咖啡包訂購加賴 裝備齊",
        "加賴領飆股，名額打在表單",
        "喝茶預約加賴，點心妹多種口味",
        "加賴🆔打在留言，帶你賺",
        "滿十顆免運，煙彈下單加賴",
        "茶飲加賴 訂購 妹妹可約",
        "便當店兼職加賴 訂單多 日領",
        "蛋糕煙彈 訂單加賴",
        "加賴ID填在表單抽紅包",
        "水果盤口 訂單加賴 娛樂",
        "餐飲加盟訂購加賴",
        "奶茶妹 預約加賴",
        "咖啡包 訂購加賴",
        "蛋糕店兼职 訂單加賴 月入十萬",
        "高級茶飲 魚訊 訂單加賴",
        "訂位加賴 酒店小姐",
        "訂位加賴 傳播妹",
        "奶茶 按摩 預約加賴",
        "便當 訂購加賴 代購菸",
        "娛樂城訂單加賴",
        "咖啡 預約加賴 約會 援交",
    ],
)
def test_a_lure_in_the_words_of_an_order_is_one(text: str) -> None:
    assert acted_on(text)
