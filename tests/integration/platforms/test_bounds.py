"""What is never done by itself: over the hour's bound, against what a platform bills for or cannot do, or on a dry run."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import text

from assistant.store import deliveries as outbox
from assistant.types import LadderStep, Penalties, Step
from assistant.types.penalties import Hourly, Weights
from assistant.usecases.entries import follow_up
from assistant.usecases.policies import load_policy, set_policy
from assistant.usecases.reports import report_due
from tests.integration.platforms.conftest import ADVERT, CLEAN, Shop
from tests.live_service import Service

MUTES = Penalties(ladder=(LadderStep(1, Step.MUTE, 60),), hourly=Hourly(mute=1))


def rule(shop: Shop, penalties: Penalties) -> None:
    """In force before the community's first message."""
    database = shop.service.assistant.database
    policy = replace(load_policy(database, shop.community), penalties=penalties)
    set_policy(database, shop.community, policy, created_by="test")


def until(what: Callable[[], object], seconds: float = 10.0) -> object:
    """What it gives, once that is something."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
    return found


def deliveries(shop: Shop, *, do: str | None = None, member: str | None = None) -> list[dict]:
    """The outbox's entries, with the orders' members."""
    database = shop.service.assistant.database
    with database.transaction(shop.community) as transaction:
        rows = transaction.execute(text("SELECT kind, state, because, payload, key FROM deliveries")).mappings().all()
    return [
        dict(row)
        for row in rows
        if (do is None or row["payload"].get("do") == do)
        and (member is None or row["payload"].get("member_id") == member)
    ]


def nothing_waits(shop: Shop) -> bool:
    return not [one for one in deliveries(shop) if one["state"] == "waiting"]


class TestHourlyBound:
    @pytest.fixture
    def bounded(self, shop: Shop) -> Shop:
        """One member is muted; a second one would have been."""
        rule(shop, MUTES)
        shop.say(ADVERT, "first")
        shop.receiver.wait("order.mute")
        shop.say(ADVERT, "second")
        until(lambda: shop.cases(kind="penalty"))
        return shop

    def test_what_is_over_it_waits_for_a_person_and_systems_are_told(self, bounded: Shop) -> None:
        (alert,) = bounded.receiver.wait("alert")
        (case,) = bounded.cases(kind="penalty")
        assert (alert.data["alert"], alert.data["step"], alert.data["case_id"]) == (
            "penalties_held",
            "mute",
            case["id"],
        )
        assert (case["member"], case["details"]["step"], case["details"]["because"]) == ("second", "mute", "hourly")
        until(lambda: nothing_waits(bounded))
        assert [one.data["member_id"] for one in bounded.receiver.of("order.mute")] == ["first"]
        assert deliveries(bounded, do="mute", member="second") == []
        record = bounded.record("second")
        assert [one["state"] for one in record["penalties"]] == ["held"]
        assert record["points"] == 1, "the strike counts all the same"
        (told,) = bounded.receiver.wait("order.message", where=lambda one: one.data["member_id"] == "second")
        assert "禁言" not in told.data["text"], "nobody is told of a step that is not taken"

    def test_a_step_that_is_held_does_not_use_up_the_bound_and_one_alert_is_enough(self, bounded: Shop) -> None:
        hour = datetime.now(UTC).hour
        bounded.receiver.wait("alert")
        bounded.say(ADVERT, "third")
        until(lambda: len(bounded.cases(kind="penalty")) == 2)
        until(lambda: nothing_waits(bounded))
        if datetime.now(UTC).hour == hour:
            assert len(bounded.receiver.of("alert")) == 1

    def test_a_person_takes_the_step(self, bounded: Shop) -> None:
        (case,) = bounded.cases(kind="penalty")
        began = datetime.now(UTC)
        assert bounded.resolve(case["id"], "remove").status_code == 200
        (mute,) = bounded.receiver.wait("order.mute", where=lambda one: one.data["member_id"] == "second")
        ends = datetime.fromisoformat(mute.data["until"])
        assert timedelta(minutes=59) < ends - began < timedelta(minutes=61)
        (told,) = bounded.receiver.wait(
            "order.message", where=lambda one: one.data["member_id"] == "second" and "禁言" in one.data["text"]
        )
        assert "管理员" in told.data["text"], "it says that a person decided"
        (event,) = bounded.receiver.wait("penalty", where=lambda one: one.data["member_id"] == "second")
        assert (event.data["state"], event.data["step"]) == ("applied", "mute")
        assert [one["state"] for one in bounded.record("second")["penalties"]] == ["applied"]
        trail = bounded.operator.get("/v1/audit", params={"subject": case["id"]}).json()["entries"]
        assert trail[0]["actor"].startswith("ming")

    def test_taken_late_it_lasts_as_long_from_then(self, bounded: Shop) -> None:
        """Nobody came for three hours: the mute of one hour has not ended before it begins."""
        (case,) = bounded.cases(kind="penalty")
        with bounded.service.assistant.database.transaction(bounded.community) as transaction:
            held = {"case": case["decision_id"]}
            # its making cannot be changed, so one that was made three hours ago takes its place
            transaction.execute(
                text(
                    "WITH old AS (DELETE FROM penalties WHERE decision_id = :case RETURNING *) "
                    "INSERT INTO penalties SELECT id, community, connection_id, member_id, channel, refs, step, "
                    "ends_at - interval '3 hours', decision_id, state, because, created_at - interval '3 hours', "
                    "lifted_at FROM old"
                ),
                held,
            )
        began = datetime.now(UTC)
        assert bounded.resolve(case["id"], "remove").status_code == 200
        (mute,) = bounded.receiver.wait("order.mute", where=lambda one: one.data["member_id"] == "second")
        ends = datetime.fromisoformat(mute.data["until"])
        assert timedelta(minutes=59) < ends - began < timedelta(minutes=61)

    def test_a_person_spares_the_member(self, bounded: Shop) -> None:
        (case,) = bounded.cases(kind="penalty")
        assert bounded.resolve(case["id"], "approve").status_code == 200
        until(lambda: nothing_waits(bounded))
        assert deliveries(bounded, do="mute", member="second") == []
        record = bounded.record("second")
        assert [(one["state"]) for one in record["penalties"]] == ["lifted"]
        assert record["points"] == 1, "the step alone is spared"

    def test_sparing_can_be_taken_back(self, bounded: Shop) -> None:
        (case,) = bounded.cases(kind="penalty")
        bounded.resolve(case["id"], "approve")
        assert bounded.resolve(case["id"], "undo").json()["state"] == "open"
        record = bounded.record("second")
        assert record["points"] == 1, "the decision itself was not taken back"
        assert [one["state"] for one in record["penalties"]] == ["held"]
        assert deliveries(bounded, do="restore") == []
        assert bounded.resolve(case["id"], "remove").status_code == 200
        bounded.receiver.wait("order.mute", where=lambda one: one.data["member_id"] == "second")

    def test_the_bound_is_the_communitys_own(self, bounded: Shop, platform_service: Service, receiver) -> None:
        other = Shop(platform_service, receiver)
        rule(other, MUTES)
        other.say(ADVERT, "elsewhere")
        until(lambda: [one["state"] for one in other.record("elsewhere")["penalties"]] == ["applied"])
        other.close()

    def test_warnings_are_not_mutes(self, shop: Shop) -> None:
        ladder = (LadderStep(1, Step.WARNING), LadderStep(2, Step.MUTE, 60))
        rule(shop, Penalties(ladder=ladder, hourly=Hourly(mute=1)))
        for member in ("a", "b", "c"):
            shop.say(ADVERT, member)
        shop.say(ADVERT, "a")
        shop.receiver.wait("order.mute")
        assert shop.cases(kind="penalty") == []


def test_nobody_is_banned_by_a_machine_unless_the_policy_says_so(shop: Shop) -> None:
    """The shipped ladder, and a violation heavy enough for its last step."""
    rule(shop, Penalties(weights={"*": Weights(hide=12)}))
    shop.say(ADVERT)
    (case,) = until(lambda: shop.cases(kind="penalty"))
    assert (case["details"]["step"], case["details"]["because"]) == ("ban", "not_automatic")
    until(lambda: nothing_waits(shop))
    assert shop.receiver.of("order.ban") == []
    assert shop.receiver.of("alert") == [], "no bound was tripped"
    assert shop.resolve(case["id"], "remove").status_code == 200
    (ban,) = shop.receiver.wait("order.ban")
    assert (ban.data["member_id"], ban.data["until"]) == ("u1", None)
    shop.resolve(case["id"], "undo")
    shop.receiver.wait("order.unban")


def test_a_policy_may_ban_by_itself(shop: Shop) -> None:
    rule(shop, Penalties(ladder=(LadderStep(1, Step.BAN, 60),)))
    shop.say(ADVERT)
    shop.receiver.wait("order.ban")
    assert shop.cases(kind="penalty") == []


def test_a_first_day_of_dry_run_is_reported_once(platform_service: Service, receiver) -> None:
    shop = Shop(platform_service, receiver, dry_run=True, name="前台")
    assistant = platform_service.assistant
    for member in ("u1", "u1", "u1", "u2"):
        shop.say(ADVERT, member)
    shop.say(CLEAN)
    shop.say(ADVERT, "u3", before=True)
    until(lambda: nothing_waits(shop) and shop.record("u1")["strikes"])

    def reports() -> list[dict]:
        return [case for case in shop.cases(kind="alert") if case["details"]["alert"] == "dry_run_report"]

    report_due(assistant)
    assert reports() == [], "its first day is not over"
    with assistant.database.transaction(shop.community) as transaction:
        transaction.execute(text("UPDATE connections SET dry_run_since = dry_run_since - interval '25 hours'"))
    report_due(assistant)
    (case,) = reports()
    counts = case["details"]["counts"]
    assert counts["decisions"] == 6
    assert counts["hide"] == 4
    assert counts["reject"] == 1
    assert counts["penalty mute"] == 1
    assert counts["mute"] == 1
    assert "前台" in case["details"]["text"]
    (event,) = shop.receiver.wait("alert")
    assert (event.data["alert"], event.data["connection_id"]) == ("dry_run_report", shop.connection.id)
    assert event.data["counts"] == counts
    report_due(assistant)
    assert len(reports()) == 1
    assert not [one for one in shop.receiver.posted if one.type.startswith("order.")]
    shop.close()


def test_strikes_of_a_dry_run_do_not_count_once_it_is_live(platform_service: Service, receiver) -> None:
    shop = Shop(platform_service, receiver, dry_run=True)
    for _ in range(2):
        shop.say(ADVERT)
    until(lambda: len(shop.record()["strikes"]) == 2)
    assert shop.operator.patch(f"/v1/connections/{shop.connection.id}", json={"dry_run": False}).status_code == 200
    platform_service.assistant.registry.refresh()
    time.sleep(2.1)  # the worker's own registry
    shop.say(ADVERT)
    shop.receiver.wait("order.hide")
    until(lambda: len(shop.record()["strikes"]) == 3)
    until(lambda: nothing_waits(shop))
    assert shop.record()["points"] == 1
    assert shop.receiver.of("order.mute") == []
    shop.close()


def test_what_was_decided_on_a_dry_run_is_not_carried_out_by_a_worker_that_comes_late(shop: Shop) -> None:
    """The connection went live between the decision and its follow-up."""
    said = shop.say(CLEAN, "late")
    payload = {"label": "spam", "weight": 3, "help": False, "tell": True, "language": "en", "dry_run": True}
    now = datetime.now(UTC)
    entry = follow_up(shop.community, shop.connection.id, said["decision_id"], payload, now)
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        outbox.add(transaction, [entry])
    until(lambda: shop.record("late")["penalties"] and nothing_waits(shop))
    assert [one["state"] for one in shop.record("late")["penalties"]] == ["dry_run"]
    for do in ("mute", "message"):
        (order,) = deliveries(shop, do=do, member="late")
        assert (order["state"], order["because"]) == ("skipped", "dry_run"), do


@dataclass
class Api:
    """A platform's own API: takes whatever it is asked."""

    url: str = ""
    asked: list[tuple[str, dict]] = field(default_factory=list)


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            api.asked.append((self.path, json.loads(body or b"{}")))
            answer = b'{"sentMessages":[{"id":"1"}]}'
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield api
    server.shutdown()
    thread.join()
    server.server_close()


