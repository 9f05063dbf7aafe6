from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from assistant.cli.serving import FILE, noted, own_address, running_address
from assistant.settings import Settings


@contextmanager
def answering(document: object) -> Iterator[int]:
    """Its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def settings(folder: Path, port: int) -> Settings:
    return Settings(data_dir=folder, port=port)


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "http://127.0.0.1:9000"), ("::", "http://127.0.0.1:9000"), ("::1", "http://[::1]:9000")],  # noqa: S104
)
def test_an_address_that_this_machine_can_ask(host, address):
    assert own_address(Settings(host=host, port=9000)) == address


def test_a_command_with_another_port_finds_the_service(tmp_path):
    with answering({"checks": {"database": "ok"}}) as port, noted(settings(tmp_path, port)):
        assert running_address(settings(tmp_path, 1)) == f"http://127.0.0.1:{port}"
    assert not (tmp_path / FILE).exists()
    assert running_address(settings(tmp_path, 1)) is None


def test_what_a_killed_service_left_counts_for_nothing(tmp_path):
    with answering({"checks": {"database": "ok"}}) as port:
        pass
    (tmp_path / FILE).write_text(f"http://127.0.0.1:{port}\n")
    assert running_address(settings(tmp_path, 1)) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"no address", b"http://[\n"])
def test_a_damaged_file_is_none(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    assert running_address(settings(tmp_path, 1)) is None


def test_another_program_at_the_port_is_not_the_service(tmp_path):
    with answering({"hello": 1}) as port, noted(settings(tmp_path, port)):
        assert running_address(settings(tmp_path, port)) is None


def test_the_address_of_a_service_begun_later_stays(tmp_path):
    with noted(settings(tmp_path, 9000)):
        (tmp_path / FILE).write_text("http://127.0.0.1:9001\n")
    assert (tmp_path / FILE).read_text() == "http://127.0.0.1:9001\n"
