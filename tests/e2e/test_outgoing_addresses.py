"""Who may connect a platform cannot make us ask what stands behind us: not by the address given, nor by what its name leads to later."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpcore
import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from assistant.backends.outgoing import HttpOutgoing
from tests.e2e.killable import ADVERT, ORDERS, until
from tests.live_service import Service, own_database, running, working
from tests.receiver import receiving

TOKEN = "s3cr3t"
OUTSIDE = "1.1.1.1"
HOST = "hooks.shop.example"

INSIDE = {
    "as usual": "127.0.0.1",
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "octal in one": "017700000001",
    "hexadecimal": "0x7f000001",
    "hexadecimal parts": "0x7f.0x0.0x0.0x1",
    "parts left out": "127.1",
    "padded": "127.000.000.001",
    "full-width digits": "１２７.0.0.1",
    "circled digits": "①②⑦.⓪.⓪.①",
    "ideographic stops": "127。0。0。1",
    "nowhere": "0.0.0.0",  # noqa: S104
    "nowhere, short": "0",
    "private": "10.1.2.3",
    "private too": "192.168.1.1",
    "metadata": "169.254.169.254",
    "metadata, decimal": "2852039166",
    "carriers' NAT": "100.64.0.1",
    "metadata in the carriers' NAT": "100.100.100.200",
    "loopback": "[::1]",
    "unspecified": "[::]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped, hexadecimal": "[::ffff:7f00:1]",
    "mapped metadata": "[::ffff:a9fe:a9fe]",
    "compatible": "[::127.0.0.1]",
    "NAT64": "[64:ff9b::127.0.0.1]",
    "NAT64, metadata": "[64:ff9b::a9fe:a9fe]",
    "NAT64, local": "[64:ff9b:1::7f00:1]",
    "6to4": "[2002:7f00:1::1]",
    "Teredo": "[2001:0:7f00:1::1]",
    "unique local": "[fd00:ec2::254]",
    "link local": "[fe80::1]",
    "with a zone": "[fe80::1%25eth0]",
    "this machine's name": "localhost",
    "this machine's name, rooted": "LOCALHOST.",
    "below this machine's name": "a.localhost",
    "a name without a dot": "postgres",
}
ODD = {
    "in the clear": "http://hooks.shop.example/",
    "another port": "https://hooks.shop.example:6379/",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://hooks.shop.example/",
    "a user before the host": "https://hooks.shop.example@169.254.169.254/",
    "a user": "https://user@hooks.shop.example/",
    "a backslash": "https://hooks.shop.example\\@127.0.0.1/",
    "a line's end": "https://hooks.shop.example\r\nhost: x/",
    "no host": "https:///hook",
    "no URL": "hook",
}
URLS = {name: f"https://{host}/hook?token={TOKEN}" for name, host in INSIDE.items()} | ODD

LATER = [
    ["127.0.0.1"],
    ["0.0.0.0"],  # noqa: S104
    ["10.0.0.7"],
    ["169.254.169.254"],
    ["100.100.100.200"],
    ["::1"],
    ["::ffff:127.0.0.1"],
    ["64:ff9b::7f00:1"],
    ["fd00:ec2::254"],
    [OUTSIDE, "127.0.0.1"],
]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service as it comes: nothing inside may be asked."""
    folder = tmp_path_factory.mktemp("closed")
    with own_database(folder / "database") as urls, running(urls.app, folder, outbox={"poll_s": 0.05}) as service:
        yield service


@pytest.fixture
def operator(closed: Service) -> Iterator[httpx.Client]:
    with closed.client(closed.key(community=closed.community())) as client:
        yield client


def connect(operator: httpx.Client, platform: str = "webhooks", **wanted: Any) -> httpx.Response:
    return operator.post("/v1/connections", json={"platform": platform, "dry_run": False, **wanted})


@pytest.mark.parametrize("url", URLS.values(), ids=URLS.keys())
def test_no_connection_is_made_that_leads_inside(operator: httpx.Client, url: str) -> None:
    refused = connect(operator, settings={"url": url})
    assert (refused.status_code, refused.json()["field"]) == (400, "settings.url"), refused.text
    assert TOKEN not in refused.text
    good = connect(operator, settings={"url": f"https://{HOST}/hook"}).json()
    assert good["settings"]["url"] == f"https://{HOST}/hook"
    changed = operator.patch(f"/v1/connections/{good['id']}", json={"settings": {"url": url}})
    assert (changed.status_code, changed.json()["field"]) == (400, "settings.url"), changed.text
    assert operator.get(f"/v1/connections/{good['id']}").json()["settings"] == good["settings"]
    assert len(operator.get("/v1/connections").json()["connections"]) == 1


