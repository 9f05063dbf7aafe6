"""An answer of suggestions, as the service gives it: an activity with everything that one can have."""

from __future__ import annotations

from typing import Any

LAW = {"id": "x", "jurisdiction": "tw", "law": "公平交易法", "article": "第21條", "checked": "2026-11-28"}
FINDING = {
    "label": "misleading",
    "text": "給五星好評送 50 元",
    "field": "plan.rewards[0]",
    "source": "rule:ads.hidden",
    "advertising": {"prohibited": True, "laws": [LAW], "advice": {}, "instead": {}},
}
NOTE = {"en": "no advice", "zh-Hans": "不是意见", "zh-Hant": "不是意見", "zh-Hant-HK": "並非意見"}


def insight(**more: Any) -> dict[str, Any]:
    return {
        "empty": None,
        "messages": 40,
        "audience": 12,
        "since": "2026-11-21T00:00:00+08:00",
        "until": "2026-11-28T00:00:00+08:00",
        "currency": "TWD",
        "topics": [{"name": "保溫瓶 · 漏水", "recent": 5, "before": 1, "members": 4, "trend": 8.0}],
        "needs": [
            {"name": "蓋子哪裡買", "kind": "question", "from": "messages", "count": 3, "members": 3},
            {"name": "怎麼退", "kind": "question", "from": "faq", "count": 2, "members": 1},
        ],
        "occasions": [
            {"on": "2026-11-29", "name": "小樹生日", "days": 1, "own": True, "solemn": False},
            {"on": "2026-12-13", "name": "公祭日", "days": 15, "own": False, "solemn": True},
        ],
    } | more


def suggestion(language: str, **more: Any) -> dict[str, Any]:
    return {
        "kind_name": "KIND",
        "why": "WHY",
        "evidence": [{"message_id": "w1", "text": "漏水了"}],
        "evidence_from": "messages",
        "invite": ["m11"],
        "audience": {"segment": "seg_1", "size": 9},
        "best_time": {"at": "2026-11-29T20:00:00+08:00", "share": 0.1},
        "measure": "MEASURE",
        "expected": {"mean": 12.3, "low": 4.0, "high": 30.5, "posts": 6},
        "repetition": {"share": 0.4, "post_id": "fb-1", "draft_id": None},
        "draft": {
            "title": "TITLE",
            "body": "BODY",
            "language": language,
            "mark": None,
            "to_fill": ["〔BLANK〕", "〔BLANK〕"],
        },
        "plan": {
            "goal": "GOAL",
            "form": "FORM",
            "place": "PLACE",
            "begins": "2026-11-29T20:00:00+08:00",
            "ends": "2026-12-06T20:00:00+08:00",
            "rules": ["RULE"],
            "rewards": ["REWARD"],
            "budget": 3500.0,
            "currency": "TWD",
            "split": [{"what": "SPLIT", "amount": 1500.0}],
            "staff": ["STAFF"],
            "sign_up": "SIGNUP",
            "check_in": "CHECKIN",
            "follow_up": ["AFTER"],
        },
        "survey": None,
        "screening": {
            "action": "review",
            "blocked": True,
            "clean": False,
            "findings": [FINDING],
            "rewording": "",
            "rewordings": {"plan.rewards[0]": "LAWFUL"},
            "note": NOTE,
        },
        "jurisdictions": ["tw"],
        "category": "food",
    } | more
