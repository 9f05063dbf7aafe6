"""The service as it is run, every process of it, to be killed and started again on the same data."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook

from assistant.settings import Settings
from assistant.store.embedded.processes import kill, running_in
from assistant.types import Own
from assistant.types.access import Scope
from assistant.usecases.communities import create_community
from assistant.usecases.keys import create_key
from assistant.wiring import administration
from tests.commands import command
from tests.integration.cli.conftest import environment, wait_until_ready
from tests.processes import workers_of
from tests.receiver import Receiver

ADVERT = "加微信 abc123 日结300"
ORDERS = ["delete", "hide", "restore", "message", "mute", "unmute", "kick", "ban", "unban", "post", "amend"]


def until(true: Callable[[], Any], seconds: float = 30, every: float = 0.05) -> Any:
    """What ``true`` returns once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(every)
    return found


class Killable:
    """``assistant serve`` in a process group of its own. Its database's processes are another group's."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.environment = environment(self.data_dir) | {
            "ASSISTANT_PORT": str(self.port),
            "ASSISTANT_DEMO": "false",
            "ASSISTANT_OUTGOING_ALLOW": "127.0.0.0/8",
            "ASSISTANT_OUTBOX_LEASE_S": "2",
            "ASSISTANT_OUTBOX_POLL_S": "0.05",
            "ASSISTANT_LOG_LEVEL": "warning",
        }

    def start(self, workers: int = 2) -> None:
        serve = [sys.executable, "-m", "assistant.cli", "serve", "--workers", str(workers)]
        with self._log.open("a") as sink:
            self._process = subprocess.Popen(
                serve, env=self.environment, stdout=sink, stderr=sink, start_new_session=True
            )
        wait_until_ready(self.url, self._process, self._log)

    def kill(self, *, postgres: bool = False) -> None:
        """Everything at once, as when the machine is switched off; the database lives on unless ``postgres``."""
        assert self._process is not None
        pids = self.postgres() if postgres else []
        os.killpg(self._process.pid, signal.SIGKILL)
        kill(pids)
        self._process.wait()
        until(lambda: not _alive_in_group(self._process.pid) and not set(pids) & set(self.postgres()))

    def kill_children(self) -> None:
        """The serving processes and the outbox's worker; their parent replaces them."""
        assert self._process is not None
        kill(workers_of(self._process.pid))

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(40)

    def postgres(self) -> list[int]:
        return running_in((self.data_dir / "postgres/data",))

    @contextmanager
    def database_stalled(self) -> Iterator[None]:
        """It takes connections and says nothing."""
        stopped: set[int] = set()
        try:
            while pids := set(self.postgres()) - stopped:  # once its first process has stopped, it starts no more
                kill(pids, signal.SIGSTOP)
                stopped |= pids
            yield
        finally:
            kill(stopped, signal.SIGCONT)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return command(*arguments, env=self.environment)

    def client(self, key: str | None = None) -> httpx.Client:
        """A connection of its own for each request: whichever of the serving processes may answer."""
        headers = {"connection": "close"} | ({"authorization": f"Bearer {key}"} if key else {})
        return httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False)

    def community(self) -> tuple[str, str]:
        """A new one, and a key of its operator."""
        name = f"c{secrets.token_hex(6)}"
        with administration(Settings(data_dir=self.data_dir)) as database:
            create_community(database, name, name, Own())
            return name, create_key(database, scope=Scope.OPERATOR, community=name).secret

    def bring_forward(self, community: str) -> None:
        """What the schedule lets wait for minutes is due at once; the end of a mute is not."""
        with administration(Settings(data_dir=self.data_dir)) as database, database.transaction(community) as session:
            session.exec_driver_sql(
                "UPDATE deliveries SET due_at = now() WHERE state = 'waiting' AND due_at > now() + interval '10 seconds' "
                "AND payload->>'do' IS DISTINCT FROM 'unmute'"
            )

    def journal_is_empty(self) -> bool:
        return not any(_size(path) for path in (self.data_dir / "journal").glob("*.jsonl"))


@dataclass
class Sent:
    """One message of a platform, that it sends until it is taken. ``answers`` are those with a status of 2xx."""

    member: str
    id: str = field(default_factory=lambda: f"m_{secrets.token_hex(6)}")
    hook_id: str = field(default_factory=lambda: f"msg_{secrets.token_hex(8)}")
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def decision(self) -> str:
        """The id that the platform was told."""
        return str(self.answers[-1]["decision_id"])


class Chat:
    """A chat server: its messages go to the service signed by the reference library, the service's orders to ``receiver``."""

    def __init__(self, service: Killable, receiver: Receiver, community: str, key: str, **settings: Any) -> None:
        self.community = community
        self.operator = service.client(key)
        self.client = service.client()
        wanted = {"url": receiver.url, "orders": ORDERS, **settings}
        made = self.operator.post(
            "/v1/connections", json={"platform": "webhooks", "dry_run": False, "settings": wanted}
        )
        assert made.status_code == 201, made.text
        self.id: str = made.json()["id"]
        self.secret = receiver.secret = made.json()["secrets_made"]["secret"]

    def post(self, sent: Sent, text: str = ADVERT) -> httpx.Response:
        data = {"id": sent.id, "text": text, "member": {"id": sent.member}, "channel": "general"}
        now, body = datetime.now(UTC), json.dumps({"type": "message.created", "data": data}, ensure_ascii=False)
        headers = {
            "content-type": "application/json",
            "webhook-id": sent.hook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(sent.hook_id, now, body),
        }
        return self.client.post(f"/v1/hooks/{self.id}", content=body.encode(), headers=headers)

    def send(self, sent: Sent, text: str = ADVERT) -> Sent:
        """As platforms do: until it is taken, under the same ids."""

        def taken() -> bool:
            try:
                answer = self.post(sent, text)
            except httpx.TransportError:
                return False
            if answer.status_code >= 500:
                return False
            assert answer.status_code == 200, answer.text
            sent.answers.append(answer.json())
            return True

        until(taken, 60)
        return sent

    def all_of(self, what: str, **query: Any) -> list[dict[str, Any]]:
        """Every ``decisions``, ``deliveries`` or ``cases`` of the community."""
        found: list[dict[str, Any]] = []
        cursor: Mapping[str, str] = {}
        while True:
            page = self.operator.get(f"/v1/{what}", params={"limit": 200, **query, **cursor}).json()
            found += page[what]
            if not page["next_cursor"]:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def decisions_of(self, sent: Sent) -> list[dict[str, Any]]:
        return [one for one in self.all_of("decisions") if one["platform"]["message_id"] == sent.id]

    def waiting(self) -> list[dict[str, Any]]:
        """Deliveries that are still to be made, but for the ends of mutes."""
        return [one for one in self.all_of("deliveries", state="waiting") if one["do"] != "unmute"]

    def record(self, member: str) -> dict[str, Any]:
        return dict(self.operator.get(f"/v1/connections/{self.id}/members/{member}").json())

    def known_everywhere(self) -> None:
        """So many harmless messages that each serving process has met this connection, and its community's policy."""
        for _ in range(12):
            self.send(Sent("known"), "早上好")

    def close(self) -> None:
        self.operator.close()
        self.client.close()


def _alive_in_group(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, _, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except (OSError, ValueError):
                continue
            if int(its_group) == group and state != "Z":
                found.append(int(entry.name))
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _free_port() -> int:
    """Below those that the kernel lends to clients: nobody else takes it while the service is down."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
