"""A platform points its hook at us: what comes back, what is carried out, what members and staff are told."""

from __future__ import annotations

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.store import connections
from assistant.types import LadderStep, Penalties, Step
from assistant.usecases.registry import FRESH_S
from assistant.words import load_words
from tests.integration.platforms.conftest import ADVERT, CLEAN, Shop
from tests.integration.platforms.outbox_state import deliveries, rule, until


def done(shop: Shop, do: str) -> bool:
    """Also written down as done: what a worker may be at just now is not taken back before that is certainly over."""
    found = deliveries(shop, do=do)
    return bool(found) and all(one["state"] == "done" for one in found)


def test_a_clean_message_passes_and_an_advert_is_rejected_before_it_is_shown(shop: Shop) -> None:
    assert shop.say(CLEAN, before=True)["verdict"] == "allow"
    answer = shop.say(ADVERT, before=True)
    assert (answer["verdict"], answer["action"], answer["degraded"]) == ("reject", "hide", False)
    assert answer["reason"]
    stored = shop.operator.get(f"/v1/decisions/{answer['decision_id']}").json()
    assert (stored["carried_out"], stored["verdict"]) == (True, "reject")


def test_the_author_reads_the_reason_in_their_language(shop: Shop) -> None:
    taiwan = shop.say(ADVERT, before=True, member_fields={"locale": "zh-TW"})
    english = shop.say(ADVERT, before=True, member_fields={"locale": "en-GB"})
    assert taiwan["reason"].startswith("這則訊息")
    assert english["reason"].startswith("This message")


def test_an_advert_that_is_shown_is_hidden_and_its_author_told_in_private(shop: Shop) -> None:
    said = shop.say(ADVERT)
    (hidden,) = shop.receiver.wait("order.hide")
    assert (hidden.data["message_id"], hidden.data["channel"]) == (said["message_id"], "general")
    (told,) = shop.receiver.wait("order.message")
    assert told.data["member_id"] == "u1"
    assert "警告" in told.data["text"]
    assert said["decision_id"] in told.data["text"]
    for never in ("spam.", "0.9", "rule:", "加微信"):
        assert never not in told.data["text"]
    shop.receiver.wait("decision", "penalty", "action", count=3)
    assert shop.receiver.refused == []


def test_the_third_strike_mutes_until_and_says_so(shop: Shop) -> None:
    for _ in range(3):
        shop.say(ADVERT)
    (mute,) = shop.receiver.wait("order.mute")
    assert mute.data["until"]
    texts = [one.data["text"] for one in shop.receiver.wait("order.message", count=3)]
    assert sum("禁言" in text for text in texts) == 1
    record = shop.record()
    assert (record["points"], len(record["strikes"])) == (3, 3)
    assert [one["step"] for one in record["penalties"]] == ["mute", "warning"]


def test_the_end_of_a_penalty_is_told_in_the_communitys_time_zone(shop: Shop) -> None:
    def told() -> str:
        texts = [one.data["text"] for one in shop.receiver.wait("order.message", count=3)]
        return next(text for text in texts if "禁言" in text)

    shop.operator.put("/v1/faq/settings", json={"time_zone": "Asia/Taipei"}).raise_for_status()
    shop.service.assistant.registry.refresh()
    time.sleep(FRESH_S + 0.5)  # the outbox's worker reads it by itself
    for _ in range(3):
        shop.say(ADVERT)
    (mute,) = shop.receiver.wait("order.mute")
    ends = datetime.fromisoformat(mute.data["until"]).astimezone(ZoneInfo("Asia/Taipei"))
    assert f"{ends:%Y-%m-%d %H:%M}（UTC+8）" in told()


def test_a_command_without_a_locale_is_answered_in_the_communitys_language(shop: Shop) -> None:
    asked = {"name": "report", "member": {"id": "u2"}}
    simplified = shop.send("command", asked).json()["text"]
    shop.operator.put("/v1/faq/settings", json={"default_language": "zh-Hant"}).raise_for_status()
    shop.service.assistant.registry.refresh()
    traditional = shop.send("command", asked).json()["text"]
    words = load_words()
    assert simplified == words.get("commands.report_what", "zh-Hans")
    assert traditional == words.get("commands.report_what", "zh-Hant")


