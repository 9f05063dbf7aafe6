"""What the members' widget shows before anybody asked: its words, and what is asked most."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from assistant.access import parse_key
from assistant.errors import Unauthenticated
from assistant.store import communities, keys
from assistant.store.database import Database
from assistant.types.access import Scope
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import DEMO
from assistant.usecases.faq.ask import MAX_QUESTION_CHARS
from assistant.usecases.faq.insight import top_questions
from assistant.usecases.faq.settings import settings_in
from assistant.usecases.keys import create_key
from assistant.words import load_words

_OWN: Final = "widget."
_DEMO: Final = "widget.demo_"
_SHARED: Final = (
    "greeting",
    "written",
    "source",
    "person_button",
    "person_holds",
    "leave_contact",
    "handoff",
    "handoff_wait",
    "handoff_hours",
    "nobody",
    "nobody_contact",
    "empty",
)
"""What the bot says itself and the widget says too. ``{hours}``, ``{minutes}``, ``{contact}`` and ``{title}`` are filled there."""


def widget_config(assistant: Assistant, community: str, language: str) -> dict[str, Any]:
    """``words`` by name, in ``language``; ``questions`` for the chips. Blocks on the database. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        name = communities.get(transaction, community).name
        enabled = settings_in(transaction, community).enabled
    words = load_words()
    keys = [key for key in words.keys(_OWN) if not key.startswith(_DEMO)]
    said = {key.removeprefix(_OWN): words.get(key, language) for key in keys}
    said |= {key: words.get(f"faq.{key}", language) for key in _SHARED}
    said["title"] = said["title"].format(community=name)
    said["greeting"] = said["greeting"].format(community=name)
    return {
        "enabled": enabled,
        "language": language,
        "words": said,
        "questions": top_questions(assistant, community, language) if enabled else [],
        "question_chars": MAX_QUESTION_CHARS,
    }


def demo_member_key(database: Database, path: Path) -> str:
    """The key that the page for trying the widget shows, kept in ``path``; made anew where it is missing or works no longer. Blocks on the
    database. Raises: NotFound, where there is no community ``demo``."""
    with contextlib.suppress(OSError, Unauthenticated, UnicodeDecodeError):
        kept = path.read_text("utf-8").strip()
        with database.transaction(None) as transaction:
            record = keys.find(transaction, parse_key(kept))
        if record is not None and record.works(datetime.now(UTC)):
            return kept
    made = create_key(database, scope=Scope.MEMBER, community=DEMO, name=path.name)
    path.write_text(made.secret + "\n", "utf-8")
    return made.secret
