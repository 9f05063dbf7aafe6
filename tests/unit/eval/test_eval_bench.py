"""The bench's own parts: its texts, its client, and what it divides by what."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from eval.bench import __main__ as bench
from eval.bench import load
from eval.bench.client import length, read_requests, write_requests
from eval.bench.serving import cpu_seconds, family, free_port, request, running
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
