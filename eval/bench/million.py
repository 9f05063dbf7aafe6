"""Very many members held at once: how large the database and the process are. Prints JSON.

Run by ``eval.bench`` in a process of its own, on the embedded PostgreSQL. A few hundred members are folded from made-up events, with
three interests each; all others get a copy of one of these profiles and of its snapshot, vectors of their own, a name, both consents
and two touches of items. Then the process reads what recommending needs, makes lists, and its memory is read.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection as Transaction
from sqlalchemy import Table, text

from assistant.settings import Settings
from assistant.store import events as event_store
from assistant.store.member_tables import profile_snapshots, profiles
from assistant.types import Own
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import create_community
from assistant.usecases.members.declare import put_members
from assistant.usecases.members.events import take_events
from assistant.usecases.members.folding import fold_waiting
from assistant.usecases.push.items import ItemShape, put_items
from assistant.usecases.push.recommend import memory_of, recommend_items
from assistant.wiring import build
from eval.bench.texts import texts

MEMBERS, TEMPLATES, ITEMS, TOUCHES, ASKED = 1_000_000, 300, 2_000, 2, 300
_COMMUNITY = "million"
_PART = 100_000
_SAID = 24


def _copy_of(table: Table, last: str) -> str:
    """All columns of one of the first members' rows, under another id."""
    names = [column.name for column in table.columns]
    taken = ", ".join("'m' || lpad(n::text, 8, '0')" if name == "member_id" else f"t.{name}" for name in names)
    return f"""
        WITH t AS MATERIALIZED (SELECT * FROM {table.name} o
            WHERE community = :c AND member_id < 'm' || lpad(CAST(:t AS text), 8, '0') {last})
        INSERT INTO {table.name} ({", ".join(names)}) SELECT {taken}
        FROM generate_series(CAST(:a AS int), CAST(:b AS int)) AS n
        JOIN t ON t.member_id = 'm' || lpad((n % CAST(:t AS int))::text, 8, '0')"""  # noqa: S608 - names of ours


_COPY = {
    "members": """
        INSERT INTO members (community, id, name, source, created_at, updated_at)
        SELECT :c, 'm' || lpad(n::text, 8, '0'), 'member ' || n, 'bench', now(), now()
        FROM generate_series(CAST(:a AS int), CAST(:b AS int)) AS n
        ON CONFLICT DO NOTHING""",
    "consents": """
        INSERT INTO consents (community, member_id, purpose, granted, source, at)
        SELECT :c, 'm' || lpad(n::text, 8, '0'), p, true, 'bench', now()
        FROM generate_series(CAST(:a AS int), CAST(:b AS int)) AS n, unnest(ARRAY['push', 'profiling']) AS p ON CONFLICT DO NOTHING""",
    "profiles": _copy_of(profiles, ""),
    "profile_snapshots": _copy_of(
        profile_snapshots,
        "AND at = (SELECT max(s.at) FROM profile_snapshots s WHERE s.community = o.community"
        " AND s.member_id = o.member_id)",
    ),
    "event_keys": """
        INSERT INTO event_keys (community, id, at)
        SELECT :c, 't' || k || '-' || n, CAST(:at AS timestamptz) + make_interval(secs => (n + k * 7919) % 400000)
        FROM generate_series(CAST(:a AS int), CAST(:b AS int)) AS n, generate_series(1, CAST(:k AS int)) AS k""",
    "events": """
        INSERT INTO events (community, id, at, type, member_id, item_id, flagged, properties, source, received_at)
        SELECT :c, 't' || k || '-' || n, CAST(:at AS timestamptz) + make_interval(secs => (n + k * 7919) % 400000), 'click',
            'm' || lpad(n::text, 8, '0'), 'i' || ((n * 31 + k * k * 17) % :i), false, '{}', 'bench',
            CAST(:at AS timestamptz) + make_interval(secs => (n + k * 7919) % 400000)
        FROM generate_series(CAST(:a AS int), CAST(:b AS int)) AS n, generate_series(1, CAST(:k AS int)) AS k""",
}
"""``:a`` to ``:b`` are members by number."""
_SIZES = text("SELECT pg_database_size(current_database())")
_TABLES = text("""
    SELECT root.relname, sum(pg_total_relation_size(part.relid))::bigint FROM pg_class root
    JOIN LATERAL pg_partition_tree(root.oid) AS part ON true WHERE root.relname = ANY(:names) GROUP BY root.relname
    UNION ALL SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relname = ANY(:names) AND relkind = 'r'
""")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        assistant = build(Settings(data_dir=Path(folder), demo=False))
        try:
            print(json.dumps(measure(assistant, max(1_000, int(MEMBERS * options.scale)))))
        finally:
            assistant.close()