def test_fifty_duplicates_at_once_give_one_decision_and_one_strike(shop: Shop) -> None:
    data = {"id": "m1", "text": ADVERT, "member": {"id": "dup"}, "channel": "general"}
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: shop.send("message.created", data), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["decision_id"] for answer in answers}) == 1
    shop.receiver.wait("order.hide", "order.message", count=2)
    assert len(shop.decisions()) == 1
    assert len(shop.record("dup")["strikes"]) == 1
    assert len(shop.receiver.of("order.hide")) == 1


def test_an_advert_sent_word_by_word_is_found_in_the_word_that_completes_it(shop: Shop) -> None:
    assert [shop.say(piece)["action"] for piece in ("代", "開")] == ["allow", "allow"]
    assert shop.say("發票", "u2")["action"] == "allow", "another member's words are not theirs"
    assert shop.say("發票", channel="elsewhere")["action"] == "allow"
    completed = shop.say("發票")
    assert completed["action"] != "allow"
    (case,) = shop.cases(kind="review")
    stored = shop.operator.get(f"/v1/decisions/{completed['decision_id']}").json()
    assert case["decision_id"] == completed["decision_id"]
    assert [one["text"] for one in stored["context"]] == ["代", "開"]


def test_an_edit_is_screened_and_has_a_decision_of_its_own(shop: Shop) -> None:
    first = {"id": "m9", "text": CLEAN, "member": {"id": "u1"}, "channel": "general", "version": "1"}
    shop.send("message.created", first)
    edited = shop.send("message.updated", {**first, "text": ADVERT, "version": "2"}).json()
    assert edited["action"] == "hide"
    shop.receiver.wait("order.hide")
    assert len(shop.decisions()) == 2


def test_a_name_is_screened_when_its_bearer_joins(shop: Shop) -> None:
    answer = shop.send("member.joined", {"member": {"id": "j1", "name": "加微信abc123领红包"}, "channel": "general"})
    assert answer.json()["action"] != "allow"
    assert shop.send("member.joined", {"member": {"id": "j2", "name": "小明"}}).json()["action"] == "allow"


def test_wrong_signatures_are_401_and_unknown_connections_404(shop: Shop) -> None:
    data = {"id": "m1", "text": CLEAN}
    wrong = shop.send("message.created", data, secret="whsec_" + "A" * 43 + "=")
    assert wrong.status_code == 401
    assert shop.client.post(f"/v1/hooks/{shop.connection.id}", content=b"{}").status_code == 401
    assert shop.client.post("/v1/hooks/con_unknown", content=b"{}").status_code == 404
    odd = {"webhook-id": "x", "webhook-timestamp": "é".encode(), "webhook-signature": "漢".encode()}
    assert shop.client.post(f"/v1/hooks/{shop.connection.id}", content=b"{}", headers=odd).status_code == 401


def test_bodies_that_make_no_sense_are_400_and_too_large_ones_413(shop: Shop) -> None:
    assert shop.send("message.created", {"id": "m", "text": 5}).status_code == 400
    nothing = shop.send("message.send", {"id": "w2", "content": ADVERT})
    assert (nothing.status_code, nothing.json()["field"]) == (400, "data.text")
    large = {"id": "m", "text": "x" * 1_100_000}
    assert shop.send("message.created", large).status_code == 413


def test_a_text_over_the_limit_is_screened_up_to_it_and_goes_to_a_person(shop: Shop) -> None:
    answer = shop.say("好" * 25_000)
    assert answer["action"] == "review"
    assert shop.cases(kind="review")


def test_what_needs_review_is_a_case_that_a_person_removes(shop: Shop) -> None:
    said = shop.say("picture", attachments=[{"kind": "image"}])
    (case,) = shop.cases()
    assert (case["kind"], case["state"], case["decision_id"]) == ("review", "open", said["decision_id"])
    claimed = shop.operator.post(f"/v1/cases/{case['id']}/claim", json={"actor": "ming"})
    assert claimed.json()["state"] == "claimed"
    assert shop.operator.post(f"/v1/cases/{case['id']}/claim", json={"actor": "hua"}).status_code == 409
    assert shop.resolve(case["id"], "remove").json()["resolution"] == "remove"
    assert shop.resolve(case["id"], "remove").status_code == 200, "again changes nothing"
    assert shop.resolve(case["id"], "approve").status_code == 409
    (gone,) = shop.receiver.wait("order.delete")
    assert gone.data["message_id"] == said["message_id"]
    assert len(shop.record()["strikes"]) == 1
    trail = shop.operator.get("/v1/audit", params={"subject": case["id"]}).json()["entries"]
    assert [entry["action"] for entry in trail] == ["case.remove", "claim"]


