import pytest


@pytest.fixture(scope="module")
def history(service):
    """Seven decisions of a community of their own, the oldest first."""
    community = service.community()
    with service.client(service.key(community=community)) as client:
        made = [
            client.post(
                "/v1/moderate",
                json={
                    "text": "加薇信 abc12345 日结300" if at % 3 == 0 else f"hello {at}",
                    "member": {"id": f"u{at % 2}"},
                    "channel": "a",
                },
            ).json()
            for at in range(7)
        ]
        assert any(one["flagged"] for one in made)
        yield client, [client.get(f"/v1/decisions/{one['id']}").json() for one in made]


def test_pages_follow_each_other_without_gap_or_repeat(history):
    client, made = history
    seen, cursor = [], None
    for _ in range(4):
        page = client.get("/v1/decisions", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["id"] for row in page["decisions"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == [row["id"] for row in reversed(made)]


@pytest.mark.parametrize(
    ("query", "keep"),
    [
        ({"flagged": "true"}, lambda at, one: one["flagged"]),
        ({"flagged": "false"}, lambda at, one: not one["flagged"]),
        ({"member": "u1"}, lambda at, one: at % 2 == 1),
        ({"member": "nobody"}, lambda at, one: False),
        ({"channel": "a"}, lambda at, one: True),
        ({"label": "spam"}, lambda at, one: "spam" in one["labels"]),
        ({"since": "2199-01-01T00:00:00Z"}, lambda at, one: False),
        ({"until": "2199-01-01T00:00:00Z"}, lambda at, one: True),
        ({"action": "allow"}, lambda at, one: one["action"] == "allow"),
    ],
)
def test_filters(history, query, keep):
    client, made = history
    found = {row["id"] for row in client.get("/v1/decisions", params=query).json()["decisions"]}
    assert found == {one["id"] for at, one in enumerate(made) if keep(at, one)}


def test_an_unknown_community_is_not_an_empty_one(service) -> None:
    with service.client(service.key(community=None)) as client:
        answer = client.get("/v1/decisions", params={"community": "nobody-here"})
        assert answer.status_code == 404
        assert answer.json()["field"] == "community"
        assert client.get("/v1/decisions", params={"community": "demo"}).status_code == 200
