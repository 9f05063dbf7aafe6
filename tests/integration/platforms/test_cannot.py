"""Platforms that cannot do what the policy asks for, or bill for it: a person is asked, and nothing else is done in its place."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.types import LadderStep, Penalties, Step
from tests.integration.platforms.conftest import ADVERT, Shop
from tests.integration.platforms.outbox_state import deliveries, nothing_waits, rule, until
from tests.live_service import Service


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
