"""Platforms' hooks beside ``POST /v1/moderate``: the same texts, the same connections, in turns, with one and with two serving processes.

Every hook is signed as its platform signs, and has a message id of its own: a message that comes again is answered from what is kept.
Signing is done before the client starts. Afterwards the database is asked: it has to hold as many decisions as there were answers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text as sql

from assistant.settings import Settings, load_settings
from assistant.store.database import Database
from assistant.usecases.connections import Made, Wanted, add_connection
from assistant.wiring import administration, build_vault
from eval.bench import load
from eval.bench.client import WARM_UP_S, write_requests
from eval.bench.serving import free_port, raw_request, request, service
from eval.bench.texts import texts

ROUNDS = 3
SECONDS = 5.0
PROCESSES = (1, 2)
PLAIN, KEYED, WEBHOOKS, TENCENT = "moderate", "moderate, each with a key", "webhooks", "tencent_im"
"""``KEYED`` sends an Idempotency-Key of its own with each message, as the id of a hook's message stands for one."""
MOST_PER_SECOND = 6_000
"""So many requests are prepared for each second that is measured; were more served, ids would come again."""
_COMMUNITY = "demo"
_APP_ID = 1400000001
_SETTLE_S = 3.0
_DRAIN_S = 60.0
_STORED = sql("SELECT count(*), count(*) FILTER (WHERE cardinality(degraded) > 0) FROM decisions")
_DUE = sql("SELECT count(*) FROM deliveries WHERE state = 'waiting' AND due_at <= now()")

Make = Callable[[int, str], bytes]
"""The raw request with a number that no other has, and a text."""


@dataclass(frozen=True, slots=True)
class _Served:
    """A service with its connections, and the makers of its requests by what is asked."""

    server: load.Server
    database: Database
    makers: Mapping[str, Make]


def measure(rounds: int = ROUNDS, seconds: float = SECONDS, processes: Sequence[int] = PROCESSES) -> dict[str, Any]:
    """Rounds in turns; medians over rounds, as ``load.measure`` gives them.

    Raises:
        RuntimeError: ids came again, or the database does not hold as many decisions as were answered.
    """
    said, found, serving = texts(20_000, 9), dict[str, list[dict[str, Any]]](), dict[str, int]()
    count = int((seconds + WARM_UP_S) * MOST_PER_SECOND)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        services = [_start(stack, Path(folder) / f"data-{number}", number) for number in processes]
        time.sleep(_SETTLE_S)
        for turn in range(rounds):
            for one in services:
                for kind, make in one.makers.items():
                    file = Path(folder) / "requests"
                    write_requests(file, [make(turn * count + at, said[at % len(said)]) for at in range(count)])
                    name = named(kind, one.server.processes)
                    found.setdefault(name, []).append(_round(one, file, count, seconds))
                    serving[name] = one.server.processes
    return {"servers": {name: {**load.median(of), "processes": serving[name]} for name, of in found.items()}}


def named(kind: str, processes: int) -> str:
    return f"{kind}, {processes} process{'es' if processes > 1 else ''}"


