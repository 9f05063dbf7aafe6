"""The way out against real servers on this machine, which the allow-list opens and nothing else does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assistant.backends.outgoing import MAX_BODY_BYTES, HttpOutgoing, retry_after
from assistant.errors import AddressRefused, DeliveryFailed, DeliveryRefused
from assistant.ports import Outgoing

SECRET = "s3cr3t"
Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    names: list[str | None] = field(default_factory=list)
    """The server names that clients asked for in their TLS greeting."""


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """One HTTP/1.1 server on the loopback address; ``handler`` gets each request's head and body and writes what it likes."""
    server = Server()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
                length = int(fields.get(b"content-length", 0))
                request = head + await reader.readexactly(length)
                server.asked.append(request)
                await handler(request, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: server.names.append(name)
    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await asyncio.sleep(0.01)


def answering(status: str = "200 OK", body: bytes = b'{"ok":true}', headers: Iterable[str] = ()) -> Handler:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]).encode()

    async def handler(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head + body)

    return handler


class Names:
    """A resolver: one list of addresses for each time it is asked, the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Wires(httpcore.AsyncNetworkBackend):
    """Notes where it was told to connect, and connects to the server under test in its place."""

    def __init__(self, port: int, dead: Iterable[str] = ()) -> None:
        self.port = port
        self.dead = set(dead)
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        if host in self.dead:
            raise httpcore.ConnectError
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.port, timeout)


@asynccontextmanager
async def out(*args: object, **kwargs: object) -> AsyncIterator[HttpOutgoing]:
    http = HttpOutgoing(*args, **kwargs)  # type: ignore[arg-type]
    try:
        yield http
    finally:
        await http.close()


def test_it_is_what_the_ports_promise_and_can_be_built_outside_a_loop() -> None:
    http: Outgoing = HttpOutgoing()

    async def run() -> None:
        with pytest.raises(AddressRefused):
            await http.request("GET", "https://127.0.0.1/")
        assert isinstance(http, HttpOutgoing)
        await http.close()

    asyncio.run(run())


def test_an_ordinary_exchange() -> None:
    async def run() -> None:
        headers = ["X-Limit: 7", "content-type: application/json"]
        async with serving(answering(headers=headers)) as server, out([f"127.0.0.1:{server.port}"]) as http:
            url = f"http://127.0.0.1:{server.port}"
            answer = await http.request(
                "POST", f"{url}/a/b?c=d#e", json={"文": 1}, headers={"Authorization": "Bearer x"}
            )
            assert answer.status == 200
            assert answer.json() == {"ok": True}
            assert answer.headers["x-LIMIT"] == "7"
            await http.request("POST", url, form={"a": "文 &", "b": "2"})
            await http.request("PUT", url, content=b"\x00\xff", headers={"User-Agent": "other"})
            await http.request("GET", url)
            posted, form, raw, got = server.asked
            assert posted.startswith(b"POST /a/b?c=d HTTP/1.1\r\n")
            assert posted.endswith('{"文":1}'.encode())
            assert b"Content-Type: application/json" in posted
            assert b"authorization: Bearer x" in posted
            assert f"\r\nHost: 127.0.0.1:{server.port}\r\n".encode() in posted
            assert b"accept-encoding: identity" in posted
            assert b"user-agent: community-assistant/" in posted
            assert form.endswith(b"a=%E6%96%87+%26&b=2")
            assert raw.endswith(b"\r\n\r\n\x00\xff")
            assert raw.count(b"other") == raw.lower().count(b"user-agent") == 1
            assert got.endswith(b"\r\n\r\n")
            assert server.connections == 1  # one connection served all four

    asyncio.run(run())


def test_this_machine_is_not_asked_unless_it_is_allowed() -> None:
    async def run() -> None:
        async with serving(answering()) as server:
            port = server.port
            async with out([f"*:{port}"], resolve=Names(["127.0.0.1"])) as http:
                for url in (f"https://127.0.0.1:{port}/", f"https://shop.example:{port}/", f"http://127.0.0.1:{port}/"):
                    with pytest.raises(AddressRefused):
                        await http.request("GET", url)
            async with out([f"other.example:{port}"], resolve=Names(["127.0.0.1"])) as http:
                with pytest.raises(AddressRefused):
                    await http.request("GET", f"https://shop.example:{port}/")
            assert server.connections == 0
            async with out([f"shop.example:{port}"], resolve=Names(["127.0.0.1"])) as http:
                await http.request("GET", f"http://shop.example:{port}/")
            async with out(["127.0.0.0/8", f"*:{port}"]) as http:
                await http.request("GET", f"http://127.0.0.1:{port}/")
            assert server.connections == 2

    asyncio.run(run())


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["10.0.0.1", "8.8.8.8"],
        ["8.8.8.8", "::1"],
        ["::ffff:8.8.8.8"],
        ["fe80::1%eth0"],
    ],
)
def test_a_name_with_any_bad_address_is_not_connected_to(addresses: list[str]) -> None:
    async def run() -> None:
        wires = Wires(0)
        async with out(resolve=Names(addresses), network=wires) as http:
            with pytest.raises(AddressRefused) as refused:
                await http.request("GET", f"https://shop.example/{SECRET}")
        assert wires.dialled == []
        said = str(refused.value)
        assert not any(one in said for one in (*addresses, SECRET))

    asyncio.run(run())


def test_a_name_that_changes_its_address_is_connected_to_where_it_was_checked() -> None:
    """Rebinding: the name is public when it is looked at, and leads to this machine a moment later."""

    async def run() -> None:
        close = ["connection: close"]
        async with serving(answering(headers=close), tls=server_tls("shop.example")) as server:
            wires, names = Wires(server.port), Names(["93.184.216.34"], ["127.0.0.1"])
            async with out(resolve=names, network=wires, ssl_context=client_tls("shop.example")) as http:
                assert (await http.request("GET", "https://shop.example/")).status == 200
                assert names.asked == [("shop.example", 443)]  # asked once, and the answer used
                assert wires.dialled == [("93.184.216.34", 443)]
                with pytest.raises(AddressRefused):
                    await http.request("GET", "https://shop.example/")
                assert wires.dialled == [("93.184.216.34", 443)]
                assert len(names.asked) == 2

    asyncio.run(run())


def test_an_address_that_does_not_answer_gives_way_to_the_next() -> None:
    async def run() -> None:
        async with serving(answering(), tls=server_tls("shop.example")) as server:
            wires = Wires(server.port, dead=["2606:4700::1"])
            names = Names(["2606:4700::1", "1.1.1.1", "8.8.8.8"])
            async with out(resolve=names, network=wires, ssl_context=client_tls("shop.example")) as http:
                assert (await http.request("GET", "https://shop.example/")).status == 200
            assert [host for host, _ in wires.dialled] == ["2606:4700::1", "1.1.1.1"]

    asyncio.run(run())


def test_a_redirect_is_an_answer() -> None:
    async def run() -> None:
        async with serving(
            answering("307 Temporary Redirect", headers=["location: http://169.254.169.254/"])
        ) as server:
            async with out([f"127.0.0.1:{server.port}"]) as http:
                answer = await http.request("POST", f"http://127.0.0.1:{server.port}/", content=b"x")
                assert answer.status == 307
            assert len(server.asked) == 1

    asyncio.run(run())


def test_no_cookie_is_kept() -> None:
    async def run() -> None:
        async with serving(answering(headers=["set-cookie: a=b; path=/"])) as server:
            async with out([f"127.0.0.1:{server.port}"]) as http:
                for _ in range(2):
                    await http.request("GET", f"http://127.0.0.1:{server.port}/")
            assert not any(b"cookie" in request.lower() for request in server.asked)

    asyncio.run(run())


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with serving(answering()) as proxy, serving(answering()) as server:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            async with out([f"127.0.0.1:{server.port}"]) as http:
                await http.request("GET", f"http://127.0.0.1:{server.port}/")
            assert (proxy.connections, server.connections) == (0, 1)

    asyncio.run(run())


@pytest.mark.parametrize("chunked", [True, False])
def test_a_big_body_is_cut(chunked: bool) -> None:
    sent = 0

    async def endless(_request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        head = b"transfer-encoding: chunked" if chunked else b"content-length: 1000000000"
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        while True:
            block = b"x" * 65_536
            writer.write(b"10000\r\n" + block + b"\r\n" if chunked else block)
            await writer.drain()
            sent += len(block)

    async def run() -> None:
        async with serving(endless) as server, out([f"127.0.0.1:{server.port}"]) as http:
            answer = await http.request("GET", f"http://127.0.0.1:{server.port}/")
            assert answer.status == 200
            assert len(answer.body) == MAX_BODY_BYTES
            with pytest.raises(DeliveryFailed):
                answer.json()
            assert sent < 20 * MAX_BODY_BYTES

    asyncio.run(run())


async def _drips(_request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _drips_headers(_request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000):
        writer.write(f"x-{number}: y\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.02)


async def _says_wait(_request: bytes, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _is_silent(_request: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("handler", [_drips, _drips_headers, _says_wait, _is_silent])
def test_a_receiver_cannot_hold_a_request_longer_than_its_time(handler: Handler) -> None:
    async def run() -> None:
        async with serving(handler) as server, out([f"127.0.0.1:{server.port}"]) as http:
            loop = asyncio.get_running_loop()
            began = loop.time()
            with pytest.raises(DeliveryFailed, match=r"0\.3 s") as failed:
                await http.request("GET", f"http://127.0.0.1:{server.port}/{SECRET}?k={SECRET}", timeout_s=0.3)
            assert loop.time() - began < 2
            assert SECRET not in str(failed.value)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    asyncio.run(run())


def test_the_longest_time_of_the_settings_holds_for_every_request() -> None:
    async def run() -> None:
        async with serving(_is_silent) as server, out([f"127.0.0.1:{server.port}"], timeout_s=0.2) as http:
            with pytest.raises(DeliveryFailed):
                await asyncio.wait_for(http.request("GET", f"http://127.0.0.1:{server.port}/", timeout_s=60), 5)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    asyncio.run(run())


async def _hangs_up(_request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _babbles(_request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


async def _breaks_off(_request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nxx")
    writer.close()


@pytest.mark.parametrize("handler", [_hangs_up, _babbles, _breaks_off])
def test_a_broken_answer_may_be_asked_for_again(handler: Handler) -> None:
    async def run() -> None:
        async with serving(handler) as server, out([f"127.0.0.1:{server.port}"]) as http:
            with pytest.raises(DeliveryFailed) as failed:
                await http.request("GET", f"http://127.0.0.1:{server.port}/{SECRET}")
            assert SECRET not in str(failed.value)
            assert failed.value.__cause__ is None

    asyncio.run(run())


def test_nobody_listening_or_no_such_name_may_be_asked_again() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError(-2, "Name or service not known")

    async def run() -> None:
        async with serving(answering()) as server:
            port = server.port
        async with out([f"127.0.0.1:{port}"]) as http:
            with pytest.raises(DeliveryFailed):
                await http.request("GET", f"http://127.0.0.1:{port}/{SECRET}")
        for resolve in (unknown, Names([])):
            async with out(resolve=resolve) as http:
                with pytest.raises(DeliveryFailed, match=r"shop\.example") as failed:
                    await http.request("GET", f"https://shop.example/{SECRET}")
                assert SECRET not in str(failed.value)

    asyncio.run(run())


@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Internal Server Error", "503 Service Unavailable"])
def test_busy_and_broken_receivers_are_asked_again_when_they_said(status: str) -> None:
    async def run() -> None:
        async with serving(answering(status, headers=["Retry-After: 7"])) as server:
            allow = [f"127.0.0.1:{server.port}"]
            async with out(allow) as http:
                with pytest.raises(DeliveryFailed, match=status[:3]) as failed:
                    await http.request("GET", f"http://127.0.0.1:{server.port}/{SECRET}")
                assert failed.value.retry_after == 7.0
                assert SECRET not in str(failed.value)

    asyncio.run(run())


@pytest.mark.parametrize(
    "status", ["200 OK", "204 No Content", "301 Moved", "400 Bad Request", "404 Not Found", "410 Gone"]
)
def test_every_other_status_is_the_adapters_to_judge(status: str) -> None:
    async def run() -> None:
        async with serving(answering(status, body=b"")) as server, out([f"127.0.0.1:{server.port}"]) as http:
            assert (await http.request("GET", f"http://127.0.0.1:{server.port}/")).status == int(status[:3])

    asyncio.run(run())


NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("99999999", 86_400.0),
        ("9" * 400, 86_400.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), 86_400.0),
        ("Sat, 28 Nov 2026 12:00:30 -0000", 30.0),
        ("Saturday, 28-Nov-26 12:00:30 GMT", 30.0),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_what_retry_after_says(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_a_header_cannot_smuggle_another_and_what_cannot_be_sent_is_refused() -> None:
    async def run() -> None:
        async with serving(answering()) as server, out([f"127.0.0.1:{server.port}"]) as http:
            url = f"http://127.0.0.1:{server.port}/"
            for headers in ({"x": "a\r\nhost: evil"}, {"x": "漢"}, {"x\r\ny": "a"}, {"x y": "a"}):
                with pytest.raises(DeliveryRefused):
                    await http.request("GET", url, headers=headers)
            with pytest.raises(DeliveryRefused):
                await http.request("POST", url, json={"text": "\ud800"})
            assert server.asked == []
            assert (await http.request("GET", url)).status == 200

    asyncio.run(run())


def certificate(name: str) -> tuple[bytes, bytes]:
    """A self-signed certificate for ``name``, and its key; the same for the same name."""
    if name not in _made:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        try:
            alternative: x509.GeneralName = x509.IPAddress(ip_address(name))
        except ValueError:
            alternative = x509.DNSName(name)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _made[name] = made.public_bytes(serialization.Encoding.PEM), private
    return _made[name]


_made: dict[str, tuple[bytes, bytes]] = {}
_folder: list[Path] = []


@pytest.fixture(autouse=True)
def _certificates_folder(tmp_path: Path) -> None:
    _folder[:] = [tmp_path]


def server_tls(name: str) -> ssl.SSLContext:
    public, private = certificate(name)
    (_folder[0] / "server.pem").write_bytes(public + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_folder[0] / "server.pem")
    return context


def client_tls(name: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificate(name)[0].decode())


def test_tls_asks_for_the_host_by_name_and_takes_its_certificate() -> None:
    async def run() -> None:
        async with serving(answering(), tls=server_tls("shop.example")) as server:
            wires = Wires(server.port)
            async with out(resolve=Names(["1.1.1.1"]), network=wires, ssl_context=client_tls("shop.example")) as http:
                assert (await http.request("GET", "https://SHOP.example/")).json() == {"ok": True}
            assert server.names == ["shop.example"]
            assert wires.dialled == [("1.1.1.1", 443)]
            assert b"\r\nHost: shop.example\r\n" in server.asked[0]

    asyncio.run(run())


@pytest.mark.parametrize("trusted", ["other.example", "shop.example"])
def test_a_certificate_for_another_name_or_of_nobody_known_is_not_taken(trusted: str) -> None:
    """``trusted`` is in the client's store; the server shows other.example's, and is asked for as shop.example."""

    async def run() -> None:
        async with serving(answering(), tls=server_tls("other.example")) as server:
            context = client_tls(trusted)
            async with out(resolve=Names(["1.1.1.1"]), network=Wires(server.port), ssl_context=context) as http:
                with pytest.raises(DeliveryFailed, match="certificate"):
                    await http.request("GET", f"https://shop.example/{SECRET}", headers={"authorization": SECRET})
            assert server.asked == []

    asyncio.run(run())


def test_the_default_store_trusts_no_stranger_and_no_allowed_host_is_excused() -> None:
    async def run() -> None:
        async with serving(answering(), tls=server_tls("127.0.0.1")) as server:
            async with out([f"127.0.0.1:{server.port}"]) as http:
                with pytest.raises(DeliveryFailed, match="certificate"):
                    await http.request("GET", f"https://127.0.0.1:{server.port}/")
            async with out([f"127.0.0.1:{server.port}"], ssl_context=client_tls("127.0.0.1")) as http:
                assert (await http.request("GET", f"https://127.0.0.1:{server.port}/")).status == 200

    asyncio.run(run())


def test_sockets_of_this_machine_are_never_connected_to() -> None:
    async def run() -> None:
        async with out() as http:
            with pytest.raises(AddressRefused):
                await http._pool._network_backend.connect_unix_socket("/run/docker.sock")
            with pytest.raises(AddressRefused):
                await http.request("GET", "http+unix://%2Frun%2Fdocker.sock/containers/json")

    asyncio.run(run())


def test_many_requests_at_once_over_one_way_out() -> None:
    async def run() -> None:
        async with serving(answering()) as server, out([f"127.0.0.1:{server.port}"]) as http:
            url = f"http://127.0.0.1:{server.port}/"
            answers = await asyncio.gather(*(http.request("GET", url) for _ in range(200)))
            assert {answer.status for answer in answers} == {200}
            assert server.connections <= 100

    asyncio.run(run())


def test_a_task_that_is_cancelled_leaves_the_way_free() -> None:
    async def run() -> None:
        slow = True

        async def handler(request: bytes, writer: asyncio.StreamWriter) -> None:
            if slow:
                await asyncio.sleep(30)
            await answering()(request, writer)

        async with serving(handler) as server, out([f"127.0.0.1:{server.port}"]) as http:
            url = f"http://127.0.0.1:{server.port}/"
            tasks = [asyncio.create_task(http.request("GET", url)) for _ in range(120)]
            await asyncio.sleep(0.2)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(one, asyncio.CancelledError) for one in results)
            slow = False
            assert (await http.request("GET", url)).status == 200
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    asyncio.run(run())


def test_a_token_is_remembered_until_it_is_forgotten() -> None:
    async def run() -> None:
        fetched = 0

        async def fetch() -> tuple[str, float]:
            nonlocal fetched
            fetched += 1
            return f"token{fetched}", 7200.0

        async with out() as http:
            assert [await http.remembered("a", fetch) for _ in range(2)] == ["token1", "token1"]
            http.forget("a")
            assert await http.remembered("a", fetch) == "token2"

    asyncio.run(run())