def measure(
    assistant: Assistant, members: int, templates: int = TEMPLATES, items: int = ITEMS, asked: int = ASKED
) -> dict[str, Any]:
    begin = datetime.now(UTC) - timedelta(days=6)
    _templates(assistant, begin, templates, items)
    empty, before = _database(assistant), resident()
    seconds = _copied(assistant, members, templates, items, begin)
    tables, size = _tables(assistant), _database(assistant)
    start = time.perf_counter()
    memory_of(assistant, _COMMUNITY, assistant.clock())
    read = time.perf_counter() - start
    waits = _asked(assistant, members, asked)
    gc.collect()
    held = resident()
    return {
        "members": members,
        "touches": members * TOUCHES,
        "database MB": size / 2**20,
        "database MB before": empty / 2**20,
        "MB by table": {name: bytes_ / 2**20 for name, bytes_ in sorted(tables.items(), key=lambda one: -one[1])},
        "process MB before": before,
        "process MB": held,
        "process MB, at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "database and process MB": size / 2**20 + held,
        "database and process GB, of 10^9": (size + held * 2**20) / 1e9,
        "seconds to fill": seconds,
        "seconds to read the memory": read,
        "ms per list, median and p99": waits,
    }


def resident() -> float:
    """MB that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _templates(assistant: Assistant, begin: datetime, templates: int, items: int) -> None:
    create_community(assistant.database, _COMMUNITY, _COMMUNITY, Own())
    names = [f"m{number:08}" for number in range(templates)]
    consents = [{"purpose": "profiling", "granted": True}]
    put_members(assistant, _COMMUNITY, [{"id": one, "consents": consents} for one in names])
    titles = texts(items, 3)
    for start in range(0, items, 500):
        shapes = [
            ItemShape(id=f"i{n}", title=titles[n][:200], published_at=begin - timedelta(days=2))
            for n in range(start, min(start + 500, items))
        ]
        put_items(assistant, _COMMUNITY, shapes, actor="bench")
    said = iter(texts(templates * _SAID, 5))
    for number, name in enumerate(names):
        given = [
            {
                "id": f"s{number}-{k}",
                "type": "message",
                "member_id": name,
                "at": (begin + timedelta(hours=4 * k)).isoformat(),
                "properties": {"text": next(said)},
            }
            for k in range(_SAID)
        ]
        take_events(assistant, _COMMUNITY, given)
    while fold_waiting(assistant):
        pass


def _copied(assistant: Assistant, members: int, templates: int, items: int, begin: datetime) -> float:
    start = time.perf_counter()
    event_store.make_months(assistant.database, [begin, begin + timedelta(days=6)])
    for first in range(templates, members, _PART):
        values = {
            "c": _COMMUNITY,
            "a": first,
            "b": min(first + _PART, members) - 1,
            "t": templates,
            "k": TOUCHES,
            "i": items,
            "at": begin,
        }
        with assistant.database.transaction(_COMMUNITY) as transaction:
            transaction.execute(text("SET LOCAL statement_timeout = 0"))
            for query in _COPY.values():
                transaction.execute(text(query), values)
    return time.perf_counter() - start


def _database(assistant: Assistant) -> int:
    with assistant.database.transaction(_COMMUNITY) as transaction:
        return int(transaction.scalar(_SIZES) or 0)


def _tables(assistant: Assistant) -> dict[str, int]:
    with assistant.database.transaction(_COMMUNITY) as transaction:
        return _sizes(transaction)


def _sizes(transaction: Transaction) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in transaction.execute(_TABLES, {"names": list(_COPY)})}


def _asked(assistant: Assistant, members: int, asked: int) -> tuple[float, float]:
    """Recommendations as a request makes them, one after another, for members drawn at random."""
    chosen, waits = np.random.default_rng(1).integers(0, members, asked), []
    for number in chosen:
        start = time.perf_counter()
        recommend_items(assistant, _COMMUNITY, f"m{number:08}", 10, None, "en")
        waits.append((time.perf_counter() - start) * 1_000)
    return float(np.median(waits)), float(np.percentile(waits, 99))


if __name__ == "__main__":
    main()
