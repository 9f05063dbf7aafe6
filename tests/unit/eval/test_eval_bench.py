"""The bench's own parts: its texts, its client, and what it divides by what."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
from standardwebhooks.webhooks import Webhook

from assistant.platforms.standard_webhooks import make_secret
from eval.bench import __main__ as bench
from eval.bench import hooks, load
from eval.bench.client import length, read_requests, write_requests
from eval.bench.serving import cpu_seconds, family, free_port, listens, request, running
from eval.bench.texts import LENGTH, texts


def test_texts_are_sixty_characters_all_different_and_repeatable():
    made = texts(500, 1)
    assert {len(text) for text in made} == {LENGTH}
    assert len(set(made)) == 500
    assert made == texts(500, 1)
    assert len(set(made) & set(texts(500, 2))) < 25


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhe", 44 + 5),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 38),
        (b"HTTP/1.1 200 OK\r\nContent-Len", 0),
    ],
)
def test_length_of_an_answer(answer, expected):
    assert length(answer) == expected


def test_requests_survive_the_file(tmp_path):
    made = [request("/v1/moderate", {"text": "加微信\n"}, "key"), request("/", {}, None)]
    write_requests(tmp_path / "r", made)
    assert read_requests(tmp_path / "r") == made
    head, _, body = made[0].partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"Authorization: Bearer key" in head
    assert b"Authorization" not in made[1]


def test_the_client_drives_a_server_and_counts(tmp_path):
    port = free_port()
    write_requests(tmp_path / "r", [request("/", {"text": "a"}, None)])
    with running([sys.executable, "-m", "eval.bench.echo", "ceiling", str(port)], port, None) as (process, seconds):
        command = [sys.executable, "-m", "eval.bench.client", str(port), str(tmp_path / "r"), "0.3", "4"]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert family(process.pid) == [process.pid]
        assert cpu_seconds([process.pid]) is not None
        assert listens(process.pid, port)
        assert not listens(os.getpid(), port)
    assert seconds > 0
    assert found["not 200"] == {}
    assert found["requests per second"] > 100
    assert found["served"] >= 0.3 * found["requests per second"]
    assert found["p50 ms"] <= found["p95 ms"] <= found["p99 ms"]
    assert process.poll() is not None


def test_a_server_that_ends_is_told_with_its_last_words():
    with (
        pytest.raises(RuntimeError, match="no such thing"),
        running([sys.executable, "-c", "import sys; sys.exit('no such thing')"], free_port(), "/"),
    ):
        pass


def test_ratios_are_medians_of_the_rounds_ratios():
    runs = {"single": [90, 100, 40], "batch": [400], "BERT-base, single": [9, 10, 1], "BERT-base, batch": [8]}
    servers = {
        "ours": {"rounds": [50, 40, 70], "server CPU us": 200, "processes": 2},
        "echo": {"rounds": [100, 100, 100], "server CPU us": 100, "processes": 1},
        load.ECHO_AS_MANY: {"rounds": [200, 200, 200], "server CPU us": 100, "processes": 2},
        "ceiling": {"rounds": [1000, 1000, 900]},
    }
    found = bench.ratios({"screen": {"messages per second": runs}, "http": {"servers": servers}})
    assert found["screen over BERT-base, single"] == 10
    assert found["screen over BERT-base, batch"] == 50
    assert found["HTTP with decisions stored, 2 processes, over bare echo, 1 process"] == 0.5
    assert found["HTTP with decisions stored over bare echo, 2 processes each"] == 0.25
    assert found["processor time of a request, ours over bare echo"] == 2
    assert found["client's ceiling over bare echo"] == 10


def _parts(raw: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return (
        first.split(" ")[1],
        dict(line.lower().split(": ", 1) for line in lines if "signature" not in line)
        | dict(line.split(": ", 1) for line in lines if "signature" in line),
        body,
    )


def test_hooks_are_signed_as_their_platforms_sign_and_no_two_are_the_same_message():
    secret = make_secret()
    made = [_parts(hooks.webhook("con_1", secret, at, "加微信")) for at in range(3)]
    for path, headers, body in made:
        assert path == "/v1/hooks/con_1"
        assert Webhook(secret).verify(body, headers)["type"] == "message.send"
        assert headers["content-length"] == str(len(body))
    assert len({json.loads(body)["data"]["id"] for _, _, body in made}) == 3
    assert len({headers["webhook-id"] for _, headers, _ in made}) == 3
    path, _, body = _parts(hooks.callback("con_2", "token", 7, "加微信"))
    query = dict(pair.split("=") for pair in path.partition("?")[2].split("&"))
    assert query["Sign"] == hashlib.sha256(f"token{query['RequestTime']}".encode()).hexdigest()
    assert json.loads(body)["Random"] == 7


def test_hooks_are_divided_by_the_plain_route_on_as_many_processes():
    names = [hooks.named(kind, number) for number in (1, 2) for kind in (hooks.PLAIN, hooks.WEBHOOKS)]
    rounds = dict(zip(names, ([100, 100, 90], [50, 60, 45], [200, 200, 200], [100, 80, 100]), strict=True))
    servers = {name: {"rounds": rounds[name], "processes": int(name.split(", ")[1][0])} for name in names}
    assert bench.ratios({"hooks": {"servers": servers}}) == {
        "webhooks, 1 process, over moderate": 0.5,
        "webhooks, 2 processes, over moderate": 0.5,
        "moderate, 2 processes, over one": 2,
        "webhooks, 2 processes, over one": 2,
    }


def test_one_part_measured_anew_leaves_the_others_as_they_are(tmp_path):
    file = tmp_path / "bench.json"
    servers = {hooks.named(kind, 1): {"rounds": [10], "processes": 1} for kind in (hooks.PLAIN, hooks.WEBHOOKS)}
    found = {"made": "now", "commit": "c2", "machine": "m", "hooks": {"servers": servers}}
    assert bench.beside_others(file, "hooks", found) == found
    file.write_text(json.dumps({"made": "before", "commit": "c1", "start": {"x": 1}, "ratios": {}}), "utf-8")
    kept = bench.beside_others(file, "hooks", found)
    assert (kept["made"], kept["commit"], kept["start"]) == ("before", "c1", {"x": 1})
    assert (kept["hooks"]["made"], kept["hooks"]["commit"]) == ("now", "c2")
    assert kept["ratios"] == {"webhooks, 1 process, over moderate": 1}


def test_a_scale_reaches_the_part_that_it_is_of(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(bench, "_child", lambda command: asked.append(command) or {"members": 5})
    assert bench.main(["--only", "million", "--scale", "0.25", "--out", str(tmp_path / "bench.json")]) == 0
    assert asked[0][1:] == ["-m", "eval.bench.million", "--scale", "0.25"]
