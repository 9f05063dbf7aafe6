import concurrent.futures
import uuid

import pytest

from assistant.types import Label
from assistant.types.access import Scope

TEXT = "加❤薇❤信 abc12345 日结300"


def test_a_message_is_screened_stored_and_read_back(service, operator):
    answer = operator.post("/v1/moderate", json={"text": TEXT, "member": {"id": "u1"}, "channel": "general"}).json()
    assert set(answer["scores"]) == set(Label)
    assert answer["flagged"]
    for finding in answer["findings"]:
        assert finding["text"] == TEXT[finding["start"] : finding["end"]]
        utf16 = TEXT.encode("utf-16-le")[finding["start_utf16"] * 2 : finding["end_utf16"] * 2].decode("utf-16-le")
        assert utf16 == finding["text"]
    stored = operator.get(f"/v1/decisions/{answer['id']}").json()
    assert {name: stored[name] for name in answer} == answer
    assert (stored["text"], stored["member"], stored["channel"]) == (TEXT, "u1", "general")


def test_what_is_not_to_be_stored_is_not(operator):
    answer = operator.post("/v1/moderate", json={"text": TEXT, "store": False}).json()
    assert operator.get(f"/v1/decisions/{answer['id']}").status_code == 404


def test_a_batch_is_answered_in_order(operator):
    texts = ["今天的饼干真好吃", TEXT, "good morning"]
    results = operator.post("/v1/moderate/batch", json={"messages": [{"text": text} for text in texts]}).json()[
        "results"
    ]
    stored = [operator.get(f"/v1/decisions/{result['id']}").json()["text"] for result in results]
    assert stored == texts
    assert results[1]["flagged"]


def test_an_idempotency_key_gives_one_decision_to_many(service, operator):
    headers = {"Idempotency-Key": uuid.uuid4().hex}

    def send(_):
        return operator.post("/v1/moderate", json={"text": TEXT}, headers=headers).json()["id"]

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(send, range(20)))) == 1
    other = operator.post("/v1/moderate", json={"text": "another"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (409, "/docs#idempotency_conflict")


def test_request_ids_come_back_unless_they_are_strange(operator):
    assert operator.get("/health/live", headers={"X-Request-Id": "abc-1.2_3"}).headers["x-request-id"] == "abc-1.2_3"
    strange = operator.get("/health/live", headers={"X-Request-Id": "a b<script>"}).headers["x-request-id"]
    assert len(strange) == 16


def test_errors_speak_the_readers_language(operator):
    def detail(language):
        answer = operator.post("/v1/moderate", json={"text": ""}, headers={"Accept-Language": language})
        return answer.json()["detail"]

    assert "请" in detail("zh-CN")
    assert "請" in detail("zh-TW")
    assert "Send at least one" in detail("fr, en;q=0.5")
    missing = operator.post("/v1/moderate", json={}, headers={"Accept-Language": "zh-TW"}).json()["detail"]
    assert missing == "text：缺少此欄位"


def test_a_keys_own_rate_is_kept_and_told(service):
    with service.client(service.key(requests_per_minute=2)) as client:
        statuses = [client.post("/v1/moderate", json={"text": "hi", "store": False}).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        refused = client.post("/v1/moderate", json={"text": "hi"})
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert refused.json()["limit"] == 2


def test_only_a_key_without_a_community_may_name_one(service):
    community = service.community()
    with service.client(service.key(community=community)) as client:
        assert client.post("/v1/moderate", json={"text": "hi", "community": "demo"}).status_code == 403
        assert client.post("/v1/moderate", json={"text": "hi", "community": community}).status_code == 200
    with service.client(service.key(Scope.PLATFORM, community=None)) as client:
        unnamed = client.post("/v1/moderate", json={"text": "hi"})
        assert (unnamed.status_code, unnamed.json()["field"]) == (400, "community")
        assert client.post("/v1/moderate", json={"text": "hi", "community": community}).status_code == 200
        unknown = client.post("/v1/moderate", json={"text": "hi", "community": "nowhere"})
        assert (unknown.status_code, unknown.json()["field"]) == (404, "community")


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        (Scope.MEMBER, "POST", "/v1/moderate", 403),
        (Scope.PLATFORM, "POST", "/v1/moderate", 200),
        (Scope.PLATFORM, "GET", "/v1/decisions", 403),
        (Scope.PLATFORM, "GET", "/v1/communities/demo/policy", 403),
        (Scope.OPERATOR, "GET", "/v1/decisions", 200),
        (Scope.ADMIN, "GET", "/v1/communities/demo/policy", 200),
    ],
)
def test_scopes(service, scope, method, path, status):
    with service.client(service.key(scope)) as client:
        body = {"json": {"text": "hi", "store": False}} if method == "POST" else {}
        assert client.request(method, path, **body).status_code == status
