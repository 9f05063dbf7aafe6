"""What is said in time: what a connection would have done in its first day of dry run, and whom a promised answer has not reached."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection as Transaction
from sqlalchemy import text

from assistant.errors import DatabaseUnavailable
from assistant.store import communities, connections, deliveries
from assistant.store.connections import ConnectionRow
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.types import Case, CaseKind
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries
from assistant.usecases.faq.handoffs import tell_late
from assistant.usecases.identity import new_id
from assistant.usecases.opening import open_case
from assistant.words import load_words

log = structlog.get_logger()

AFTER = timedelta(days=1)
EVERY_S = 60.0
_COUNTS = text("""
    SELECT 'decisions' AS what, count(*) AS number FROM decisions
        WHERE community = :community AND connection_id = :connection AND created_at >= :since
    UNION ALL
    SELECT response ->> 'verdict', count(*) FROM decisions
        WHERE community = :community AND connection_id = :connection AND created_at >= :since
        AND response ->> 'verdict' <> 'allow' GROUP BY 1
    UNION ALL
    SELECT payload ->> 'do', count(*) FROM deliveries
        WHERE community = :community AND connection_id = :connection AND created_at >= :since
        AND state = 'skipped' AND because = 'dry_run' AND kind = 'order' GROUP BY 1
    UNION ALL
    SELECT 'penalty ' || step, count(*) FROM penalties
        WHERE community = :community AND connection_id = :connection AND created_at >= :since
        AND state = 'dry_run' AND step <> 'warning' GROUP BY 1
""")


async def keep_reporting(assistant: Assistant) -> None:
    """Until cancelled."""
    while True:
        try:
            await asyncio.to_thread(report_due, assistant)
            await asyncio.to_thread(tell_late, assistant)
        except DatabaseUnavailable:
            pass
        except Exception:
            log.exception("reports could not be made")
        await asyncio.sleep(EVERY_S)


def report_due(assistant: Assistant) -> int:
    """Opens a case with the report for each connection whose first day of dry run is over; how many there were."""
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        due = connections.due_for_report(transaction, assistant.clock() - AFTER)
        for row in due:
            _report(assistant, transaction, row)
    return len(due)


def dry_run_counts(transaction: Transaction, row: ConnectionRow) -> dict[str, int]:
    """What would have been done since the dry run began: ``decisions``, and by verdict, order and penalty."""
    values = {"community": row.community, "connection": row.id, "since": row.dry_run_since or row.created_at}
    counted: dict[str, int] = {}
    for what, number in transaction.execute(_COUNTS, values):
        counted[what] = counted.get(what, 0) + number
    return counted


def _report(assistant: Assistant, transaction: Transaction, row: ConnectionRow) -> None:
    now = assistant.clock()
    counted = dry_run_counts(transaction, row)
    held = assistant.registry.get(row.id)
    language = held.language if held else "en"
    case = Case(
        id=new_id("cas"),
        community=row.community,
        key=f"dry_run:{row.id}:{row.dry_run_since}",
        kind=CaseKind.ALERT,
        connection_id=row.id,
        details={"alert": "dry_run_report", "counts": counted, "text": report_text(row, counted, language)},
        created_at=now,
    )
    if open_case(assistant, transaction, case):
        around = assistant.registry.of_community(row.community)
        data = {"alert": "dry_run_report", "connection_id": row.id, "counts": counted}
        deliveries.add(transaction, event_entries(around, "alert", case.id, data, now))
    connections.save(transaction, replace(row, reported_at=now), now)


def connection_report(database: Database, row: ConnectionRow, language: str) -> str:
    """Until now; what is live has none. Blocks on the database."""
    with database.transaction(row.community) as transaction:
        if not row.dry_run and not communities.get(transaction, row.community).dry_run:
            return load_words().get("reports.live", language, connection=row.name or row.platform, id=row.id)
        return report_text(row, dry_run_counts(transaction, row), language)


def report_text(row: ConnectionRow, counted: dict[str, int], language: str) -> str:
    words = load_words()
    nothing = words.get("reports.nothing", language)

    def listed(names: list[str]) -> str:
        return ", ".join(f"{name} {counted[name]}" for name in names) or nothing

    orders = sorted(name for name in counted if name != "decisions" and not name.startswith("penalty "))
    penalties = sorted(name for name in counted if name.startswith("penalty "))
    since = row.dry_run_since or row.created_at
    return words.get(
        "reports.dry_run",
        language,
        connection=row.name or row.platform,
        since=f"{since:%Y-%m-%d %H:%M}",
        decisions=counted.get("decisions", 0),
        orders=listed(orders),
        penalties=listed(penalties).replace("penalty ", ""),
        id=row.id,
    )
