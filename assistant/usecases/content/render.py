"""Suggestions, drafts and the calendar as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.content.drafting import blanks, in_language, measure, subject_of, why
from assistant.content.flow import Insight, Material
from assistant.content.plans import plan_parts
from assistant.content.rank import Ranked
from assistant.content.results import expected
from assistant.content.surveys import parts_of
from assistant.store.content_drafts import Change
from assistant.types.content import (
    Draft,
    Entry,
    Evidence,
    Need,
    Plan,
    Post,
    Screening,
    Slot,
    Topic,
    Written,
)
from assistant.usecases.content.asking import SuggestionsRequest
from assistant.usecases.content.material import Loaded
from assistant.words import load_words

_SHOWN = 12


def text_of(written: Written) -> str:
    """A draft as it is screened and published."""
    return f"{written.title}\n{written.body}"


def screened_parts(suggestion: Mapping[str, Any]) -> dict[str, str]:
    """The texts beside a draft's own, each under its path: of its plan, and of its questionnaire."""
    return plan_parts(suggestion.get("plan")) | parts_of(suggestion.get("survey"))


def render_insight(
    insight: Insight,
    material: Material,
    language: str,
    named: frozenset[str],
    loaded: Loaded,
    empty: str | None = None,
) -> dict[str, Any]:
    """``empty`` is why nothing is suggested, where nothing is."""
    return {
        "empty": empty,
        "messages": round(sum(one.stands_for for one in material.said)),
        "messages_read": len(material.said),
        "audience": loaded.audience,
        "since": loaded.period.since.astimezone(loaded.settings.zone).isoformat(),
        "until": loaded.period.until.astimezone(loaded.settings.zone).isoformat(),
        "language": language,
        "currency": loaded.settings.currency,
        "topics": [render_topic(topic, named) for topic in insight.topics[:_SHOWN]],
        "needs": [render_need(need, named) for need in _weightiest([*insight.needs, *material.gaps])],
        "occasions": [
            {
                "id": one.id,
                "on": one.on.isoformat(),
                "days": one.days,
                "name": in_language(one.name, language),
                "own": one.own,
                "solemn": one.solemn,
            }
            for one in material.occasions
        ],
    }


def _weightiest(needs: Sequence[Need]) -> list[Need]:
    return sorted(needs, key=lambda need: (-need.weight, need.id))[:_SHOWN]


def render_topic(topic: Topic, named: frozenset[str]) -> dict[str, Any]:
    return {
        "id": topic.id,
        "name": topic.name,
        "terms": list(topic.terms),
        "recent": topic.recent,
        "before": topic.before,
        "members": topic.members,
        "trend": topic.trend,
        "trending": topic.trending,
        "sampled": topic.sampled,
        "troubled": topic.troubled,
        "harmed": topic.harmed,
        "wished": topic.wished,
        "rising": topic.rising,
        "risen": topic.risen,
        "samples": render_evidence(topic.samples, named),
        "people": [name for name in topic.people if name in named],
    }


def render_need(need: Need, named: frozenset[str]) -> dict[str, Any]:
    return {
        "id": need.id,
        "kind": need.kind.value,
        "name": need.name,
        "terms": list(need.terms),
        "count": need.count,
        "members": need.members,
        "common": need.common,
        "urgency": need.urgency,
        "importance": need.importance,
        "weight": need.weight,
        "harmed": need.harmed,
        "from": "faq" if need.id.startswith("gap_") else "messages",
        "samples": render_evidence(need.samples, named),
        "people": [name for name in need.people if name in named],
    }


def render_evidence(evidence: Sequence[Evidence], named: frozenset[str]) -> list[dict[str, Any]]:
    """Members are named only where they consented to it."""
    return [
        {
            "message_id": one.message_id,
            "member_id": one.member_id if one.member_id in named else None,
            "at": one.at.isoformat(),
            "text": one.text[:500],
        }
        for one in evidence
    ]


