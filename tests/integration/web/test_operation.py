"""Health, metrics, logs, the reference and the playground's door."""

import json
import re
from urllib.parse import urljoin, urlsplit

import pytest
import structlog

from assistant.store.embedded import EmbeddedServer
from assistant.store.schema import migrate
from assistant.types.access import Scope
from assistant.words import load_words
from tests.live_service import running


def test_health(service):
    with service.client() as client:
        assert client.get("/health/live").json()["status"] == "ok"
        ready = client.get("/health/ready").json()
    assert ready["status"] == "ready"
    assert set(ready["checks"]) == {"database", "model"}


def test_without_its_database_the_service_lives_and_says_that_it_is_not_ready(tmp_path):
    server = EmbeddedServer(tmp_path / "database")
    urls = server.start()
    try:
        migrate(urls.owner, urls.app)
        with running(urls.app, tmp_path / "service") as service, service.client(service.key()) as client:
            client.post("/v1/moderate", json={"text": "hi"}).raise_for_status()
            server.stop()
            assert client.get("/health/live").status_code == 200
            ready = client.get("/health/ready")
            assert (ready.status_code, ready.json()["status"]) == (503, "unready")
            refused = client.post("/v1/moderate", json={"text": "hi"})
            assert (refused.status_code, refused.json()["type"]) == (503, "/docs#database_unavailable")
    finally:
        server.stop()


def test_metrics_count_decisions_and_hold_nothing_personal(service, operator):
    operator.post("/v1/moderate", json={"text": "加薇信 metrics999 日结300", "member": {"id": "member-metrics"}})
    with service.client() as client:
        text = client.get("/metrics").text
        proxied = client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"})
    assert re.search(r'assistant_decisions_total\{action="\w+",community="demo"\} [1-9]', text)
    assert 'assistant_decision_labels_total{community="demo",label="spam"}' in text
    assert re.search(r'assistant_requests_total\{method="POST",route="/v1/moderate",status="200"\} [1-9]', text)
    assert "assistant_writer_waiting" in text
    for private in ("metrics999", "member-metrics", "cak_", "dec_"):
        assert private not in text
    assert proxied.status_code == 401


def test_metrics_from_elsewhere_take_an_operators_key(service):
    elsewhere = {"x-forwarded-for": "192.0.2.1"}
    with service.client(service.key(Scope.PLATFORM)) as client:
        assert client.get("/metrics", headers=elsewhere).status_code == 403
    with service.client(service.key()) as client:
        assert client.get("/metrics", headers=elsewhere).status_code == 200


def test_a_communitys_key_sees_no_counts_of_another(service):
    elsewhere = {"x-forwarded-for": "192.0.2.1"}
    mine, other = service.community(), service.community()
    for community in (mine, other):
        with service.client(service.key(community=community)) as client:
            client.post("/v1/moderate", json={"text": "加薇信 metrics999 日结300"}).raise_for_status()
    with service.client(service.key(community=mine)) as client:
        own = client.get("/metrics", headers=elsewhere).text
    with service.client(service.key(Scope.ADMIN, community=other)) as client:
        others = client.get("/metrics", headers=elsewhere).text
    with service.client(service.key(community=None)) as client:
        every = client.get("/metrics", headers=elsewhere).text
    assert (mine in own, other in own) == (True, False)
    assert (mine in others, other in others) == (False, True)
    assert (mine in every, other in every) == (True, True)
    assert 'community="demo"' not in own + others
    for text in (own, others, every):
        assert re.search(r'assistant_requests_total\{method="POST",route="/v1/moderate",status="200"\} [1-9]', text)
        assert re.search(r'assistant_decisions_total\{action="\w+",community="\w+"\} 1', text)


def test_unknown_addresses_make_no_new_series(service):
    with service.client() as client:
        for at in range(5):
            client.get(f"/scan-{at}")
        assert "scan-" not in client.get("/metrics").text


def test_the_log_holds_the_request_but_no_key_and_no_text(service, operator, capsys):
    key = service.key(Scope.PLATFORM)
    body = {"comment": {"text": "a very private comment"}, "requestedAttributes": {"TOXICITY": {}}}
    with structlog.testing.capture_logs() as lines, service.client(headers={"X-Request-Id": "log-test"}) as client:
        client.post(f"/v1alpha1/comments:analyze?alt=json&key={key}", json=body).raise_for_status()
    [line] = [line for line in lines if line.get("request_id") == "log-test"]
    assert (line["path"], line["status"], line["community"]) == ("/v1alpha1/comments:analyze", 200, "demo")
    everything = json.dumps(lines, default=str)
    assert key not in everything
    assert key[4:20] not in everything
    assert "private" not in everything


