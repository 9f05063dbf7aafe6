"""Planning a campaign for very many members: minutes, and whether kill -9 in the middle leaves anyone out or in twice. Prints JSON.

Run by ``eval.bench`` in a process of its own, on the embedded PostgreSQL. Members, consents and zones are made up; one in ten does not
consent. The child that plans is killed once, after a third of the members; another one goes on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from assistant.settings import Settings
from assistant.types import Own
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import create_community
from assistant.usecases.connections import Wanted, add_connection
from assistant.usecases.push.campaign_shapes import AudienceShape, CampaignShape
from assistant.usecases.push.campaigns import create, start
from assistant.usecases.push.planning import plan_part
from assistant.wiring import build

MEMBERS = 1_000_000
COMMUNITY = "bench"
_FILL = """
    INSERT INTO members (community, id, source, created_at, updated_at)
    SELECT :c, 'm' || lpad(n::text, 8, '0'), 'bench', now(), now() FROM generate_series(1, :n) AS n;
"""
_CONSENT = """
    INSERT INTO consents (community, member_id, purpose, granted, source, wording, at)
    SELECT community, id, 'push', right(id, 1) <> '0', 'bench', NULL, now() FROM members WHERE community = :c
"""
_ZONE = """
    INSERT INTO member_attributes (community, member_id, name, value, purpose, source, at)
    SELECT community, id, 'time_zone', to_jsonb((ARRAY['Asia/Taipei', 'Europe/Berlin', 'America/New_York'])[1 + ascii(right(id, 1)) % 3]),
        'push', 'bench', now() FROM members WHERE community = :c
"""
_CHECK = """
    SELECT (SELECT count(*) FROM sends WHERE community = :c) AS sends,
        (SELECT count(*) FROM sends WHERE community = :c AND because IS NULL) AS planned,
        (SELECT count(*) FROM deliveries WHERE community = :c) AS deliveries,
        (SELECT count(DISTINCT payload -> 'data' ->> 'member_id') FROM deliveries WHERE community = :c) AS members
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help=f"of {MEMBERS:,} members")
    parser.add_argument("--plan", metavar="CAMPAIGN", help="for the child: plan this campaign to its end")
    parser.add_argument("--data-dir", type=Path)
    options = parser.parse_args()
    if options.plan:
        plan(_assistant(options.data_dir), options.plan)
        return
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), max(300, int(MEMBERS * options.scale)))))


def plan(assistant: Assistant, campaign_id: str) -> None:
    assistant.registry.refresh()
    while plan_part(assistant, COMMUNITY, campaign_id):
        pass
    assistant.close()


def measure(folder: Path, members: int) -> dict[str, Any]:
    assistant = _assistant(folder, screening=True)
    campaign_id = _filled(assistant, members)
    command = [sys.executable, "-m", "eval.bench.campaign", "--plan", campaign_id, "--data-dir", str(folder)]
    began = time.perf_counter()
    child = subprocess.Popen(command)
    while _planned(assistant) < members // 3 and child.poll() is None:
        time.sleep(0.5)
    child.kill()
    child.wait()
    at_kill = _planned(assistant)
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - began
    counted = _count(assistant)
    assistant.close()
    return {
        "members": members,
        "seconds": seconds,
        "members per second": members / seconds,
        "planned when killed": at_kill,
        "left out": members - counted["sends"],
        "sent twice": counted["deliveries"] - counted["members"],
        "messages": counted["planned"],
    }


def _assistant(folder: Path, screening: bool = False) -> Assistant:
    return build(Settings(data_dir=folder, demo=False), screening=screening)


def _filled(assistant: Assistant, members: int) -> str:
    create_community(assistant.database, COMMUNITY, COMMUNITY, Own())
    now = assistant.clock()
    made = add_connection(
        assistant.database,
        assistant.vault,
        COMMUNITY,
        "webhooks",
        Wanted(dry_run=False, settings={"url": "https://example.org/hook"}),
        {},
        actor="bench",
        now=now,
        allow=(),
    )
    assistant.registry.refresh()
    with assistant.database.transaction(COMMUNITY) as transaction:
        transaction.execute(text("SET LOCAL statement_timeout = 0"))
        for query in (_FILL, _CONSENT, _ZONE):
            transaction.execute(text(query), {"c": COMMUNITY, "n": members})
    asked = CampaignShape(
        name="bench",
        connection_id=made.row.id,
        audience=AudienceShape(everyone=True),
        text={"en": "New tents are in", "zh-Hant": "新的帳篷到了"},
        ends_at=now + timedelta(days=7),
    )
    campaign = create(assistant, COMMUNITY, asked, actor="bench")
    start(assistant, COMMUNITY, campaign.id, actor="bench")
    return campaign.id


def _planned(assistant: Assistant) -> int:
    with assistant.database.transaction(COMMUNITY) as transaction:
        return int(transaction.scalar(text("SELECT count(*) FROM sends WHERE community = :c"), {"c": COMMUNITY}) or 0)


def _count(assistant: Assistant) -> dict[str, int]:
    with assistant.database.transaction(COMMUNITY) as transaction:
        transaction.execute(text("SET LOCAL statement_timeout = 0"))
        return dict(transaction.execute(text(_CHECK), {"c": COMMUNITY}).mappings().one())


if __name__ == "__main__":
    main()