def render_suggestion(
    ranked: Ranked,
    written: Written,
    screening: Screening,
    slot: Slot | None,
    plan: Mapping[str, Any] | None,
    survey: Mapping[str, Any] | None,
    loaded: Loaded,
    asked: SuggestionsRequest,
    named: frozenset[str],
) -> dict[str, Any]:
    idea, language = ranked.idea, written.language
    effect = expected(loaded.material.posts, idea.kind)
    return {
        "id": idea.id,
        "kind": idea.kind.value,
        "kind_name": load_words().get(f"content.kinds.{idea.kind.value}.name", language),
        "subject": subject_of(idea, language),
        "score": ranked.score,
        "why": why(idea, language),
        "source": idea.source,
        "evidence": render_evidence(idea.evidence, named),
        "evidence_from": "faq" if idea.source.startswith("gap_") else "messages",
        "invite": [name for name in idea.people if name in named],
        "audience": {"segment": asked.segment, "size": loaded.audience},
        "best_time": {"at": slot.at.isoformat(), "share": slot.share} if slot else None,
        "measure": measure(idea, language),
        "expected": asdict(effect) if effect else None,
        "repetition": _repetition(ranked, loaded),
        "draft": render_written(written, {"plan": plan, "survey": survey}),
        "plan": plan,
        "survey": survey,
        "screening": render_screening(screening),
        "jurisdictions": list(loaded.settings.jurisdictions),
        "category": loaded.settings.category.value,
    }


def _repetition(ranked: Ranked, loaded: Loaded) -> dict[str, Any]:
    """By the post, or the draft that will be one."""
    drafted = ranked.repeats in {draft.id for draft in loaded.material.drafts}
    names = {"post_id": None, "draft_id": None} | {"draft_id" if drafted else "post_id": ranked.repeats}
    return {"share": ranked.repetition, **names}


def render_written(written: Written, beside: Mapping[str, Any]) -> dict[str, Any]:
    """``mark`` is what has to stand beside a text that a model wrote; ``to_fill`` are the blanks of the text, the plan and the
    questionnaire."""
    return {
        "title": written.title,
        "body": written.body,
        "language": written.language,
        "machine": written.machine,
        "mark": load_words().get("content.machine", written.language) if written.machine else None,
        "to_fill": blanks("\n".join([text_of(written), *screened_parts(beside).values()])),
        "origin": dict(written.origin),
    }


def render_plan(plan: Plan) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in asdict(plan).items()
    }


def render_screening(screening: Screening) -> dict[str, Any]:
    return {
        "action": screening.action,
        "blocked": screening.blocked,
        "clean": screening.action == "allow" and not screening.findings,
        "findings": [dict(one) for one in screening.findings],
        "rewording": screening.rewording,
        "rewordings": dict(screening.rewordings),
        "note": load_words().every("content.not_legal_advice"),
    }


def blanks_of(draft: Draft) -> list[str]:
    """What is still to be filled in, of the text, then the plan, then the questionnaire."""
    return blanks("\n".join([draft.title, draft.body, *screened_parts(draft.suggestion).values()]))


def render_draft(draft: Draft, changes: Sequence[Change] | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": draft.id,
        "kind": draft.kind.value,
        "title": draft.title,
        "body": draft.body,
        "language": draft.language,
        "jurisdictions": list(draft.jurisdictions),
        "category": draft.category,
        "machine": draft.machine,
        "mark": load_words().get("content.machine", draft.language) if draft.machine else None,
        "to_fill": blanks_of(draft),
        "state": draft.state.value,
        "screening": render_screening(draft.screening),
        "suggestion": dict(draft.suggestion),
        "origin": dict(draft.origin),
        "revision": draft.revision,
        "reason": draft.reason,
        "created_by": draft.created_by,
        "approved_by": draft.approved_by,
        "seconded_by": draft.seconded_by,
        "needs_second": draft.screening.blocked and draft.approved_by is not None and draft.seconded_by is None,
        "created_at": draft.created_at.isoformat(),
        "updated_at": draft.updated_at.isoformat(),
    }
    if changes is not None:
        document["changes"] = [
            {
                "at": one.at.isoformat(),
                "actor": one.actor,
                "action": one.action,
                "diff": list(one.diff),
                "note": one.note,
            }
            for one in changes
        ]
    return document


def render_entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "draft_id": entry.draft_id,
        "at": entry.at.isoformat(),
        "state": entry.state.value,
        "manual": entry.connection_id is None,
        "connection_id": entry.connection_id,
        "channel": entry.channel,
        "published_at": entry.published_at.isoformat() if entry.published_at else None,
        "numbers": dict(entry.numbers),
        "because": entry.because,
    }


def render_post(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "text": post.text,
        "at": post.at.isoformat(),
        "kind": post.kind.value if post.kind else None,
        "numbers": dict(post.numbers),
        "draft_id": post.draft_id,
    }
