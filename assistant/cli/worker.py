"""``assistant worker``: carries out what the outbox holds; with ``--gateway`` it also reads what a platform does not send by webhook."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated, Literal

import structlog
import typer
import uvloop

from assistant.cli.data_folder import ready_folder
from assistant.cli.screen import err
from assistant.errors import InvalidInput
from assistant.ports import Classifier
from assistant.settings import Settings, load_settings
from assistant.usecases.faq.embedding import keep_embedding
from assistant.usecases.faq.ingest import keep_ingesting
from assistant.usecases.gateway import keep_reading
from assistant.usecases.judge import keep_judging
from assistant.usecases.members.folding import keep_folding
from assistant.usecases.outbox import OutboxWorker
from assistant.usecases.push.planning import keep_planning
from assistant.usecases.push.recurring import keep_recurring
from assistant.usecases.push.refitting import keep_refitting
from assistant.usecases.push.rescreening import keep_rescreening
from assistant.usecases.reports import keep_reporting
from assistant.wiring import Assistant, build, has_faq, use_database

log = structlog.get_logger()

Gateway = Literal["discord"]


def worker(
    gateway: Annotated[
        str | None, typer.Option(help="Read this platform's gateway instead of the outbox: discord.")
    ] = None,
) -> None:
    """Carry out what the outbox holds. `serve` starts one by itself; more may run, on other machines too."""
    if gateway not in {None, "discord"}:
        raise InvalidInput(field="--gateway", problem="must be discord")
    settings = load_settings()
    ready_folder(settings.data_dir)
    database, embedded = use_database(settings)
    try:
        assistant = build(settings, database=database, screening=gateway is not None or has_faq())
        err.print("reading Discord's gateway" if gateway else "carrying out the outbox", soft_wrap=True)
        uvloop.run(_until_told(assistant, gateway))
    finally:
        database.close()
        if embedded is not None:
            embedded.stop()


def work_outbox(settings: Settings, classifier: Classifier | None) -> None:
    """The life of the worker that ``serve`` starts, in a process of its own, over a database that is ready. Without a ``classifier``
    it screens nothing."""
    assistant = build(settings, classifier=classifier, prepared=True, screening=False)
    try:
        uvloop.run(_until_told(assistant, None))
    finally:
        assistant.close()


async def _until_told(assistant: Assistant, gateway: str | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for which in signal.SIGTERM, signal.SIGINT:
        loop.add_signal_handler(which, stopping.set)
    fresh = asyncio.create_task(assistant.registry.keep_fresh())
    try:
        if gateway is not None:
            await keep_reading(assistant, stopping)
            return
        works = (
            keep_reporting,
            keep_folding,
            keep_planning,
            keep_recurring,
            keep_refitting,
            keep_rescreening,
            keep_judging,
        )
        beside = [asyncio.create_task(work(assistant)) for work in works]
        if assistant.has_faq:
            beside += [asyncio.create_task(keep(assistant)) for keep in (keep_ingesting, keep_embedding)]
        await OutboxWorker(assistant).run(stopping)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
    finally:
        fresh.cancel()
        await assistant.outgoing.close()
