"""What a platform would cut off: never the way out of the messages, nor the end of a post that people approved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.types import TextLimit, Unit
from assistant.usecases.push.composing import compose
from tests.live_service import running

NOW = datetime.now(UTC)
UNTIL = (NOW + timedelta(days=1)).isoformat()
SECRETS = {
    "telegram": {"token": "123456789:" + "A" * 35},
    "discord": {"token": "t" * 60, "public_key": "0" * 64},
}
SETTINGS = {"telegram": {}, "discord": {"guild_id": "1"}}
MOST = {"telegram": 4096, "discord": 2000}


@pytest.fixture(scope="module")
def sending(database_urls, tmp_path_factory):
    """With a public address: messages hold links."""
    with running(database_urls.app, tmp_path_factory.mktemp("long"), public_url="https://push.example.org") as service:
        yield service


@pytest.fixture
def community(sending):
    return sending.community()


@pytest.fixture
def operator(sending, community):
    with sending.client(sending.key(community=community)) as client:
        client.put("/v1/push/settings", json={"link_hosts": ["shop.example.org"], "best_hour": False})
        yield client


def put_items(operator, count: int) -> list[str]:
    names = [f"item-{at}" for at in range(count)]
    url = "https://shop.example.org/zh-hant/products/outdoor/tents-for-two?utm_source=assistant&utm_campaign=autumn"
    items = [{"id": one, "title": f"雙人帳篷 {one}", "url": url, "published_at": NOW.isoformat()} for one in names]
    assert operator.put("/v1/items", json={"items": items}).status_code == 200
    return names


def text_of(sending, community, words: str, longest: TextLimit | None) -> str:
    return compose(sending.assistant, community, "m1", "dlv_1", {"zh-Hant": words}, (), "zh-Hant", (), {}, longest).text


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("words", ["新的帳篷到了" * 200, "New tents are in. " * 80, "🏕️⛺" * 300, "短"])
def test_words_that_are_too_long_are_cut_before_the_way_out(sending, community, unit, words):
    longest = TextLimit(900, unit)
    text = text_of(sending, community, words, longest)
    assert longest.holds(text)
    assert "https://push.example.org/unsubscribe/" in text.splitlines()[-1]
    assert text == text_of(sending, community, words, None) or text.splitlines()[0].endswith("…")


@pytest.mark.parametrize("platform", MOST)
def test_items_that_would_push_the_way_out_off_are_left_out(sending, community, operator, platform):
    made = sending.connect(community, platform, SECRETS[platform], settings=SETTINGS[platform])
    items = put_items(operator, 10)
    given = [{"purpose": "push", "granted": True, "source": "t"}]
    operator.put("/v1/members", json={"members": [{"id": "4711", "consents": given}]})
    words = "新的帳篷到了，" * 150
    asked = {"connection_id": made.row.id, "audience": {"everyone": True}, "text": {"zh-Hant": words}}
    answer = operator.post("/v1/campaigns", json={"name": "news", "items": items, "ends_at": UNTIL, **asked})
    assert answer.status_code == 201, answer.text
    [one] = operator.post(f"/v1/campaigns/{answer.json()['id']}/preview").json()["sample"]
    assert len(one["text"].encode("utf-16-le")) // 2 <= MOST[platform]
    assert one["text"].startswith(words)
    assert "https://push.example.org/unsubscribe/" in one["text"].splitlines()[-1]
    assert 0 < len(one["items"]) < 10
    assert one["text"].count("・") == len(one["items"]), "what was not shown is not counted as shown"


def test_words_that_leave_no_room_are_refused_by_their_field(sending, community, operator):
    made = sending.connect(community, "discord", SECRETS["discord"], settings=SETTINGS["discord"])
    variants = [{"name": "a"}, {"name": "b", "text": {"zh-Hant": "新" * 1_501}}]
    asked = {
        "connection_id": made.row.id,
        "audience": {"everyone": True},
        "text": {"en": "Hello", "zh-Hant": "新" * 1_500},
    }
    answer = operator.post("/v1/campaigns", json={"name": "n", "ends_at": UNTIL, "variants": variants, **asked})
    wrong = answer.json()
    assert (answer.status_code, wrong["field"], wrong["limit"]) == (400, "variants[1].text.zh-Hant", 1_500)


def test_words_may_fill_a_message_that_holds_no_link(database_urls, tmp_path):
    """Without a public address there is no link to leave room for."""
    with running(database_urls.app, tmp_path) as service:
        community = service.community()
        made = service.connect(community, "discord", SECRETS["discord"], settings=SETTINGS["discord"])
        asked = {"name": "n", "ends_at": UNTIL, "connection_id": made.row.id, "audience": {"everyone": True}}
        with service.client(service.key(community=community)) as operator:
            for words in ({"zh-Hant": "新" * 2_000}, {"en": "New tents are in. " * 111}):
                assert operator.post("/v1/campaigns", json=asked | {"text": words}).status_code == 201


@pytest.mark.parametrize("platform", MOST)
def test_a_post_that_would_be_cut_is_not_planned(sending, community, operator, platform):
    """Its end holds the rules of its plan, and that a machine wrote it."""
    made = sending.connect(community, platform, SECRETS[platform], settings=SETTINGS[platform])

    def planned(body: str):
        words = {
            "kind": "story",
            "title": "故事",
            "body": body,
            "actor": "ming",
            "language": "zh-Hant",
            "machine": True,
        }
        draft = operator.post("/v1/content/drafts", json=words).json()
        reviewed = {"actor": "ling", "revision": 0, "approve": True}
        assert operator.post(f"/v1/content/drafts/{draft['id']}/review", json=reviewed).status_code == 200
        plan = {"draft_id": draft["id"], "actor": "ling", "connection_id": made.row.id, "channel": "1", "anyway": True}
        return operator.post("/v1/content/calendar", json=plan)

    line = "說到露營，我們這樣準備。"
    refused = planned(line * (MOST[platform] // len(line)))
    assert (refused.status_code, refused.json()["field"]) == (400, "connection_id")
    assert refused.json()["limit"] == MOST[platform]
    assert planned(line * (MOST[platform] // len(line) - 5)).status_code == 201
