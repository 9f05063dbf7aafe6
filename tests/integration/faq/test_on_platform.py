"""Members ask the bot where they talk, by its name or in private, and are answered there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from assistant.usecases.faq.handoffs import tell_late
from tests.integration.faq.conftest import ENTRIES
from tests.integration.platforms.conftest import ADVERT, Shop


@pytest.fixture
def shop(faq_service, receiver) -> Iterator[Shop]:
    shop = Shop(faq_service, receiver)
    shop.operator.put("/v1/faq/entries", json={"entries": ENTRIES}).raise_for_status()
    settings = {"called": ["@shopbot"], "in_private": True}
    shop.operator.put("/v1/faq/settings", json=settings).raise_for_status()
    faq_service.assistant.registry.refresh()
    yield shop
    shop.close()


def test_who_calls_it_by_name_is_answered_in_the_channel_with_the_source(shop: Shop) -> None:
    shop.say("大家早")
    shop.say("@shopbot 怎麼退貨？")
    (posted,) = shop.receiver.wait("order.post")
    assert posted.data["channel"] == "general"
    assert "到貨七天內可以退貨" in posted.data["text"]
    assert "https://shop.example/returns" in posted.data["text"]


def test_an_answer_goes_back_into_the_thread(shop: Shop) -> None:
    shop.say("@shopbot 怎麼退貨？", thread="t7")
    (posted,) = shop.receiver.wait("order.post")
    assert posted.data["refs"] == {"thread": "t7"}


def test_in_private_it_answers_the_member_alone_and_remembers(shop: Shop) -> None:
    shop.say("怎麼退貨？", private=True)
    (told,) = shop.receiver.wait("order.message")
    assert told.data["member_id"] == "u1"
    shop.say("運費怎麼算？", private=True)
    assert "80 元" in shop.receiver.wait("order.message", count=2)[1].data["text"]
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        assert transaction.exec_driver_sql("SELECT count(*) FROM faq_conversations").scalar() == 1


def test_what_a_person_answers_comes_to_the_member(shop: Shop) -> None:
    shop.say("@shopbot 轉人工")
    shop.receiver.wait("order.post")
    (waiting,) = shop.operator.get("/v1/faq/handoffs").json()["handoffs"]
    body = {"actor": "ming", "answer": "我是小明，請說。"}
    assert shop.operator.post(f"/v1/faq/handoffs/{waiting['id']}/answer", json=body).status_code == 200
    assert shop.receiver.wait("order.message")[-1].data["text"] == "我是小明，請說。"


def test_who_may_hurt_themselves_is_answered_alone_with_help_lines(shop: Shop) -> None:
    shop.say("@shopbot 想一了百了")
    (told,) = shop.receiver.wait("order.message")
    assert told.data["member_id"] == "u1"
    assert "12356" in told.data["text"], "the lines of the community's default language"
    assert shop.receiver.of("order.post") == []


def test_what_may_not_be_shown_is_not_answered(shop: Shop) -> None:
    shop.say(f"@shopbot {ADVERT}")
    shop.receiver.wait("order.hide")
    shop.say("@shopbot 你們的營業時間是？", member="u2")
    (posted,) = shop.receiver.wait("order.post")
    assert "10:00" in posted.data["text"]


def test_a_bad_name_is_told(shop: Shop) -> None:
    answer = shop.operator.put("/v1/faq/settings", json={"called": ["x"]})
    assert answer.status_code == 400
    assert "called" in answer.text


def test_whoever_is_erased_is_in_no_event_about_their_question(shop: Shop, faq_service) -> None:
    shop.say("@shopbot 可以刷卡分期付款嗎", "gone")
    shop.say("@shopbot 有沒有停車場", "stays")
    shop.receiver.wait("handoff", count=2)
    with faq_service.assistant.database.transaction(shop.community) as transaction:
        transaction.execute(text("UPDATE faq_handoffs SET due_at = now() - interval '1 minute'"))
    tell_late(faq_service.assistant)
    shop.receiver.wait("handoff", where=lambda one: one.data["what"] == "late", count=2)
    shop.operator.delete("/v1/members/gone").raise_for_status()
    with faq_service.assistant.database.transaction(shop.community) as transaction:
        kept = str(transaction.scalar(text("SELECT string_agg(payload::text, '') FROM deliveries")))
    assert "分期" not in kept
    assert kept.count('"late"') == 1
    assert "停車場" in kept


def test_what_was_asked_of_the_bot_is_exported(shop: Shop) -> None:
    shop.say("@shopbot 可以刷卡分期付款嗎", "asker")
    shop.say("@shopbot 有沒有停車場", "another")
    shop.receiver.wait("handoff", count=2)
    tables = shop.operator.get("/v1/members/asker/export").json()["tables"]
    assert "可以刷卡分期付款嗎" in [one["text"] for one in tables["faq_turns"]]
    assert [one["question"] for one in tables["faq_handoffs"]] == ["可以刷卡分期付款嗎"]
    assert "停車場" not in str(tables)
