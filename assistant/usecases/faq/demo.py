"""What the demo community's bot knows from the beginning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection as Transaction

from assistant.errors import StillLoading
from assistant.ports import Clock
from assistant.settings import Settings
from assistant.store import audit, communities, faq_jobs
from assistant.store.database import Database
from assistant.usecases.communities import DEMO
from assistant.usecases.faq.imports import Options, Place, let_go, open_import

DOCUMENT = "demo_faq.csv"
"""Its name, and the audit trail's word for its having been given."""
RETRY_S: Final = 10


@dataclass(frozen=True, slots=True)
class Preparing:
    """The service before it serves."""

    settings: Settings
    clock: Clock
    database: Database


def seed_demo_faq(place: Place, content: bytes) -> None:
    """An import that waits, once for ever: what an operator removes stays removed. Nothing where there is no demo community."""
    now = place.clock()
    with place.database.transaction(DEMO) as transaction:
        given, _ = audit.page(transaction, DEMO, DOCUMENT, None, 1)
        if given or not communities.list_all(transaction):
            return
        audit.write(transaction, DEMO, now, actor="machine", action="faq.demo", subject=DOCUMENT)
    let_go(place, open_import(place, DEMO, [(DOCUMENT, content)], Options(), actor="machine"))


def refuse_while_loading(transaction: Transaction, community: str) -> None:
    """Raises: StillLoading, for the demo community, until its document was read."""
    if community == DEMO and faq_jobs.waits(transaction, DEMO, DOCUMENT):
        raise StillLoading(RETRY_S)
