"""A hook that leaves out what was written: the platform is asked for it, by a real forum's worth of HTTP on the loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.integration.platforms.conftest import ADVERT, CLEAN
from tests.live_service import Service

POST = {"id": 501, "topic_id": 77, "post_number": 1, "version": 2, "updated_at": "2026-01-02T03:04:05.678Z"}


class Forum(ThreadingHTTPServer):
    """Knows one post, or answers 404 where there is none."""

    post: dict[str, object] | None = None


class _Answers(BaseHTTPRequestHandler):
    server: Forum

    def do_GET(self) -> None:
        known = self.path == "/posts/by_number/77/1.json" and self.server.post is not None
        body = json.dumps(self.server.post if known else {}).encode()
        self.send_response(200 if known else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def forum() -> Iterator[Forum]:
    with Forum(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def retitled(service: Service, forum: Forum, title: str) -> dict:
    """The decision about a topic whose title is changed to ``title``."""
    community = service.community()
    settings = {"api_base": f"http://127.0.0.1:{forum.server_port}", "api_username": "guard"}
    made = service.connect(community, "discourse", {"api_key": "key-x"}, settings=settings)
    author = {"id": 42, "username": "xiaoming", "name": "小明"}
    topic = {"id": 77, "title": title, "archetype": "regular", "category_id": 5, "created_by": author}
    body = json.dumps({"topic": topic}).encode()
    signature = hmac.new(made.secrets["webhook_secret"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-discourse-event": "topic_edited", "x-discourse-event-signature": f"sha256={signature}"}
    with service.client() as anybody, service.client(service.key(community=community)) as operator:
        assert anybody.post(f"/v1/hooks/{made.row.id}", content=body, headers=headers).status_code == 200
        (decision,) = operator.get("/v1/decisions").json()["decisions"]
        return operator.get(f"/v1/decisions/{decision['id']}").json()


def test_a_text_changed_along_with_the_title_is_screened(platform_service: Service, forum: Forum) -> None:
    forum.post = POST | {"raw": ADVERT}
    decision = retitled(platform_service, forum, "團購")
    assert decision["action"] == "hide"
    assert [one["text"] for one in decision["findings"] if one["label"] == "spam"]


def test_a_clean_text_under_a_new_title_passes(platform_service: Service, forum: Forum) -> None:
    forum.post = POST | {"raw": CLEAN}
    decision = retitled(platform_service, forum, "團購")
    assert (decision["action"], decision["unscreened"]) == ("allow", [])


def test_a_text_that_cannot_be_read_waits_for_a_person(platform_service: Service, forum: Forum) -> None:
    decision = retitled(platform_service, forum, "團購")
    assert (decision["action"], decision["unscreened"]) == ("review", ["text"])
