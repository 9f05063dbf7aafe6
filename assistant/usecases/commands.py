"""What members may ask in a chat: ``report``, ``appeal``, ``rules``; answered to them alone."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection as Transaction

from assistant.errors import AssistantError, Conflict, NotFound
from assistant.store import cases, decisions
from assistant.store.decisions import Filters
from assistant.types import CUSTOM_PREFIX, Case, CaseKind, Command, Outcome, Said
from assistant.usecases.appeals import make_appeal
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.notices import label_names
from assistant.usecases.opening import open_case
from assistant.usecases.policies import policy_in
from assistant.usecases.registry import Held
from assistant.usecases.said import Deadline, take
from assistant.usecases.speech import language_of
from assistant.words import load_words

_DECISION = re.compile(r"\bdec_[0-9a-z]{26}\b")
_REPORTS_PER_HOUR = 10


async def answer_command(assistant: Assistant, held: Held, command: Command, deadline: Deadline) -> Outcome:
    """Raises: DatabaseUnavailable."""
    language = language_of(command.locale, "", held.language)
    if command.name == "report":
        return await _report(assistant, held, command, language, deadline)
    if command.name == "appeal":
        return Outcome(text=await asyncio.to_thread(_appeal, assistant, held, command, language))
    if command.name == "rules":
        return Outcome(text=await asyncio.to_thread(_rules, assistant, held, language))
    return Outcome(text=load_words().get("commands.unknown", language))


async def _report(assistant: Assistant, held: Held, command: Command, language: str, deadline: Deadline) -> Outcome:
    """The message's decision, or one made now where it was never screened, becomes a case: a person looks."""
    words, about = load_words(), command.about
    if about is None:
        return Outcome(text=words.get("commands.report_what", language))
    decision_id = await asyncio.to_thread(_known, assistant, held, about)
    if decision_id is None and (about.message.text.strip() or about.message.parts):
        decision_id = (await take(assistant, held, replace(about, before=False), deadline)).decision_id
    key = await asyncio.to_thread(_open_report, assistant, held, command, about, decision_id)
    return Outcome(text=words.get(f"commands.{key}", language), decision_id=decision_id)


def _known(assistant: Assistant, held: Held, about: Said) -> str | None:
    message_id = about.message.platform.message_id if about.message.platform else None
    if message_id is None:
        return None
    connection, channel = held.connection, about.message.channel
    with assistant.database.transaction(connection.community) as transaction:
        found = decisions.of_message(transaction, connection.community, connection.id, message_id, channel)
    return found.id if found is not None else None


def _open_report(assistant: Assistant, held: Held, command: Command, about: Said, decision_id: str | None) -> str:
    now, community = assistant.clock(), held.connection.community
    cause = decision_id or f"{about.message.channel or ''}:{about.key}"
    with assistant.database.transaction(community) as transaction:
        if _reports_since(transaction, held, command.member_id, now - timedelta(hours=1)) >= _REPORTS_PER_HOUR:
            return "too_often"
        case = Case(
            id=new_id("cas"),
            community=community,
            key=f"report:{held.connection.id}:{cause}",
            kind=CaseKind.REPORT,
            decision_id=decision_id,
            connection_id=held.connection.id,
            member_id=about.message.member_id,
            channel=about.message.channel,
            details={"reported_by": command.member_id, "text": command.text[:500]},
            created_at=now,
        )
        open_case(assistant, transaction, case)
    return "reported"


def _reports_since(transaction: Transaction, held: Held, member_id: str, since: datetime) -> int:
    return cases.reports_by(transaction, held.connection.community, held.connection.id, member_id, since)


def _appeal(assistant: Assistant, held: Held, command: Command, language: str) -> str:
    words, community = load_words(), held.connection.community
    named = _DECISION.search(command.text)
    reason = _DECISION.sub("", command.text).strip()
    if named is None:
        if not reason:
            return words.get("commands.appeal_how", language)
        decision_id = _latest(assistant, held, command.member_id)
        if decision_id is None:
            return words.get("commands.appeal_unknown", language)
    else:
        decision_id = named[0]
    try:
        make_appeal(
            assistant, community, decision_id, text=reason or "-", language=language, member_id=command.member_id
        )
    except (NotFound, Conflict) as error:
        key = "commands.appeal_unknown" if isinstance(error, NotFound) else f"errors.{error.message}"
        return words.get(key, language)
    except AssistantError as error:
        if error.status >= 500:
            raise
        return words.get("commands.appeal_how", language)
    return words.get("commands.appealed", language)


def _latest(assistant: Assistant, held: Held, member_id: str) -> str | None:
    """The member's last decision that was not an allowance."""
    community = held.connection.community
    with assistant.database.transaction(community) as transaction:
        page = decisions.page(transaction, Filters(community, member_id=member_id, flagged=True), limit=1)
    return page.rows[0].id if page.rows else None


def _rules(assistant: Assistant, held: Held, language: str) -> str:
    words, community = load_words(), held.connection.community
    if assistant.settings.public_url:
        link = f"{assistant.settings.public_url.rstrip('/')}/v1/communities/{community}/rules?lang={language}"
        return words.get("commands.rules", language, community=held.community_name, link=link)
    with assistant.database.transaction(community) as transaction:
        policy = policy_in(transaction, community)
    labels = tuple(label for label in policy.thresholds if not label.startswith(CUSTOM_PREFIX))
    named = label_names(labels, language)
    return words.get("commands.rules_short", language, community=held.community_name, labels=named)
