"""Events into profiles, through the embedded database: taken, folded, visible. Prints JSON.

Of the events a quarter are messages of about 60 characters, which are screened while they are taken and embedded while they are folded;
the others are views, clicks, reactions and purchases. Every member consents to profiling.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import text

from assistant.members import flow
from assistant.members.meaning import Allowed
from assistant.members.topics import shipped_topics
from assistant.settings import Settings
from assistant.types import Own
from assistant.types.event import Event
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import create_community
from assistant.usecases.members.declare import put_members
from assistant.usecases.members.event_shapes import read_event
from assistant.usecases.members.events import bounds_of, take_events
from assistant.usecases.members.folding import POLL_S, embedder_of, fold_waiting
from assistant.usecases.members.profile import read_profile
from assistant.wiring import build
from eval.bench.texts import texts

MEMBERS, EVENTS, BATCH = 4_000, 40_000, 2_000
SEEN = 30
_COMMUNITY = "bench"
_KINDS = ("view", "view", "click", "reaction", "purchase", "message")
_MESSAGES = 0.25


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help=f"of {MEMBERS:,} members and {EVENTS:,} events")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory() as folder:
        assistant = build(Settings(data_dir=Path(folder), demo=False))
        try:
            print(json.dumps(measure(assistant, max(SEEN, int(MEMBERS * scale)), max(500, int(EVENTS * scale)))))
        finally:
            assistant.close()


def measure(assistant: Assistant, members: int, events: int) -> dict[str, Any]:
    create_community(assistant.database, _COMMUNITY, _COMMUNITY, Own())
    names = [f"m{number}" for number in range(members)]
    for start in range(0, members, 1_000):
        consents = [{"purpose": "profiling", "granted": True}]
        put_members(assistant, _COMMUNITY, [{"id": one, "consents": consents} for one in names[start : start + 1_000]])
    given = list(_events(names, events))
    embedder = embedder_of(assistant)
    found: dict[str, Any] = {
        "members": members,
        "events": events,
        "embedder": embedder is not None,
        "events per second": {"folded in memory": _in_memory(assistant, given)},
    }
    found["events per second"]["taken, messages screened"] = _taken(assistant, given)
    found["events per second"]["folded through the database"] = _folded(assistant, events)
    found["seconds until visible"] = _visible(assistant, names)
    found["bytes per member in the database"] = _sizes(assistant, members)
    found["resident MB, at most"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _events(names: list[str], events: int) -> Iterator[dict[str, Any]]:
    chosen = random.Random(1)
    said = iter(texts(events, 7))
    begin = datetime.now(UTC) - timedelta(days=6)
    for number in range(events):
        kind = "message" if chosen.random() < _MESSAGES else chosen.choice(_KINDS[:-1])
        properties: dict[str, Any] = {"session_id": "s"}
        if kind == "message":
            properties["text"] = next(said)
        if kind == "purchase":
            properties |= {"amount": chosen.randint(1, 5000), "currency": "TWD", "order_id": str(number)}
        yield {
            "id": f"e{number}",
            "type": kind,
            "member_id": chosen.choice(names),
            "at": (begin + timedelta(seconds=number * 480_000 / events)).isoformat(),
            "properties": properties,
        }


def _in_memory(assistant: Assistant, given: list[dict[str, Any]]) -> float:
    """Meanings and folding alone: what a core does without the database."""
    bounds, embedder = bounds_of(assistant), embedder_of(assistant)
    by_member: dict[str, list[Event]] = {}
    for one in given:
        event = read_event(one, bounds, "event")
        by_member.setdefault(event.member_id, []).append(event)
    start = time.perf_counter()
    for its in by_member.values():
        words = flow.words(its, {})
        vectors = embedder.encode(words) if embedder is not None else None
        flow.folded(None, its, words, vectors, {}, shipped_topics(), Allowed())
    return len(given) / (time.perf_counter() - start)


def _taken(assistant: Assistant, given: list[dict[str, Any]]) -> float:
    start = time.perf_counter()
    for at, end in pairwise([*range(0, len(given), BATCH), len(given)]):
        take_events(assistant, _COMMUNITY, given[at:end])
    return len(given) / (time.perf_counter() - start)


def _folded(assistant: Assistant, events: int) -> float:
    start = time.perf_counter()
    while fold_waiting(assistant):
        pass
    return events / (time.perf_counter() - start)


def _visible(assistant: Assistant, names: list[str]) -> dict[str, float]:
    """From before an event is told until a profile that is read holds it, with a worker running."""
    waits = []
    with _working(assistant):
        for number, name in enumerate(names[:SEEN]):
            before = _count(assistant, name)
            start = time.perf_counter()
            at = datetime.now(UTC).isoformat()
            one = {"id": f"seen{number}", "type": "click", "member_id": name, "at": at, "properties": {}}
            take_events(assistant, _COMMUNITY, [one])
            while _count(assistant, name) == before:
                time.sleep(0.01)
            waits.append(time.perf_counter() - start)
    waits.sort()
    return {"median": waits[len(waits) // 2], "longest": waits[-1]}


def _count(assistant: Assistant, name: str) -> int:
    profile = read_profile(assistant, _COMMUNITY, name, None, "en")["profile"]
    return int(profile["events"]) if profile else 0


@contextmanager
def _working(assistant: Assistant) -> Iterator[None]:
    stopping = threading.Event()

    def work() -> None:
        while not stopping.is_set():
            if not fold_waiting(assistant):
                stopping.wait(POLL_S)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _sizes(assistant: Assistant, members: int) -> dict[str, float]:
    with assistant.database.transaction(_COMMUNITY) as connection:
        return {
            table: float(connection.scalar(text(f"SELECT sum(pg_column_size(t.*)) FROM {table} t")) or 0) / members  # noqa: S608
            for table in ("profiles", "profile_snapshots", "members", "consents")
        }


if __name__ == "__main__":
    main()
