"""What the demo community's bot knows from the beginning."""

from __future__ import annotations

from assistant.store import audit, communities
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import DEMO
from assistant.usecases.faq.imports import Options, let_go, open_import

DOCUMENT = "demo_faq.csv"
"""Its name, and the audit trail's word for its having been given."""


def seed_demo_faq(assistant: Assistant, content: bytes) -> None:
    """An import that waits, once for ever: what an operator removes stays removed. Nothing where there is no demo community."""
    now = assistant.clock()
    with assistant.database.transaction(DEMO) as transaction:
        given, _ = audit.page(transaction, DEMO, DOCUMENT, None, 1)
        if given or not communities.list_all(transaction):
            return
        audit.write(transaction, DEMO, now, actor="machine", action="faq.demo", subject=DOCUMENT)
    let_go(assistant, open_import(assistant, DEMO, [(DOCUMENT, content)], Options(), actor="machine"))