class Line(Shop):
    """A community that is connected to LINE alone."""

    def __init__(self, service: Service, api: Api, **wanted) -> None:
        self.service, self.community = service, service.community()
        self.channel_secret = secrets.token_hex(16)
        given = {"channel_secret": self.channel_secret, "access_token": "t" * 40}
        settings = {"api_base": api.url}
        self.connection = service.connect(self.community, "line", given, settings=settings, **wanted).row
        self.client = service.client()
        self.operator = service.client(service.key(community=self.community))

    def say(self, words: str, member: str = "U1", **_: object) -> dict:
        event = {
            "type": "message",
            "webhookEventId": secrets.token_hex(13),
            "timestamp": int(time.time() * 1000),
            "source": {"type": "group", "groupId": "C1", "userId": member},
            "message": {"id": str(secrets.randbits(60)), "type": "text", "text": words},
        }
        body = json.dumps({"destination": "U0", "events": [event]}).encode()
        mac = base64.b64encode(hmac.digest(self.channel_secret.encode(), body, hashlib.sha256)).decode()
        answer = self.client.post(f"/v1/hooks/{self.connection.id}", content=body, headers={"x-line-signature": mac})
        assert answer.status_code == 200, answer.text
        assert answer.json() == {}, "LINE is answered nothing"
        return event


