"""Tags are what was said, in any script, and not what was said not to be liked."""

from __future__ import annotations

import pytest

from assistant.members.meaning import Allowed, ItemText, meanings, words_of
from assistant.members.topics import shipped_topics
from assistant.types.event import EventType
from assistant.types.member import ConsentPurpose
from tests.unit.members.making import event


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("週末想去露營，有推薦的帳篷嗎？", ("camping",)),
        ("周末想去露营", ("camping",)),
        ("Anyone going camping? I need a new tent", ("camping",)),
        ("我不喜歡露營", ()),
        ("I hate camping", ()),
        ("cataract surgery", ()),
        ("contents", ()),
        ("#手沖咖啡 今天喝拿鐵", ("coffee", "#手沖咖啡")),
        ("", ()),
    ],
)
def test_topics_of_texts(text, topics):
    assert shipped_topics().of_text(text) == topics


def test_every_topic_is_named_in_every_language():
    for topic, names in shipped_topics().names.items():
        assert {"en", "zh-Hans", "zh-Hant"} <= names.keys(), topic
    assert shipped_topics().name("hiking", "zh-Hant-HK") == "行山"
    assert shipped_topics().name("camping", "zh-Hant-HK") == "露營"


def test_what_tells_of_health_needs_its_consent():
    said = [event(1, text="懷孕 20 週了，想買孕婦枕")]
    words = [words_of(said[0], {})]
    assert meanings(said, words, None, {}, shipped_topics(), Allowed())[0].tags == ()
    allowed = Allowed(frozenset({ConsentPurpose.HEALTH}))
    assert meanings(said, words, None, {}, shipped_topics(), allowed)[0].tags == ("pregnancy",)
    stopped = Allowed(frozenset({ConsentPurpose.HEALTH}), frozenset({"stage:pregnancy"}))
    assert meanings(said, words, None, {}, shipped_topics(), stopped)[0].tags == ()


def test_a_click_is_about_its_item():
    items = {"i1": ItemText("輕量帳篷", ("outdoor",))}
    clicked = [event(1, kind=EventType.CLICK, item_id="i1"), event(2, kind=EventType.DISMISS, item_id="i1")]
    words = [words_of(one, items) for one in clicked]
    assert words == ["輕量帳篷", ""]
    liked, dismissed = meanings(clicked, words, None, items, shipped_topics(), Allowed())
    assert liked.tags == ("outdoor", "camping")
    assert dismissed.tags == ()
