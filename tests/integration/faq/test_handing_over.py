"""Whoever the bot cannot help: a person is told, answers, and the answer comes back to where it was asked."""

from __future__ import annotations

import pytest

from assistant.errors import DatabaseUnavailable
from tests.integration.faq.conftest import Faq, jwt


def known_to_the_shop(faq: Faq, receiver, answer: str) -> dict[str, str]:
    """The headers of a member for whom the shop vouches, and of whom its own system says ``answer``."""
    made = faq.service.connect(faq.community, settings={"url": receiver.url})
    receiver.secret = made.secrets["secret"]
    receiver.documents = [{"answer": answer, "source": "orders"}]
    faq.settings(lookup_url=receiver.url, lookup_connection=made.row.id)
    secret = faq.operator.post("/v1/faq/member-secret").json()["secret"]
    return {"x-member-token": jwt(secret, sub="m42")}


def test_a_person_answers_and_the_browser_reads_it_when_it_comes_back(faq: Faq, receiver) -> None:
    made = faq.service.connect(faq.community, settings={"url": receiver.url, "events": ["handoff"]})
    receiver.secret = made.secrets["secret"]
    faq.settings(promised_minutes=30, write_to="help@shop.example")
    asked = faq.ask("附近有停車場嗎？")
    assert asked["outcome"] == "handoff", asked
    assert asked["handoff"]["promised_minutes"] == 30
    (opened,) = receiver.wait("handoff")
    assert (opened.data["what"], opened.data["question"]) == ("opened", "附近有停車場嗎？")
    (waiting,) = faq.operator.get("/v1/faq/handoffs", params={"state": "waiting"}).json()["handoffs"]
    path = f"/v1/faq/handoffs/{waiting['id']}"
    assert faq.operator.post(f"{path}/hold", json={"actor": "ming"}).json()["state"] == "held"
    assert faq.operator.post(f"{path}/hold", json={"actor": "hua"}).status_code == 409
    silent = faq.go_on(asked, "怎麼退貨？")
    assert (silent["answer"], silent["because"]) == ("", "person_holds")
    body = {"actor": "ming", "answer": "有，就在對面。", "publish": True}
    assert faq.operator.post(f"{path}/answer", json=body).json()["state"] == "answered"
    assert faq.operator.post(f"{path}/answer", json=body).status_code == 409
    mine = {"x-conversation-token": asked["conversation_token"]}
    conversation = faq.member.get(f"/v1/faq/conversations/{asked['conversation_id']}", headers=mine).json()
    assert conversation["state"] == "bot"
    assert (conversation["turns"][-1]["author"], conversation["turns"][-1]["text"]) == (
        "staff",
        "有，就在對面。",
    )
    again = faq.ask("附近有停車場嗎")
    assert again["answer"] == "有，就在對面。", "the answer is an entry now"


def test_with_nobody_on_duty_it_says_where_to_write_and_promises_nothing(faq: Faq) -> None:
    never = [{"days": [1], "begins": "00:00", "ends": "00:01"}]
    faq.settings(hours=never, promised_minutes=10, write_to="help@shop.example")
    asked = faq.ask("轉人工")
    assert asked["handoff"]["on_duty"] is False
    assert "help@shop.example" in asked["answer"]
    assert "10 分鐘" not in asked["answer"]
    shown = faq.operator.get(f"/v1/faq/handoffs/{asked['handoff']['id']}").json()
    assert shown["due_at"] is None


def test_the_button_keeps_a_contact_only_with_consent_and_sealed(faq: Faq) -> None:
    asked = faq.ask("怎麼退貨？")
    mine = {"x-conversation-token": asked["conversation_token"]}
    path = f"/v1/faq/conversations/{asked['conversation_id']}/handoff"
    contact = {"contact": {"kind": "email", "value": "me@example.org"}}
    assert faq.member.post(path, json=contact, headers=mine).status_code == 400
    handed = faq.member.post(path, json={**contact, "consent": True}, headers=mine).json()["handoff"]
    shown = faq.operator.get(f"/v1/faq/handoffs/{handed['id']}").json()
    assert shown["has_contact"]
    with faq.service.assistant.database.transaction(faq.community) as transaction:
        kept = transaction.exec_driver_sql("SELECT contact::text FROM faq_handoffs").scalar()
    assert "me@example.org" not in kept