def test_every_page_is_the_services_own_and_no_script_is_inline(service):
    with service.client() as client:
        for path in ("/", "/docs", "/v1/communities/demo/rules"):
            page = client.get(path, headers={"accept": "text/html"})
            assert page.status_code == 200
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", page.text)
            for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
                assert not address.startswith(("http:", "https:", "//"))
                there = urljoin(path, address)
                if "/static/" in there:
                    assert client.get(there).status_code == 200


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("/", {"/docs", "/static/playground.js", "/v1/communities/demo/rules"}),
        ("/docs", {"/", "/openapi.json", "/static/site.css"}),
        ("/v1/communities/demo/rules", {"/static/site.css", "/static/theme.js"}),
        ("/v1/communities/%64emo/rules", {"/static/site.css"}),
        ("/widget/demo", {"/widget.js", "/static/site.css", "/docs"}),
        ("/appeals/no-such-link", {"/static/appeal.css", "/static/icon.svg"}),
        ("/posts/no-such-link", {"/static/site.css"}),
        ("/preferences/no-such-link", {"/static/site.css"}),
    ],
)
@pytest.mark.parametrize("below", ["", "/assistant", "/community/assistant"])
def test_a_page_stays_below_the_path_that_a_proxy_put_the_service_under(service, path, links, below):
    with service.client() as client:
        text = client.get(path, headers={"accept": "text/html"}).text
    found = {
        urlsplit(urljoin(f"https://forum.example{below}{path}", address)).path
        for address in re.findall(r'<[^>]*?\s(?:src|href)="([^"#]+)"', text)
    }
    assert {f"{below}{link}" for link in links} <= found
    assert all(address.startswith(f"{below}/") for address in found)


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant", "zh-Hant-HK"])
def test_the_reference_shows_every_route_and_label_in_each_language(service, language):
    with service.client() as client:
        page = client.get("/docs", params={"lang": language}).text
        paths = client.get("/openapi.json").json()["paths"]
    assert f'<html lang="{language}">' in page
    for path in paths:
        assert path in page
    assert load_words().get("labels.spam.definition", language) in page


WITHOUT_JSON = (
    *("/test", "/stop", "/member-secret", "/faq/documents", "/segments/discover", "/draw"),
    *("/preview", "/approve", "/start", "/pause", "/resume", "/end", "/members/{member_id}"),
)


def test_the_openapi_document_describes_raw_bodies_and_real_errors(service):
    with service.client() as client:
        document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
            assert "422" not in operation["responses"] or path.endswith("/policy")
            if path.startswith("/v1/hooks/"):
                continue  # a platform's own body, signed by it instead of a key
            if method in {"post", "put", "patch"} and not path.endswith(WITHOUT_JSON):
                assert "requestBody" in operation, path
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                assert schema["$ref"].rsplit("/", 1)[-1] in document["components"]["schemas"]
                assert operation["security"]
    assert "HTTPValidationError" not in json.dumps(document)


def screen(client, headers=None):
    return client.post(
        "/playground/screen", json={"text": "加❤薇❤信 abc12345 日结300", "policy": None}, headers=headers or {}
    )


def test_the_playground_screens_and_never_stores(service, operator):
    def newest():
        page = operator.get("/v1/decisions", params={"limit": 1}).json()["decisions"]
        return page[0]["id"] if page else None

    before = newest()
    with service.client() as client:
        answer = screen(client).json()
    assert answer["flagged"]
    assert answer["thresholds"]["spam"]
    assert newest() == before


def test_the_playground_takes_a_policy_in_json_or_toml(service):
    toml = 'id = "mine"\nversion = 1\n[thresholds.spam]\nhide = 0.01\n'
    with service.client() as client:
        answer = client.post("/playground/screen", json={"text": "加❤薇❤信 abc12345", "policy": toml}).json()
        assert (answer["action"], answer["policy"]["id"]) == ("hide", "mine")
        wrong = client.post("/playground/screen", json={"text": "hi", "policy": '{"id": "mine"}'})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example"},
        {"x-forwarded-for": "127.0.0.1"},
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_the_playground_does_not_exist_for_others(service, headers):
    with service.client() as client:
        assert screen(client, headers).status_code == 404
        if "origin" not in headers:
            assert client.get("/", headers=headers).status_code == 404


def test_the_playground_can_be_off_and_has_a_rate(database_urls, tmp_path):
    with running(database_urls.app, tmp_path / "off", playground="off") as service, service.client() as client:
        assert client.get("/").status_code == 404
        assert screen(client).status_code == 404
    limits = {"limits": {"playground_per_minute": 2}}
    with running(database_urls.app, tmp_path / "rate", **limits) as service, service.client() as client:
        assert [screen(client).status_code for _ in range(3)] == [200, 200, 429]


def test_what_is_refused_or_unknown_is_counted_too(database_urls, tmp_path):
    limits = {"limits": {"requests_per_minute": 3}}
    with running(database_urls.app, tmp_path / "refused", **limits) as service:
        with service.client(service.key(scope="member")) as member:
            assert [member.get("/v1/connections").status_code for _ in range(4)] == [403, 403, 403, 429]
        with service.client() as stranger:
            answers = [stranger.post(f"/v1/hooks/con_{number}").status_code for number in range(4)]
        assert answers == [404, 404, 404, 429]