def beside(servers: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What is divided by what: every kind by the plain route on as many processes, and most processes by one."""
    numbers = sorted({figures["processes"] for figures in servers.values()})
    kinds = list(dict.fromkeys(name.rpartition(", ")[0] for name in servers))
    made = {
        f"{named(kind, number)}, over {PLAIN}": (named(kind, number), named(PLAIN, number))
        for kind in kinds
        for number in numbers
        if kind != PLAIN
    }
    if len(numbers) > 1:
        most = numbers[-1]
        made |= {f"{named(kind, most)}, over one": (named(kind, most), named(kind, numbers[0])) for kind in kinds}
    return made


def _start(stack: ExitStack, data: Path, number: int) -> _Served:
    port = free_port()
    process, _ = stack.enter_context(service(data, port, number))
    settings = load_settings(data_dir=data)
    database = stack.enter_context(administration(settings))
    key = (data / "demo.key").read_text("utf-8").strip()
    webhooks = _connect(database, settings, "webhooks", {})
    tencent = _connect(database, settings, "tencent_im", {"sdk_app_id": _APP_ID})
    makers: dict[str, Make] = {
        PLAIN: lambda at, said: request("/v1/moderate", _body(at, said), key),
        KEYED: lambda at, said: request("/v1/moderate", _body(at, said), key, {"Idempotency-Key": f"bench-{at}"}),
        WEBHOOKS: lambda at, said: webhook(webhooks.row.id, webhooks.secrets["secret"], at, said),
        TENCENT: lambda at, said: callback(tencent.row.id, tencent.secrets["token"], at, said),
    }
    return _Served(load.Server(port, [process.pid], number), database, makers)


def _connect(database: Database, settings: Settings, platform: str, its: Mapping[str, Any]) -> Made:
    """A live connection of the demo community, known to the service within seconds."""
    wanted = Wanted(name="bench", settings=its, dry_run=False)
    vault, now = build_vault(settings), datetime.now(UTC)
    return add_connection(database, vault, _COMMUNITY, platform, wanted, {}, actor="bench", now=now)


def _round(served: _Served, requests: Path, count: int, seconds: float) -> dict[str, Any]:
    """One round of the client, whose every answer has to be a decision in the database."""
    before, _ = _ask(served.database, _STORED)
    found = load.drive(served.server, requests, seconds)
    answered = found.pop("served") - sum(found["not 200"].values())
    if answered > count:
        raise RuntimeError(f"{answered} requests were served, {count} prepared: message ids came again")
    _wait_for_outbox(served.database)
    after, degraded = _ask(served.database, _STORED)
    if after - before != answered:
        raise RuntimeError(f"{answered} decisions were answered and {after - before} stored")
    if degraded:
        found["not 200"]["degraded"] = degraded
    return found


def _wait_for_outbox(database: Database) -> None:
    """What one round brings is not worked on in the next."""
    ends = time.monotonic() + _DRAIN_S
    while _ask(database, _DUE)[0] and time.monotonic() < ends:
        time.sleep(0.2)


def _ask(database: Database, query: Any) -> tuple[int, ...]:
    with database.transaction(_COMMUNITY) as transaction:
        return tuple(transaction.execute(query).one())


def _body(at: int, said: str) -> dict[str, object]:
    return {"text": said, "member": {"id": _member(at)}, "channel": "general"}


def _member(at: int) -> str:
    return f"u{at % 997}"


def webhook(connection: str, secret: str, at: int, said: str) -> bytes:
    """Standard Webhooks 1.0: HMAC-SHA256 over id, time and body."""
    data = {"id": f"m{at}", **_body(at, said)}
    body = json.dumps({"type": "message.send", "data": data}, ensure_ascii=False).encode()
    moment = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, b".".join((b"msg_%d" % at, moment.encode(), body)), hashlib.sha256)
    signed = {
        "webhook-id": f"msg_{at}",
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
    return raw_request(f"/v1/hooks/{connection}", body, signed)


def callback(connection: str, token: str, at: int, said: str) -> bytes:
    """Tencent's callback before a group message is sent; only the token and the time are signed."""
    moment = str(int(time.time()))
    query = {
        "SdkAppid": _APP_ID,
        "CallbackCommand": "Group.CallbackBeforeSendMsg",
        "Sign": hashlib.sha256(f"{token}{moment}".encode()).hexdigest(),
        "RequestTime": moment,
    }
    document = {
        "CallbackCommand": "Group.CallbackBeforeSendMsg",
        "GroupId": "@TGS#general",
        "Type": "Public",
        "From_Account": _member(at),
        "Operator_Account": _member(at),
        "Random": at,
        "EventTime": int(time.time() * 1000),
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": said}}],
    }
    path = f"/v1/hooks/{connection}?" + "&".join(f"{name}={value}" for name, value in query.items())
    return raw_request(path, json.dumps(document, ensure_ascii=False).encode(), {})