@pytest.mark.parametrize(
    "contact", [{"kind": "email", "value": "mei+faq@例子.example"}, {"kind": "other", "value": "LINE: 小美🧸"}]
)
def test_who_answers_reads_the_contact_where_no_system_is_told(faq: Faq, contact) -> None:
    asked = faq.ask("你們老闆的生日是哪一天")
    mine = {"x-conversation-token": asked["conversation_token"]}
    path = f"/v1/faq/conversations/{asked['conversation_id']}/handoff"
    first = faq.member.post(path, json={}, headers=mine).json()["handoff"]["id"]
    assert faq.operator.get(f"/v1/faq/handoffs/{first}").json()["contact"] is None
    faq.member.post(path, json={"contact": contact, "consent": True}, headers=mine).raise_for_status()
    assert faq.operator.get(f"/v1/faq/handoffs/{first}").json()["contact"] == f"{contact['kind']}:{contact['value']}"
    assert contact["value"] not in faq.operator.get("/v1/faq/handoffs").text
    assert faq.member.get(f"/v1/faq/handoffs/{first}").status_code == 403


def test_a_contact_is_sealed_in_the_outbox_too_and_posted_in_the_clear(faq: Faq, receiver) -> None:
    made = faq.service.connect(faq.community, settings={"url": receiver.url, "events": ["handoff"]})
    receiver.secret = made.secrets["secret"]
    asked = faq.ask("可以刷卡分期付款嗎")
    mine = {"x-conversation-token": asked["conversation_token"]}
    contact = {"contact": {"kind": "phone", "value": "0912 345 678"}, "consent": True}
    path = f"/v1/faq/conversations/{asked['conversation_id']}/handoff"
    handed = faq.member.post(path, json=contact, headers=mine).json()["handoff"]
    answer = {"answer": "可以，三期零利率。", "actor": "ming"}
    faq.operator.post(f"/v1/faq/handoffs/{handed['id']}/answer", json=answer).raise_for_status()
    (told,) = receiver.wait("handoff", where=lambda one: one.data["what"] == "answered")
    assert (told.data["contact"], told.data["answer"]) == ("phone:0912 345 678", "可以，三期零利率。")
    with faq.service.assistant.database.transaction(faq.community) as transaction:
        kept = transaction.exec_driver_sql("SELECT string_agg(payload::text, '') FROM deliveries").scalar()
    assert "三期零利率" in kept
    assert "0912" not in kept


def test_the_shops_own_system_answers_about_a_members_own_things(faq: Faq, receiver) -> None:
    member = known_to_the_shop(faq, receiver, "您的訂單 A123 已出貨，預計明天送達。")
    answer = faq.ask("我的訂單到哪了？", headers=member)
    assert (answer["outcome"], answer["answer"]) == ("lookup", "您的訂單 A123 已出貨，預計明天送達。")
    (asked,) = receiver.of("faq.lookup")
    assert (asked.data["member_id"], asked.data["question"]) == ("m42", "我的訂單到哪了？")
    assert faq.ask("我的訂單到哪了？")["outcome"] == "handoff", "nobody vouches for a stranger"
    receiver.answers = [500]
    assert faq.ask("我的訂單到哪了？", headers=member)["because"] == "lookup_failed"


