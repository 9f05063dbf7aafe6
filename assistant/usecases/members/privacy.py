"""What a member may ask of us: all that is known of them, and the end of it."""

from __future__ import annotations

from typing import Any

from assistant.errors import NotFound
from assistant.store import audit, consents, erasing, erasures, members
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.hashing import member_hash
from assistant.usecases.members.profile import read_profile


def export_member(assistant: Assistant, community: str, member_id: str, language: str) -> dict[str, Any]:
    """As JSON: who they are to us, the profile with its reasons, every answer about consent, and the rows of every table. Of who was never
    told of, and only wrote what was screened or asked, there are the rows alone. Blocks.

    Raises:
        NotFound: nothing is known of such a member.
    """
    with assistant.database.transaction(community) as transaction:
        known = members.known(transaction, community, member_id)
        answers = consents.history(transaction, community, member_id)
        tables = dict(erasing.rows_of(transaction, community, member_id))
    if known is None and not tables:
        raise NotFound("member_unknown", field="member_id")
    return {
        "made_at": assistant.clock().isoformat(),
        "community": community,
        "member": {
            "id": member_id,
            "name": known.name if known else None,
            "source": known.source if known else None,
            "since": known.created_at.isoformat() if known else None,
        },
        "profile": read_profile(assistant, community, member_id, None, language) if known else None,
        "consents": [
            {
                "purpose": one.purpose.value,
                "granted": one.granted,
                "source": one.source,
                "wording": one.wording,
                "at": one.at.isoformat(),
            }
            for one in answers
        ],
        "tables": tables,
    }


ERASING_S = 600.0
"""For one statement: to find a member in others' documents, all of a community's are looked at."""


def erase_member(assistant: Assistant, community: str, member_id: str, actor: str) -> dict[str, int]:
    """Rows that went, by table; in one transaction, with an entry of the audit that names the member by a keyed hash. Blocks.

    Raises:
        NotFound: nothing is known of such a member.
    """
    now = assistant.clock()
    hashed = member_hash(assistant.vault, community, member_id)
    with assistant.database.transaction(community, ERASING_S) as transaction:
        gone = erasing.erase(transaction, community, member_id)
        if not gone:
            raise NotFound("member_unknown", field="member_id")
        erasures.note(transaction, community, hashed, now)
        audit.write(
            transaction,
            community,
            now,
            actor=actor,
            action="erase_member",
            subject=f"member:{hashed.hex()[:16]}",
            details={"rows": gone},
        )
    return gone
