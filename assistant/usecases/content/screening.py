"""Every draft passes the community's moderation and advertising law before anybody sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.moderation.flow import Screener
from assistant.types import Action, Advertising, Category, Decision, Jurisdiction, Message, Part, Purpose
from assistant.types.content import Screening
from assistant.usecases.assistant import Assistant
from assistant.usecases.rendering import render_decision


async def screen_draft(
    assistant: Assistant,
    community: str,
    text: str,
    parts: Mapping[str, str],
    jurisdictions: Sequence[str],
    category: str,
) -> Screening:
    """``parts`` are further texts of the draft (a plan's rewards), each under its path. Raises: NotFound, DatabaseUnavailable."""
    screener = await assistant.screeners.get(community)
    where = Advertising(tuple(map(Jurisdiction, jurisdictions)), Category(category))
    message = Message(
        text, purpose=Purpose.MARKETING, advertising=where, parts=tuple(Part(name, its) for name, its in parts.items())
    )
    return await asyncio.to_thread(_screen, screener, message)


def _screen(screener: Screener, message: Message) -> Screening:
    decision = screener.screen(message)
    document = render_decision("", decision, message, 0.0)
    findings, note = document["findings"], document["advertising"]
    return Screening(
        action=decision.action.value,
        blocked=_blocked(decision, findings),
        findings=tuple(findings),
        rewording=str(note["rewording"]),
        rewordings=note["rewordings"],
    )


def _blocked(decision: Decision, findings: Sequence[Mapping[str, Any]]) -> bool:
    """What the policy hides or blocks, what the law forbids, and what could not be screened whole."""
    forbidden = any(finding.get("advertising", {}).get("prohibited") for finding in findings)
    return bool(decision.degraded) or forbidden or decision.action in {Action.HIDE, Action.BLOCK}
