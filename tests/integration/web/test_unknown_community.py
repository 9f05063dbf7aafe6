"""A key that belongs to no community may name one that there is not: that is said, whatever is asked."""

from __future__ import annotations

import pytest

from assistant.types.access import Scope
from tests.conftest import HAS_FAQ

WRITES = [
    ("POST", "/v1/deliveries/redrive", {}),
    ("PUT", "/v1/rewards", {"id": "r1", "name": "Mug", "cost": 10}),
    ("POST", "/v1/draws", {"id": "d1", "name": "Tent", "rules": {"winners": 1}, "closes_at": "2027-01-01T00:00:00Z"}),
    ("PUT", "/v1/items", {"items": [{"id": "a", "title": "Tent"}]}),
    ("POST", "/v1/moderate", {"text": "hello"}),
    *([("POST", "/v1/segments/discover", None)] if HAS_FAQ else []),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[path for _, path, _ in WRITES])
@pytest.mark.parametrize("community", ["nowhere", "*"])
def test_nothing_is_written_for_a_community_that_there_is_not(service, method, path, body, community):
    in_body = path == "/v1/moderate"
    with service.client(service.key(Scope.ADMIN, None)) as anywhere:
        answer = anywhere.request(
            method,
            path,
            params={} if in_body else {"community": community},
            json={**body, "community": community} if in_body else body,
        )
    assert (answer.status_code, answer.json()["field"]) == (404, "community"), answer.text
