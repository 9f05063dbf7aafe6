"""Events into profiles, through the embedded database: taken, folded, visible. Prints JSON.

Of the events a quarter are messages of about 60 characters, which are screened while they are taken and embedded while they are folded;
the others are views, clicks, reactions and purchases. Every member consents to profiling. At the end both happen at once, in two processes:
with those messages, without, and without but told after what came later. Events are told at 5,500 a second, or as fast as they are taken,
while members who touch an item ask for recommendations until it is not among them any more.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import random
import resource
import statistics
import subprocess
import sys
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
from assistant.store import profiles
from assistant.types import Own
from assistant.types.event import Event
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import create_community
from assistant.usecases.members.declare import put_members
from assistant.usecases.members.event_shapes import read_event
from assistant.usecases.members.events import bounds_of, take_events
from assistant.usecases.members.folding import POLL_S, embedded, embedder_of, fold_waiting
from assistant.usecases.members.profile import read_profile
from assistant.usecases.push.items import ItemShape, put_items
from assistant.usecases.push.recommend import recommend_items
from assistant.wiring import build
from eval.bench.texts import texts

MEMBERS, EVENTS, BATCH = 4_000, 40_000, 2_000
SEEN = 30
RATE, LOAD_S, PROBE_S, ITEMS = 5_500, 30, 1.0, 200
_COMMUNITY = "bench"
_KINDS = ("view", "view", "click", "reaction", "purchase", "message")
_MESSAGES = 0.25


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help=f"of {MEMBERS:,} members and {EVENTS:,} events")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="for the child: fold what waits, until killed")
    options = parser.parse_args()
    scale = options.scale
    if options.work:
        work(build(Settings(data_dir=options.work, demo=False)))
        return
    with tempfile.TemporaryDirectory() as folder:
        assistant = build(Settings(data_dir=Path(folder), demo=False))
        try:
            found = measure(assistant, max(SEEN, int(MEMBERS * scale)), max(500, int(EVENTS * scale)))
            found["at once, two processes"] = at_once(assistant, Path(folder), int(RATE * LOAD_S * scale))
            print(json.dumps(found))
        finally:
            assistant.close()


def work(assistant: Assistant) -> None:
    """As a worker does, but for nothing else."""
    embedder_of(assistant)
    gc.freeze()
    print("ready", flush=True)
    while True:
        if not fold_waiting(assistant):
            time.sleep(POLL_S)


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


def at_once(assistant: Assistant, folder: Path, events: int) -> dict[str, Any]:
    """Events per second, from the first told until the last is in its profile, and the seconds until a touch is in recommendations."""
    put_items(assistant, _COMMUNITY, [ItemShape(id=f"i{n}", title=f"item {n}") for n in range(ITEMS)], actor="bench")
    names = [f"m{number}" for number in range(SEEN, MEMBERS + SEEN)]  # the first ones did something just now
    command = [sys.executable, "-m", "eval.bench.members", "--work", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None  # noqa: S101 - asked for
        while child.stdout.readline().strip() != "ready":
            assert child.poll() is None  # noqa: S101 - it would never be ready
        try:
            return {
                "a quarter are messages": _at_once(assistant, list(_events(names, events, "a", days=(4, 3))), "p"),
                "no messages": _at_once(assistant, list(_events(names, events, "b", 0.0, (3, 2))), "q"),
                "no messages, all of them late": _at_once(
                    assistant, list(_events(names, events, "c", 0.0, (6, 3))), "r"
                ),
            }
        finally:
            child.kill()


def _at_once(assistant: Assistant, given: list[dict[str, Any]], prefix: str) -> dict[str, float]:
    waits: list[float] = []
    stopping = threading.Event()
    probing = threading.Thread(target=_probe, args=(assistant, prefix, stopping, waits))
    probing.start()
    start = time.perf_counter()
    for at in range(0, len(given), 1_000):
        take_events(assistant, _COMMUNITY, given[at : at + 1_000])
        time.sleep(max(0.0, start + min(at + 1_000, len(given)) / RATE - time.perf_counter()))
    taken = time.perf_counter() - start
    while _waiting(assistant):
        time.sleep(0.02)
    folded = time.perf_counter() - start
    stopping.set()
    probing.join()
    return {
        "events": len(given),
        "taken per second": len(given) / taken,
        "taken and folded per second": len(given) / folded,
        "seconds behind at the end": folded - taken,
        "seconds until in recommendations, median": statistics.median(waits),
        "seconds until in recommendations, longest": max(waits),
    }


def _probe(assistant: Assistant, prefix: str, stopping: threading.Event, waits: list[float]) -> None:
    for number in itertools.count():
        name = f"{prefix}{number}"
        put_members(assistant, _COMMUNITY, [{"id": name, "consents": [{"purpose": "profiling", "granted": True}]}])
        item = _recommended(assistant, name)[0]
        start = time.perf_counter()
        at = datetime.now(UTC).isoformat()
        one = {"id": f"{name}-touch", "type": "click", "member_id": name, "item_id": item, "at": at, "properties": {}}
        take_events(assistant, _COMMUNITY, [one])
        while item in _recommended(assistant, name):
            time.sleep(0.02)
        waits.append(time.perf_counter() - start)
        if stopping.wait(PROBE_S):
            return


def _recommended(assistant: Assistant, name: str) -> list[str]:
    return [one["id"] for one in recommend_items(assistant, _COMMUNITY, name, 10, None, "en")["items"]]


def _waiting(assistant: Assistant) -> int:
    with assistant.database.transaction(_COMMUNITY) as connection:
        return profiles.waiting(connection, _COMMUNITY)


def _events(
    names: list[str], events: int, prefix: str = "e", messages: float = _MESSAGES, days: tuple[int, int] = (6, 4)
) -> Iterator[dict[str, Any]]:
    """Evenly spread, the oldest first, from ``days[0]`` to ``days[1]`` days ago."""
    chosen = random.Random(1)
    said = iter(texts(events, 7))
    begin, step = datetime.now(UTC) - timedelta(days=days[0]), timedelta(days=days[0] - days[1]) / events
    for number in range(events):
        kind = "message" if chosen.random() < messages else chosen.choice(_KINDS[:-1])
        properties: dict[str, Any] = {"session_id": "s"}
        if kind == "message":
            properties["text"] = next(said)
        if kind == "purchase":
            properties |= {"amount": chosen.randint(1, 5000), "currency": "TWD", "order_id": f"{prefix}{number}"}
        yield {
            "id": f"{prefix}{number}",
            "type": kind,
            "member_id": chosen.choice(names),
            "item_id": f"i{chosen.randrange(ITEMS)}",
            "at": (begin + number * step).isoformat(),
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
        vectors = embedded(embedder, words) if embedder is not None else None
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