class TestLine:
    """It neither deletes nor mutes, and bills for what is written there."""

    def test_what_it_cannot_do_is_said_and_goes_to_a_person(self, platform_service: Service, api: Api) -> None:
        line = Line(platform_service, api)
        line.say(ADVERT)
        (case,) = line.cases(kind="cannot")
        assert (case["member"], case["details"]["because"]) == ("U1", "platform_cannot")
        stored = line.operator.get(f"/v1/decisions/{case['decision_id']}").json()
        assert (stored["action"], stored["carried_out"], stored["because"]) == ("hide", False, "platform_cannot")
        until(lambda: line.record("U1")["strikes"] and nothing_waits(line))
        assert api.asked == [], "never a public reply in its place, nor anything else"
        line.close()

    def test_a_notice_that_costs_is_not_sent_unless_that_is_allowed(self, platform_service: Service, api: Api) -> None:
        line = Line(platform_service, api)
        line.say(ADVERT)
        until(lambda: deliveries(line, do="message"))
        (notice,) = deliveries(line, do="message")
        assert (notice["state"], notice["because"]) == ("skipped", "platform_bills_for_it")
        assert deliveries(line, do="post") == []
        assert api.asked == []
        line.close()

    def test_where_it_is_allowed_it_goes_to_the_member_alone(self, platform_service: Service, api: Api) -> None:
        line = Line(platform_service, api, paid_messages=True)
        line.say(ADVERT)
        until(lambda: api.asked)
        until(lambda: nothing_waits(line))
        assert [(path, body["to"]) for path, body in api.asked] == [("/v2/bot/message/push", "U1")]
        line.close()

    def test_a_step_it_cannot_take_is_held(self, platform_service: Service, api: Api) -> None:
        line = Line(platform_service, api)
        rule(line, Penalties(ladder=(LadderStep(1, Step.MUTE, 60),)))
        line.say(ADVERT)
        (case,) = until(lambda: line.cases(kind="penalty"))
        assert (case["details"]["step"], case["details"]["because"]) == ("mute", "platform_cannot")
        until(lambda: nothing_waits(line))
        assert deliveries(line, do="mute") == []
        assert api.asked == []
        line.close()

    def test_a_card_that_costs_is_not_posted_either(self, platform_service: Service, api: Api) -> None:
        line = Line(platform_service, api, staff_channel="C9")
        line.say(ADVERT)
        until(lambda: line.record("U1")["strikes"] and nothing_waits(line))
        cards = deliveries(line, do="post")
        assert {(one["state"], one["because"]) for one in cards} == {("skipped", "platform_bills_for_it")}
        assert api.asked == []
        line.close()


