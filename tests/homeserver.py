"""A real Synapse with our module in it, on loopback over SQLite, and a client of a few lines to speak to it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

ROOT = Path(__file__).resolve().parents[1]
MODULE_PATH = ROOT / "connectors" / "synapse"
SERVER_NAME = "chat.test"
_STARTS_WITHIN_S = 90
_LIMITS = ("rc_message", "rc_registration", "rc_admin_redaction", "rc_joins_per_room", "rc_room_creation")
_GROUPED_LIMITS = {
    "rc_login": ("address", "account", "failed_attempts"),
    "rc_joins": ("local", "remote"),
    "rc_invites": ("per_room", "per_user", "per_issuer"),
}


@dataclass
class User:
    """One user's client. Every call answers with httpx's response, whatever its status, unless it says otherwise."""

    id: str
    token: str
    http: httpx.Client = field(repr=False)

    def call(self, method: str, path: str, document: Any = None, **query: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return self.http.request(
            method, f"/_matrix/client/v3/{path}", json=document, params=query or None, headers=headers
        )

    def done(self, method: str, path: str, document: Any = None, **query: Any) -> dict[str, Any]:
        """The answer's document, of a call that has to succeed."""
        answer = self.call(method, path, document, **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def create_room(self, *invited: str, **more: Any) -> str:
        document = {"preset": "private_chat", "invite": list(invited), **more}
        return str(self.done("POST", "createRoom", document)["room_id"])

    def join(self, room: str) -> None:
        self.done("POST", f"rooms/{quote(room)}/join", {})

    def send(self, room: str, content: Mapping[str, Any] | str, kind: str = "m.room.message") -> httpx.Response:
        document = {"msgtype": "m.text", "body": content} if isinstance(content, str) else dict(content)
        return self.call("PUT", f"rooms/{quote(room)}/send/{kind}/{secrets.token_hex(8)}", document)

    def sent(self, room: str, content: Mapping[str, Any] | str, kind: str = "m.room.message") -> str:
        """The event's id, of a message that has to arrive."""
        answer = self.send(room, content, kind)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["event_id"])

    def state(self, room: str, kind: str, key: str = "") -> dict[str, Any]:
        return self.done("GET", f"rooms/{quote(room)}/state/{kind}/{quote(key)}")

    def set_state(self, room: str, kind: str, content: Any, key: str = "") -> httpx.Response:
        return self.call("PUT", f"rooms/{quote(room)}/state/{kind}/{quote(key)}", content)

    def events(self, room: str) -> list[dict[str, Any]]:
        """The room's last events, oldest first."""
        found = self.done("GET", f"rooms/{quote(room)}/messages", dir="b", limit=100)["chunk"]
        return list(reversed(found))

    def texts(self, room: str) -> list[str]:
        """What stands in the room's messages, oldest first."""
        return [str(e["content"].get("body", "")) for e in self.events(room) if e["type"] == "m.room.message"]

    def invitations(self) -> dict[str, dict[str, Any]]:
        """The rooms one is invited to, each with the stripped state one sees of it, by type (membership: one's own)."""
        rooms = self.done("GET", "sync", timeout=0).get("rooms", {}).get("invite", {})
        return {
            room: {
                event["type"]: event["content"]
                for event in told["invite_state"]["events"]
                if event["type"] != "m.room.member" or event["state_key"] == self.id
            }
            for room, told in rooms.items()
        }


@dataclass
class Homeserver:
    url: str
    name: str
    shared_secret: str
    log: Path
    http: httpx.Client = field(repr=False)

    def register(self, name: str, *, admin: bool = False, display_name: str | None = None) -> User:
        """A new user, made with the shared secret. Administrators bypass Synapse's question before a join."""
        path = f"{self.url}/_synapse/admin/v1/register"
        nonce = self.http.get(path).json()["nonce"]
        password = secrets.token_hex(16)
        signed = "\0".join((nonce, name, password, "admin" if admin else "notadmin"))
        document = {
            "nonce": nonce,
            "username": name,
            "password": password,
            "admin": admin,
            "mac": hmac.digest(self.shared_secret.encode(), signed.encode(), hashlib.sha1).hex(),
            "displayname": display_name or name,
        }
        answer = self.http.post(path, json=document)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        return User(made["user_id"], made["access_token"], self.http)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def write_config(data_dir: Path, port: int, shared_secret: str, module_config: Mapping[str, Any] | None) -> Path:
    """A configuration in JSON, which is YAML too."""
    generous = {"per_second": 1000, "burst_count": 1000}
    module = {"module": "assistant_synapse.AssistantModule", "config": module_config}
    document = {
        "server_name": SERVER_NAME,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "pid_file": str(data_dir / "synapse.pid"),
        "signing_key_path": str(data_dir / "signing.key"),
        "media_store_path": str(data_dir / "media"),
        "log_config": str(_log_config(data_dir)),
        "database": {"name": "sqlite3", "args": {"database": str(data_dir / "synapse.db")}},
        "listeners": [
            {
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "resources": [{"names": ["client"], "compress": False}],
            }
        ],
        "registration_shared_secret": shared_secret,
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "report_stats": False,
        "trusted_key_servers": [],
        "caches": {
            "sync_response_cache_duration": "0s"
        },  # else the same question is answered with what was so two minutes ago
        "modules": [module] if module_config is not None else [],
        **dict.fromkeys(_LIMITS, generous),
        **{name: dict.fromkeys(parts, generous) for name, parts in _GROUPED_LIMITS.items()},
    }
    path = data_dir / "homeserver.yaml"
    path.write_text(json.dumps(document))
    return path


def _log_config(data_dir: Path) -> Path:
    document = {
        "version": 1,
        "formatters": {"plain": {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"level": "INFO", "handlers": ["console"]},
        "disable_existing_loggers": False,
    }
    path = data_dir / "log.yaml"
    path.write_text(json.dumps(document))
    return path


def command(config: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "synapse.app.homeserver", "--config-path", str(config), *more]


def environment() -> dict[str, str]:
    """With our module on the path, and no proxy between loopback and loopback."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {"PYTHONPATH": str(MODULE_PATH)}


@contextmanager
def homeserver(data_dir: Path, module_config: Mapping[str, Any] | None = None) -> Iterator[Homeserver]:
    """A Synapse until the block ends; without a ``module_config`` it runs without our module."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port, shared_secret = free_port(), secrets.token_hex(16)
    config = write_config(data_dir, port, shared_secret, module_config)
    subprocess.run(command(config, "--generate-keys"), cwd=data_dir, env=environment(), check=True, capture_output=True)
    log, url = data_dir / "synapse.log", f"http://127.0.0.1:{port}"
    with (
        log.open("wb") as written,
        subprocess.Popen(command(config), cwd=data_dir, env=environment(), stdout=written, stderr=written) as process,
        httpx.Client(base_url=url, timeout=30, trust_env=False) as http,
    ):
        try:
            _await(process, http, log)
            yield Homeserver(url, SERVER_NAME, shared_secret, log, http)
        finally:
            _stop(process)


def _await(process: subprocess.Popen[bytes], http: httpx.Client, log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError("Synapse did not start:\n" + log.read_text(errors="replace")[-3000:])
        try:
            if http.get("/_matrix/client/versions").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
