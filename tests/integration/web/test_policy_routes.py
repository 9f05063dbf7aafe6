import json
from dataclasses import replace

import pytest

from assistant.types import Links
from assistant.usecases.policies import load_policy, set_policy

PATH = "/v1/communities/{}/policy"


@pytest.fixture
def own(service):
    community = service.community()
    with service.client(service.key(community=community)) as client:
        yield community, client


def test_a_new_version_decides_at_once_and_an_old_one_conflicts(own):
    community, client = own
    policy = client.get(PATH.format(community)).json()
    policy["lists"] = [{"id": "ours", "label": "custom:競品", "terms": ["某某牌"]}]
    policy["thresholds"]["custom:競品"] = {"hide": 0.5}
    stored = client.put(PATH.format(community), json=policy)
    assert (stored.status_code, stored.json()["version"]) == (200, 2)
    answer = client.post("/v1/moderate", json={"text": "某某牌比較便宜"}).json()
    assert (answer["action"], answer["policy"]["version"]) == ("hide", 2)
    assert client.put(PATH.format(community), json=policy | {"note": "again", "version": 1}).status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"thresholds": {"spam": {"block": 2}}}, "thresholds.spam"),
        ({"thresholds": {"spam": {"block": "NaN"}}}, "thresholds.spam"),
        ({"thresholds": {"nonsense": {}}}, "thresholds.nonsense"),
        ({"links": {"deny": ["rival.com", "not a domain"]}}, "links.deny[1]"),
        ({"colour": 1}, "colour"),
        ({"patterns": [{"id": "p", "label": "spam", "pattern": r"(a)\1"}]}, "p"),
        ({"version": -1}, "policy"),
    ],
)
def test_a_wrong_policy_is_refused_by_field_and_changes_nothing(own, change, field):
    community, client = own
    before = client.get(PATH.format(community)).json()
    answer = client.put(PATH.format(community), json=before | change)
    assert answer.status_code == 422
    assert field in answer.json()["field"]
    assert client.get(PATH.format(community)).json() == before


@pytest.mark.parametrize("bad", ['"\\u0000"', '"\\ud800"'])
def test_what_cannot_be_stored_is_refused(own, bad):
    community, client = own
    policy = client.get(PATH.format(community)).json() | {"note": "HERE"}
    body = json.dumps(policy).replace('"HERE"', bad)
    answer = client.put(PATH.format(community), content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, "policy")


def test_members_read_the_rules_without_a_key_in_their_language(service):
    with service.client() as client:
        page = client.get("/v1/communities/demo/rules", headers={"accept-language": "zh-TW", "accept": "text/html"})
        assert page.status_code == 200
        assert '<html lang="zh-Hant">' in page.text
        assert "個資" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "個人資料" in client.get("/v1/communities/demo/rules?lang=zh-Hant-HK").text
        rules = client.get("/v1/communities/demo/rules?lang=en", headers={"accept": "application/json"}).json()
        assert {"label", "name", "definition", "actions", "points"} == set(rules["rules"][0])


def test_a_communitys_own_names_are_escaped(own):
    community, client = own
    policy = client.get(PATH.format(community)).json()
    policy["thresholds"]["custom:<script>alert(1)</script>"] = {"review": 0.5}
    assert client.put(PATH.format(community), json=policy).status_code == 200
    page = client.get(f"/v1/communities/{community}/rules").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_policy_that_was_stored_with_a_word_for_a_domain_still_loads(service):
    community = service.community()
    database = service.assistant.database
    policy = load_policy(database, community)
    set_policy(database, community, replace(policy, links=Links(deny=("not a domain",))), created_by="test")
    with service.client(service.key(community=community)) as client:
        stored = client.get(PATH.format(community)).json()
        assert stored["links"]["deny"] == ["not a domain"]
        assert client.post("/v1/moderate", json={"text": "hello"}).status_code == 200