def test_an_overturned_decision_takes_strike_penalty_and_hiding_back(shop: Shop) -> None:
    said = [shop.say(ADVERT) for _ in range(3)]
    shop.receiver.wait("order.mute")
    shop.receiver.wait("order.hide", count=3)
    until(lambda: done(shop, "hide") and done(shop, "mute"))
    muted = next(one["decision_id"] for one in shop.record()["penalties"] if one["step"] == "mute")
    path = f"/v1/decisions/{muted}/overturn"
    answer = shop.operator.post(path, json={"reason": "a quotation", "actor": "ming"})
    assert answer.json() == {
        "decision_id": muted,
        "overturned": True,
        "strike": True,
        "penalty": "mute",
        "restored": True,
        "lifted": [],
    }
    shop.receiver.wait("order.unmute", "order.restore", count=2)
    assert shop.record()["points"] == 2
    assert shop.operator.post(path, json={"reason": "x", "actor": "ming"}).status_code == 409
    assert (
        shop.operator.post("/v1/decisions/dec_nothing/overturn", json={"reason": "x", "actor": "m"}).status_code == 404
    )
    assert muted in {one["decision_id"] for one in said}


def overturned(shop: Shop, decision_id: str) -> dict:
    answer = shop.operator.post(
        f"/v1/decisions/{decision_id}/overturn", json={"reason": "a quotation", "actor": "ming"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_mute_ends_once_too_few_of_its_points_are_left(shop: Shop) -> None:
    first, second, third = [shop.say(ADVERT)["decision_id"] for _ in range(3)]
    until(lambda: done(shop, "mute") and len(shop.receiver.of("order.hide")) == 3)
    muted = next(one["decision_id"] for one in shop.record()["penalties"] if one["step"] == "mute")
    others = [one for one in (first, second, third) if one != muted]
    assert overturned(shop, others[0])["lifted"] == ["mute"], "two points are left, the mute asks for three"
    (unmute,) = shop.receiver.wait("order.unmute")
    assert unmute.data["member_id"] == "u1"
    states = {one["step"]: one["state"] for one in shop.record()["penalties"]}
    assert states["mute"] == "lifted"
    (entry, *_) = shop.operator.get("/v1/audit", params={"subject": muted}).json()["entries"]
    assert (entry["action"], entry["details"]["overturned"]) == ("lift", others[0])
    assert overturned(shop, others[1])["lifted"] == [], "once"
    assert len(shop.receiver.of("order.unmute")) == 1
    assert shop.operator.get(f"/v1/decisions/{muted}").json()["carried_out"], "its message stays hidden"


def test_a_mute_stays_while_enough_points_are_left(shop: Shop) -> None:
    said = [shop.say(ADVERT)["decision_id"] for _ in range(4)]
    until(lambda: done(shop, "mute") and len(shop.record()["strikes"]) == 4)
    muted = next(one["decision_id"] for one in shop.record()["penalties"] if one["step"] == "mute")
    others = [one for one in said if one != muted]
    assert overturned(shop, others[0])["lifted"] == [], "a later strike bears it"
    assert overturned(shop, others[1])["lifted"] == ["mute"]


def test_a_held_mute_waits_no_longer_once_its_points_are_taken_back(platform_service, receiver) -> None:
    shop = Shop(platform_service, receiver, staff_channel="staff")
    receiver.documents = [{"message_id": "card-1"}]
    rule(shop, Penalties(ladder=(LadderStep(3, Step.MUTE, 60, automatic=False),)))
    said = [shop.say(ADVERT)["decision_id"] for _ in range(3)]
    (case,) = until(lambda: shop.cases(kind="penalty"))
    until(lambda: any(one.data["channel"] == "staff" for one in shop.receiver.of("order.post")))
    until(lambda: not [one for one in deliveries(shop, do="post") if one["state"] == "waiting"])
    other = next(one for one in said if one != case["decision_id"])
    assert overturned(shop, other)["lifted"] == ["mute"]
    (case,) = shop.cases(kind="penalty")
    assert (case["state"], case["resolution"]) == ("resolved", "approve")
    trail = shop.operator.get("/v1/audit", params={"subject": case["id"]}).json()["entries"]
    assert [entry["action"] for entry in trail] == ["case.approve"]
    shop.receiver.wait("order.amend")
    assert shop.receiver.of("order.mute", "order.unmute") == []
    shop.close()


def test_someone_who_may_hurt_themselves_gets_help_and_never_a_strike(shop: Shop) -> None:
    said = shop.say("我想自杀，活不下去了", member="help")
    (told,) = shop.receiver.wait("order.message")
    assert "12356" in told.data["text"]
    assert told.data["member_id"] == "help"
    assert [case["kind"] for case in shop.cases(order="urgent")] == ["help"]
    assert shop.record("help")["strikes"] == []
    assert not shop.receiver.of("order.hide", "order.delete", "order.mute")
    shop.say("真的不想活了，想自杀", member="help")
    assert shop.cases(order="urgent")[0]["urgent"]
    assert len(shop.receiver.of("order.message")) == 1, "once a day"
    assert said["action"] != "block"


def test_an_appeal_is_decided_by_a_second_person(shop: Shop) -> None:
    said = shop.say(ADVERT)
    until(lambda: done(shop, "hide"))
    appeal = {"decision_id": said["decision_id"], "text": "我只是引用", "member": "u1"}
    key = shop.service.key(scope="platform", community=shop.community)
    with shop.service.client(key) as platform:
        assert platform.post("/v1/appeals", json={**appeal, "member": "other"}).status_code == 404
        assert platform.post("/v1/appeals", json=appeal).status_code == 201
        assert platform.post("/v1/appeals", json=appeal).status_code == 409
    (case,) = shop.cases(kind="appeal")
    assert shop.resolve(case["id"], "approve").status_code == 200
    shop.receiver.wait("order.restore")
    (listed,) = shop.operator.get("/v1/appeals").json()["appeals"]
    assert (listed["state"], listed["text"]) == ("overturned", "我只是引用")


def test_who_removed_it_does_not_decide_the_appeal(shop: Shop) -> None:
    said = shop.say("picture", attachments=[{"kind": "image"}])
    (case,) = shop.cases()
    shop.resolve(case["id"], "remove", "ming")
    shop.operator.post("/v1/appeals", json={"decision_id": said["decision_id"], "text": "why"})
    (appeal,) = shop.cases(kind="appeal")
    assert shop.resolve(appeal["id"], "remove", "ming").status_code == 403
    assert shop.resolve(appeal["id"], "remove", "hua").status_code == 200


def test_dry_run_decides_and_carries_nothing_out(platform_service, receiver) -> None:
    shop = Shop(platform_service, receiver, dry_run=True)
    assert shop.say(ADVERT, before=True)["verdict"] == "allow"
    said = shop.say(ADVERT)
    shop.receiver.wait("decision", count=2)
    stored = shop.operator.get(f"/v1/decisions/{said['decision_id']}").json()
    assert (stored["action"], stored["carried_out"], stored["because"]) == ("hide", False, "dry_run")
    assert not [one for one in shop.receiver.posted if one.type.startswith("order.")]
    shop.close()


def test_reports_and_rules_are_answered_to_the_member_alone(shop: Shop) -> None:
    about = {"id": "m7", "text": CLEAN, "member": {"id": "bad"}, "channel": "general"}
    asked = {"name": "report", "member": {"id": "u2", "locale": "zh-HK"}, "channel": "general", "about": about}
    answer = shop.send("command", asked).json()
    assert "舉報" in answer["text"]
    (case,) = shop.cases(kind="report")
    assert (case["member"], case["details"]["reported_by"]) == ("bad", "u2")
    rules = shop.send("command", {"name": "rules", "member": {"id": "u2", "locale": "zh-TW"}}).json()
    assert shop.community in rules["text"]
    nothing = shop.send("command", {"name": "appeal", "member": {"id": "u2", "locale": "en"}, "text": "x"}).json()
    assert "no decision" in nothing["text"]


def test_a_report_is_about_the_message_of_its_own_channel(shop: Shop) -> None:
    """Other ways into the store have ids that begin anew in every channel; a server of one's own gives each edit its version."""
    reported: list[str | None] = []
    for channel, member in (("general", "good"), ("offers", "bad"), ("general", "good")):
        data = {
            "id": "m1",
            "version": secrets.token_hex(4),
            "text": CLEAN,
            "member": {"id": member},
            "channel": channel,
        }
        assert shop.send("message.created", data).status_code == 200
    for more, about, of in (
        ({"channel": "general"}, {}, "good"),
        ({"channel": "offers"}, {}, "bad"),
        ({"channel": "general"}, {"channel": "offers"}, "bad"),
        ({"channel": "general"}, {"channel": "elsewhere"}, None),
        ({}, {}, "good"),
    ):
        asked = {"name": "report", "member": {"id": "u2"}, "about": {"id": "m1", **about}, **more}
        reported.append(shop.send("command", asked).json()["decision_id"])
        found = shop.operator.get(f"/v1/decisions/{reported[-1]}").json()
        assert found.get("member") == of
    assert reported[1] == reported[2] != reported[0]
    assert {one["decision_id"] for one in shop.cases(kind="report")} == {*reported}
    assert len(shop.cases(kind="report")) == 3


def test_a_reply_in_one_supergroup_reports_nobody_of_another(shop: Shop) -> None:
    bot = shop.service.connect(shop.community, "telegram", {"token": "123456:ABC"})

    def update(number: int, chat: int, member: int, words: str, replied: dict | None = None) -> dict:
        user = {"id": member, "is_bot": False, "first_name": "小明"}
        message = {
            "message_id": number,
            "date": 1_700_000_000,
            "chat": {"id": chat, "type": "supergroup"},
            "from": user,
        }
        message |= {"text": words} | ({"reply_to_message": replied} if replied else {})
        headers = {"x-telegram-bot-api-secret-token": bot.secrets["webhook_secret"]}
        body = {"update_id": secrets.randbelow(10**9), "message": message}
        assert shop.client.post(f"/v1/hooks/{bot.row.id}", json=body, headers=headers).status_code == 200
        return message

    meant = update(7, -1001, 11, CLEAN)
    update(7, -1002, 22, CLEAN)
    update(8, -1001, 33, "/report", meant)
    (case,) = shop.cases(kind="report")
    found = shop.operator.get(f"/v1/decisions/{case['decision_id']}").json()
    assert (found["channel"], found["member"]) == ("-1001", "11")


def test_ids_and_versions_that_no_index_takes_are_refused_by_name(shop: Shop) -> None:
    data = {"id": "m1", "text": CLEAN}
    long = secrets.token_hex(2_000)
    for answer, field in (
        (shop.send("message.created", {**data, "version": long}), "data.version"),
        (shop.send("message.created", {"text": CLEAN}, hook_id=long), "webhook-id"),
        (shop.send("member.joined", {"member": {"id": "u1"}}, hook_id=long), "webhook-id"),
    ):
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert shop.send("message.created", {**data, "version": long[:200]}).status_code == 200


def test_another_communitys_key_sees_nothing_of_it(shop: Shop) -> None:
    said = shop.say("picture", attachments=[{"kind": "image"}])
    (case,) = shop.cases()
    with shop.service.client(shop.service.key(community="demo")) as stranger:
        for path in (
            f"/v1/connections/{shop.connection.id}",
            f"/v1/connections/{shop.connection.id}/members/u1",
            f"/v1/decisions/{said['decision_id']}",
        ):
            assert stranger.get(path).status_code == 404, path
        body = {"actor": "x", "resolution": "remove"}
        assert stranger.post(f"/v1/cases/{case['id']}/resolve", json=body).status_code == 404
        assert stranger.post(f"/v1/cases/{case['id']}/claim", json={"actor": "x"}).status_code == 404
        assert stranger.delete(f"/v1/connections/{shop.connection.id}").status_code == 404
        assert case["id"] not in {one["id"] for one in stranger.get("/v1/cases").json()["cases"]}
        appeal = {"decision_id": said["decision_id"], "text": "x"}
        assert stranger.post("/v1/appeals", json=appeal).status_code == 404


def test_a_card_is_posted_pressed_and_changed(platform_service, receiver) -> None:
    shop = Shop(platform_service, receiver, staff_channel="staff")
    said = shop.say("picture 加油", attachments=[{"kind": "image"}])
    (card,) = shop.receiver.wait("order.post")
    assert card.data["channel"] == "staff"
    assert "picture 加油" in card.data["text"]
    buttons = {one["text"]: one["value"] for one in card.data["buttons"]}
    assert list(buttons) == ["通过", "移除"]
    press = {"value": buttons["移除"], "member": {"id": "mod1", "locale": "zh-TW"}, "message_id": "card-1"}
    elsewhere = shop.send("press", {**press, "channel": "general"}).json()
    assert "管理頻道" in elsewhere["text"]
    assert shop.cases()[0]["state"] == "open"
    done = shop.send("press", {**press, "channel": "staff"}).json()
    assert "已移除" in done["text"]
    (case,) = shop.cases()
    assert (case["resolution"], case["resolved_by"]) == ("remove", "webhooks:mod1")
    shop.receiver.wait("order.delete", where=lambda one: one.data["message_id"] == said["message_id"])
    again = shop.send("press", {**press, "value": buttons["通过"], "channel": "staff"}).json()
    assert "已處理" in again["text"]
    undo = shop.send("press", {**press, "value": f"case:{case['id']}:undo", "channel": "staff"}).json()
    assert "復原" in undo["text"]
    assert shop.cases()[0]["state"] == "open"
    assert shop.record()["points"] == 0
    shop.close()


def test_what_staff_say_among_themselves_is_not_screened(platform_service, receiver) -> None:
    shop = Shop(platform_service, receiver, staff_channel="staff")
    data = {"id": "m1", "text": ADVERT, "member": {"id": "mod1"}, "channel": "staff"}
    assert shop.send("message.created", data).json()["action"] == "allow"
    assert shop.decisions() == []
    shop.close()


def test_secrets_are_sealed_in_the_database_and_never_shown_again(shop: Shop) -> None:
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        row = transaction.exec_driver_sql("SELECT secrets::text FROM connections").scalar()
    assert shop.secret not in row
    assert json.loads(row)["secret"]["current"]["key_id"]
    shown = shop.operator.get(f"/v1/connections/{shop.connection.id}").text
    assert shop.secret not in shown
    assert "secret" in json.loads(shown)["secrets"]


def test_a_secret_of_another_form_is_neither_added_nor_rotated_in_nor_repeated(shop: Shop) -> None:
    for value in ("whsec_", "whsec_----", "MyLongSecretPassphrase!"):
        added = shop.operator.post("/v1/connections", json={"platform": "webhooks", "secrets": {"secret": value}})
        path = f"/v1/connections/{shop.connection.id}/rotate"
        rotated = shop.operator.post(path, json={"secret": "secret", "value": value})
        for answer in (added, rotated):
            assert (answer.status_code, answer.json()["field"]) == (400, "secrets.secret"), answer.text
            assert "24 to 64 bytes" in answer.text
            assert "Passphrase" not in answer.text
            assert "----" not in answer.text
    assert shop.say(CLEAN)["action"] == "allow", "the old one still counts"


def test_during_a_rotation_both_secrets_count(shop: Shop) -> None:
    path = f"/v1/connections/{shop.connection.id}/rotate"
    fresh = shop.operator.post(path, json={"secret": "secret", "overlap_hours": 1}).json()["value"]
    shop.service.assistant.registry.refresh()
    data = {"id": secrets.token_hex(4), "text": CLEAN}
    assert fresh != shop.secret
    assert shop.send("message.created", data).status_code == 200
    assert shop.send("message.created", data, secret=fresh).status_code == 200
    assert shop.operator.post(path, json={"secret": "secret", "overlap_hours": 0}).status_code == 200
    shop.service.assistant.registry.refresh()
    assert shop.send("message.created", data).status_code == 401


def test_what_is_changed_during_a_rotation_keeps_the_new_secret(shop: Shop) -> None:
    path = f"/v1/connections/{shop.connection.id}"
    with ThreadPoolExecutor(2) as pool:
        with shop.service.assistant.database.transaction(shop.community) as transaction:
            connections.get(transaction, shop.community, shop.connection.id, lock=True)
            rotating = pool.submit(shop.operator.post, f"{path}/rotate", json={"secret": "secret"})
            time.sleep(0.3)
            changing = pool.submit(shop.operator.patch, path, json={"paid_messages": True})
            time.sleep(0.3)
            assert not rotating.done()
            assert not changing.done()
        fresh = rotating.result(10).json()["value"]
        assert changing.result(10).json()["paid_messages"] is True
    shop.service.assistant.registry.refresh()
    data = {"id": secrets.token_hex(4), "text": CLEAN}
    assert shop.send("message.created", data, secret=fresh).status_code == 200


def test_the_audit_names_whatever_was_changed(shop: Shop) -> None:
    path = f"/v1/connections/{shop.connection.id}"
    assert shop.operator.patch(path, json={"paid_messages": True, "name": "新名字"}).status_code == 200
    entries = shop.operator.get("/v1/audit").json()["entries"]
    (changed,) = [one["details"]["changed"] for one in entries if one["action"] == "connection.change"]
    assert sorted(changed) == ["name", "paid_messages"]


def test_settings_that_the_database_cannot_keep_are_refused(shop: Shop) -> None:
    body = {
        "platform": "slack",
        "secrets": {"token": "xoxb-1", "signing_secret": "s" * 32},
        "settings": {"team_id": "T\0"},
    }
    answer = shop.operator.post("/v1/connections", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, "settings"), answer.text