@pytest.mark.parametrize("host", [INSIDE["decimal"], INSIDE["metadata"], INSIDE["mapped"], INSIDE["NAT64"]])
@pytest.mark.parametrize(
    ("platform", "field"), [("telegram", "api_base"), ("discord", "gateway_url"), ("mapping", "calls.hide.url")]
)
def test_nor_one_whose_platform_is_said_to_be_inside(
    operator: httpx.Client, platform: str, field: str, host: str
) -> None:
    call = {"hide": {"url": f"https://{host}/{{message_id}}"}}
    wanted = {
        "telegram": {"settings": {"api_base": f"https://{host}"}, "secrets": {"token": "123456:ABC"}},
        "discord": {
            "settings": {"guild_id": "1", "gateway_url": f"wss://{host}"},
            "secrets": {"token": "x", "public_key": "0" * 64},
        },
        "mapping": {
            "settings": {"fields": {"text": "text"}, "signature": {"name": "x-signature"}, "calls": call},
            "secrets": {"secret": "x" * 20},
        },
    }[platform]
    refused = connect(operator, platform, **wanted)
    assert (refused.status_code, refused.json()["field"]) == (400, f"settings.{field}"), refused.text


class Names:
    """A resolver whose answer may change."""

    def __init__(self) -> None:
        self.addresses: Sequence[str] = [OUTSIDE]

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        assert (host, port) == (HOST, 443)
        return self.addresses


class Bare(httpcore.AsyncNetworkStream):
    """A stream that says it is encrypted."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self.read, self.write, self.aclose = stream.read, stream.write, stream.aclose  # type: ignore[method-assign]
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]

    async def start_tls(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        return self


class Wires(httpcore.AsyncNetworkBackend):
    """Of the whole network, ``outside`` is the port of what stands at one public address; everything else is at ``inside``."""

    def __init__(self, outside: int, inside: int) -> None:
        self._outside, self._inside = outside, inside
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        port = self._outside if host == OUTSIDE else self._inside
        return Bare(await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", port))


def say(service: Service, made: dict[str, Any], member: str) -> str:
    """A message that is to be hidden; its decision's id. Said anew where a busy machine had no time to screen it."""
    return str(until(lambda: screened(send(service, made, member))))


def screened(answer: dict[str, Any]) -> str | None:
    return None if answer["degraded"] else str(answer["decision_id"])


def send(service: Service, made: dict[str, Any], member: str) -> dict[str, Any]:
    """As platforms do, again while nobody has taken it."""
    data = {"id": f"m_{secrets.token_hex(6)}", "text": ADVERT, "member": {"id": member}, "channel": "general"}
    now, body = datetime.now(UTC), json.dumps({"type": "message.created", "data": data}, ensure_ascii=False)
    signature = Webhook(made["secrets_made"]["secret"]).sign(data["id"], now, body)
    headers = {
        "webhook-id": data["id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    with service.client() as client:
        answer = until(lambda: taken(client.post(f"/v1/hooks/{made['id']}", content=body.encode(), headers=headers)))
    return dict(answer.json())


def taken(answer: httpx.Response) -> httpx.Response | None:
    assert answer.status_code in {200, 503}, answer.text
    return answer if answer.status_code == 200 else None


def test_a_name_that_leads_inside_later_is_refused_when_it_is_asked(closed: Service, operator: httpx.Client) -> None:
    names = Names()
    with receiving() as outside, receiving() as inside, working(closed) as worker:
        wires = Wires(outside.port, inside.port)
        worker.assistant.outgoing = HttpOutgoing(resolve=names, network=wires)
        closed.assistant.outgoing = HttpOutgoing(resolve=names, network=wires)
        made = connect(operator, settings={"url": f"https://{HOST}/hook?token={TOKEN}", "orders": ORDERS}).json()
        outside.secret = made["secrets_made"]["secret"]
        test = f"/v1/connections/{made['id']}/test"

        def hides(state: str) -> dict[str, dict[str, Any]]:
            listed = operator.get("/v1/deliveries", params={"state": state, "limit": 200}).json()["deliveries"]
            return {one["decision_id"]: one for one in listed if one["do"] == "hide"}

        assert operator.post(test).json()["ok"]
        until(lambda: operator.post("/v1/moderate", json={"text": "warms the policy up"}).status_code == 200)
        first = say(closed, made, "u0")
        outside.wait("order.hide")
        until(lambda: first in hides("done"))
        before = list(wires.dialled)
        assert set(before) == {OUTSIDE}

        dead = []
        for number, addresses in enumerate(LATER, 1):
            names.addresses = addresses
            dead.append(say(closed, made, f"u{number}"))
            found = until(lambda: hides("dead").get(dead[-1]))
            assert "private network" in found["because"]
            assert TOKEN not in found["because"]
            assert not any(address in found["because"] for address in addresses), "nothing is learnt of what is there"
            assert operator.post(test).json()["ok"] is False
        until(lambda: not operator.get("/v1/deliveries", params={"state": "waiting"}).json()["deliveries"])
        assert wires.dialled == before
        assert (inside.posted, inside.refused) == ([], [])
        assert len(outside.of("order.hide")) == 1

        names.addresses = [OUTSIDE]
        ids = {hides("dead")[decision]["id"] for decision in dead}
        assert operator.post("/v1/deliveries/redrive", json={"ids": sorted(ids)}).json() == {"redriven": len(LATER)}
        again = outside.wait("order.hide", count=1 + len(LATER))
        assert {one.id for one in again[1:]} == ids
        assert (inside.posted, outside.refused) == ([], [])