def test_thumbs_gaps_and_the_report_say_what_to_mend(faq: Faq) -> None:
    good = faq.ask("怎麼退貨？")
    feedback = {"conversation_id": good["conversation_id"], "turn_id": good["turn_id"], "thumb": 1}
    mine = {"x-conversation-token": good["conversation_token"]}
    assert faq.member.post("/v1/faq/feedback", json=feedback, headers=mine).status_code == 204
    assert faq.member.post("/v1/faq/feedback", json=feedback).status_code == 404
    assert faq.member.post("/v1/faq/feedback", json={**feedback, "thumb": 0}, headers=mine).status_code == 400
    for question in ("可以刷卡分期付款嗎", "能不能分期付款？", "请问可以分期付款吗"):
        faq.ask(question)
    report = {one["entry_id"]: one for one in faq.operator.get("/v1/faq/report").json()["entries"]}
    assert (report["returns"]["asked"], report["returns"]["helpful"]) == (1, 1)
    gaps = faq.operator.get("/v1/faq/gaps").json()["gaps"]
    assert gaps
    assert "分期" in gaps[0]["question"]
    top = faq.member.get("/v1/faq/top", params={"language": "zh-TW"}).json()["questions"]
    assert top[0] == "怎麼退貨？"


def test_another_communitys_key_reaches_nothing(faq: Faq) -> None:
    asked = faq.ask("轉人工")
    with faq.service.client(faq.service.key(community="demo")) as stranger:
        for path in (f"/v1/faq/handoffs/{asked['handoff']['id']}", f"/v1/faq/conversations/{asked['conversation_id']}"):
            assert stranger.get(path).status_code == 404, path
        assert stranger.delete("/v1/faq/entries/returns").status_code == 404
        assert (
            stranger.post(
                f"/v1/faq/handoffs/{asked['handoff']['id']}/answer", json={"actor": "x", "answer": "x"}
            ).status_code
            == 404
        )
        found = stranger.post("/v1/faq/search", json={"question": "怎麼退貨？"}).json()["passages"]
        assert "returns" not in {one["entry_id"] for one in found}


def test_nothing_is_published_where_nothing_was_asked(faq: Faq) -> None:
    asked = faq.ask("轉人工")
    with faq.service.assistant.database.transaction(faq.community) as transaction:
        transaction.exec_driver_sql("UPDATE faq_handoffs SET question = ''")
    path = f"/v1/faq/handoffs/{asked['handoff']['id']}"
    body = {"actor": "ming", "answer": "請留言", "publish": True}
    refused = faq.operator.post(f"{path}/answer", json=body)
    assert (refused.status_code, refused.json()["field"]) == (400, "publish")
    assert faq.operator.get(path).json()["state"] == "waiting", "the answer has not gone out either"
    assert faq.operator.post(f"{path}/answer", json=body | {"publish": False}).json()["state"] == "answered"


def test_an_answer_and_its_entry_come_together_or_not_at_all(faq: Faq, monkeypatch) -> None:
    asked = faq.ask("附近有停車場嗎？")
    path = f"/v1/faq/handoffs/{asked['handoff']['id']}"
    body = {"actor": "ming", "answer": "有，在對面。", "publish": True}

    def broken(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    with monkeypatch.context() as patch:
        patch.setattr("assistant.store.faq_entries.put", broken)
        assert faq.operator.post(f"{path}/answer", json=body).status_code == 503
    assert faq.operator.get(path).json()["state"] == "waiting"
    assert faq.operator.post(f"{path}/answer", json=body).json()["state"] == "answered"
    assert faq.ask("附近有停車場嗎？")["answer"] == "有，在對面。"


def test_a_look_up_that_answers_nothing_to_be_seen_is_handed_over(faq: Faq, receiver) -> None:
    member = known_to_the_shop(faq, receiver, "\0 \0")
    answer = faq.ask("我的訂單到哪了？", headers=member)
    assert (answer["outcome"], answer["because"]) == ("handoff", "lookup_failed")


def test_an_entry_on_another_way_to_pay_is_offered_and_can_be_taken(faq: Faq) -> None:
    entry = {"id": "line-pay", "question": "可以用 LINE Pay 付款嗎？", "answer": "可以，結帳時選 LINE Pay。"}
    assert faq.operator.put("/v1/faq/entries", json={"entries": [entry]}).status_code == 200
    assert faq.ask("可以用 LINE Pay 嗎")["outcome"] == "answer"
    asked = faq.ask("可以用 Apple Pay 付款嗎？")
    assert (asked["outcome"], asked["choices"]) == ("clarify", [entry["question"]])
    assert faq.go_on(asked, "是")["answer"] == entry["answer"]