def test_a_mapped_platform_does_what_is_mapped_and_nothing_in_its_place(platform_service: Service, api: Api) -> None:
    """Only posting is mapped: what would have to be deleted goes to a person, and nothing is said in public."""
    shop = Shop.__new__(Shop)
    shop.service, shop.community = platform_service, platform_service.community()
    settings = {
        "fields": {"text": "text", "message_id": "id", "member_id": "user", "channel": "room"},
        "signature": {"scheme": "token", "place": "header", "name": "x-token"},
        "calls": {"post": {"url": f"{api.url}/rooms/{{channel}}", "body": {"text": "{text}"}}},
    }
    made = platform_service.connect(shop.community, "mapping", {"secret": "s3cret-token"}, settings=settings)
    shop.connection = made.row
    shop.client = platform_service.client()
    shop.operator = platform_service.client(platform_service.key(community=shop.community))
    body = {"text": ADVERT, "id": "m1", "user": "u1", "room": "general"}
    path = f"/v1/hooks/{shop.connection.id}"
    assert shop.client.post(path, json=body, headers={"x-token": "wrong"}).status_code == 401
    assert shop.client.post(path, json=body, headers={"x-token": "s3cret-token"}).status_code == 200
    (case,) = shop.cases(kind="cannot")
    stored = shop.operator.get(f"/v1/decisions/{case['decision_id']}").json()
    assert (stored["action"], stored["carried_out"], stored["because"]) == ("hide", False, "platform_cannot")
    until(lambda: shop.record("u1")["strikes"] and nothing_waits(shop))
    (notice,) = deliveries(shop, do="message")
    assert (notice["state"], notice["because"]) == ("skipped", "platform_cannot")
    assert deliveries(shop, do="post") == []
    assert api.asked == []
    shop.close()
