"""The client against a server written by hand: well-formed, old-fashioned, broken and hostile answers."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.backends.generator_openai import MAX_BODY_BYTES, OpenAIGenerator, read_completion
from assistant.errors import DeliveryFailed, DeliveryRefused, Late, Unreadable
from assistant.prompts import load_prompt
from assistant.types.generation import Generated

KEY = "sk-secret-key"
PROMPT = load_prompt("faq_rewrite").render(question="那運費呢", turns=[])
SCHEMA = load_prompt("faq_rewrite").schema


@dataclass
class Said:
    """What the server was asked, and what it answers: status, headers, body, or a function that writes on the socket itself."""

    answers: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def server() -> Iterator[Said]:
    said = Said()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            said.headers.append({name.lower(): value for name, value in self.headers.items()})
            said.paths.append(self.path)
            answer = said.answers.pop(0) if len(said.answers) > 1 else said.answers[0]
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        said.url = f"http://127.0.0.1:{httpd.server_port}/v1"
        yield said
        httpd.shutdown()
        thread.join()


def completion(content: Any, **extra: Any) -> tuple[int, dict[str, str], bytes]:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17},
        **extra,
    }
    return 200, {}, json.dumps(body).encode()


def refusal(status: int, message: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


def ask(url: str, *, times: int = 1, **how: Any) -> Generated:
    async def run() -> Generated:
        generator = OpenAIGenerator.connect(url, "tiny", KEY)
        try:
            for _ in range(times):
                answer = await generator.generate(PROMPT, **{"schema": SCHEMA, "timeout_s": 5.0, **how})
            return answer
        finally:
            await generator.close()

    return asyncio.run(run())


def test_an_answer_is_read_and_the_request_is_openais(server: Said) -> None:
    server.answers = [completion('{"question": "寄到香港的運費"}')]
    answer = ask(server.url, max_tokens=77)
    assert answer.data == {"question": "寄到香港的運費"}
    assert (answer.model, answer.prompt_tokens, answer.completion_tokens, answer.cut) == ("tiny", 12, 5, False)
    (asked,) = server.asked
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert asked["messages"][1]["content"] == PROMPT.user
    assert (asked["model"], asked["max_tokens"], asked["temperature"], asked["stream"]) == ("tiny", 77, 0, False)
    assert asked["response_format"]["json_schema"] == {"name": "faq_rewrite", "schema": SCHEMA}


def test_without_a_schema_the_text_is_the_answer(server: Said) -> None:
    server.answers = [completion("Hello.")]
    answer = ask(server.url, schema=None)
    assert (answer.text, answer.data) == ("Hello.", None)
    assert "response_format" not in server.asked[0]


@pytest.mark.parametrize(
    "content",
    [
        '```json\n{"question": "a"}\n```',
        'Sure! {"question": "a"} Anything else?',
        '<think>it says {"question": "b"}</think>\n{"question": "a"}',
        [{"type": "text", "text": '{"question": '}, {"type": "text", "text": '"a"}'}],
        '{"question": "a", "more": {"than": ["was", "asked"]}}',
    ],
)
def test_an_object_is_found_where_models_put_it(server: Said, content: Any) -> None:
    server.answers = [completion(content)]
    found = ask(server.url).data
    assert found is not None
    assert found["question"] == "a"


NO_OBJECTS = [
    *(None, "", "   ", 7, {"question": "a"}, [], ["a"], "no object here", "{", '{"question": }', '["question"]'),
    *('{"question": 7}', '{"question": null}', "{}", '{"question": "' + "x" * 301 + '"}'),
    *("[" * 50_000, '{"a":' * 50_000, "<think>for ever", '<think>{"question": "a"}'),
]


@pytest.mark.parametrize("content", NO_OBJECTS, ids=lambda content: str(content)[:20])
def test_content_that_is_no_such_object_fails(server: Said, content: Any) -> None:
    server.answers = [completion(content)]
    with pytest.raises(DeliveryFailed):
        ask(server.url)


NO_COMPLETIONS = [
    *(b"", b"null", b"[]", b"7", b'"text"', b"{}", b"<html>502</html>", b"\xff\xfe", b"[" * 200_000, b"data: {}\n\n"),
    *(b'{"choices": null}', b'{"choices": []}', b'{"choices": {}}', b'{"choices": [null]}', b'{"choices": [7]}'),
    *(b'{"choices": [{}]}', b'{"choices": [{"message": null}]}', b'{"choices": [{"message": []}]}', b'{"choices": ['),
    *(b'{"choices": [{"message": {}}]}', b'{"choices": [{"message": {"content": null, "refusal": "no"}}]}'),
]


@pytest.mark.parametrize("body", NO_COMPLETIONS, ids=lambda body: str(body[:40]))
def test_bodies_that_are_no_completion_fail(server: Said, body: bytes) -> None:
    server.answers = [(200, {}, body)]
    with pytest.raises(DeliveryFailed):
        ask(server.url)


def test_odd_counts_and_names_are_let_be(server: Said) -> None:
    server.answers = [
        completion('{"question": "a"}', usage={"prompt_tokens": "many", "completion_tokens": True}, model=None)
    ]
    answer = ask(server.url)
    assert (answer.model, answer.prompt_tokens, answer.completion_tokens) == ("", 0, 0)
    assert read_completion(completion("a", usage=[1])[2]).prompt_tokens == 0


@pytest.mark.parametrize(
    ("told", "kept"), [("ti\x00ny", "tiny"), ("a\ud83d", "a"), ("m" * 5_000, "m" * 200), ("通义/qwen", "通义/qwen")]
)
def test_a_model_s_name_can_be_kept(server: Said, told: str, kept: str) -> None:
    server.answers = [completion('{"question": "a"}', model=told)]
    assert ask(server.url).model == kept


@pytest.mark.parametrize(
    ("content", "more"),
    [
        ('{"question": "a"}', {"finish_reason": "length"}),
        ('{"question": "half an emoji: \\ud83d"}', {}),
        ('{"question": 5}', {}),
        ("no json", {}),
        ("", {}),
        ("<think>never ending", {}),
        (None, {"refusal": "no"}),
    ],
)
def test_an_answer_of_no_use_tells_its_tokens(server: Said, content: Any, more: dict[str, str]) -> None:
    message = {"content": content, **({"refusal": more["refusal"]} if "refusal" in more else {})}
    choice = {"message": message, "finish_reason": more.get("finish_reason", "stop")}
    server.answers = [completion("", choices=[choice])]
    with pytest.raises(Unreadable) as found:
        ask(server.url)
    assert (found.value.model, found.value.prompt_tokens, found.value.completion_tokens) == ("tiny", 12, 5)


def test_an_answer_that_comes_too_late_is_told_as_such(server: Said) -> None:
    server.answers = [lambda _: time.sleep(1)]
    with pytest.raises(Late):
        ask(server.url, timeout_s=0.2)


def test_an_answer_cut_short_is_none(server: Said) -> None:
    choice = {"message": {"content": '{"question": "a"}'}, "finish_reason": "length"}
    server.answers = [completion("", choices=[choice])]
    with pytest.raises(DeliveryFailed, match="delivery_failed"):
        ask(server.url)
    assert ask(server.url, schema=None).cut


FOR_GOOD, FOR_NOW = (307, 400, 401, 403, 404, 422), (408, 409, 429, 500, 503)


@pytest.mark.parametrize("status", [*FOR_GOOD, *FOR_NOW])
def test_refusals_are_told_from_failures_and_repeat_nothing(server: Said, status: int) -> None:
    server.answers = [refusal(status, f"bad key {KEY} for 那運費呢", location="http://127.0.0.1:1/v1/chat/completions")]
    with pytest.raises((DeliveryFailed, DeliveryRefused)) as raised:
        ask(server.url)
    assert isinstance(raised.value, DeliveryRefused if status in FOR_GOOD else DeliveryFailed)
    assert len(server.asked) == 1, "nothing is tried again, or followed elsewhere"
    assert KEY not in str(raised.value)
    assert "運費" not in str(raised.value)
    assert raised.value.__suppress_context__, "the client's own error, which holds the server's words, is not shown"


WAITS = {"7": 7.0, "0": 0.0, "soon": None, "-3": None, "nan": None, "1e9": 3_600.0, "inf": None}


@pytest.mark.parametrize(("header", "seconds"), WAITS.items())
def test_what_to_wait_is_carried(server: Said, header: str, seconds: float | None) -> None:
    server.answers = [refusal(429, "slow down", **{"retry-after": header})]
    with pytest.raises(DeliveryFailed) as raised:
        ask(server.url)
    assert raised.value.retry_after == seconds


def test_parameters_that_a_server_does_not_know_are_left_out_for_good(server: Said) -> None:
    server.answers = [
        refusal(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refusal(422, "Unexpected fields: response_format"),
        refusal(400, "'temperature' does not support 0 with this model"),
        completion('{"question": "a"}'),
    ]
    found = ask(server.url, times=2).data
    assert found is not None
    assert found["question"] == "a"
    assert len(server.asked) == 5
    assert set(server.asked[-1]) == {"model", "messages", "stream", "max_completion_tokens"}


def test_a_server_that_refuses_everything_is_not_asked_for_ever(server: Said) -> None:
    server.answers = [refusal(400, "response_format temperature max_tokens are all wrong")]
    with pytest.raises(DeliveryRefused):
        ask(server.url)
    assert len(server.asked) == 4


def test_a_body_without_end_is_left(server: Said) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(10_000):
                handler.wfile.write(b" " * 65_536)
        except OSError:
            pass

    server.answers = [endless]
    with pytest.raises(DeliveryFailed, match=str(MAX_BODY_BYTES)):
        ask(server.url)


@pytest.mark.parametrize("before", [True, False])
def test_a_server_that_drips_is_left_in_time(server: Said, before: bool) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        if not before:
            handler.send_response(200)
            handler.end_headers()
        try:
            for _ in range(60):
                if not before:
                    handler.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            pass

    server.answers = [drip]
    start = time.monotonic()
    with pytest.raises(DeliveryFailed):
        ask(server.url, timeout_s=0.3)
    assert time.monotonic() - start < 2


def _cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices"')
    handler.close_connection = True


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def _no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    handler.close_connection = True


def _false_gzip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-encoding", "gzip")
    handler.send_header("content-length", "9")
    handler.end_headers()
    handler.wfile.write(b"not gzip!")


@pytest.mark.parametrize("answer", [_cut_off, _hang_up, _no_http, _false_gzip])
def test_broken_connections_fail(server: Said, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    server.answers = [answer]
    with pytest.raises(DeliveryFailed):
        ask(server.url)


def test_no_server_at_all_fails() -> None:
    with pytest.raises(DeliveryFailed):
        ask("http://127.0.0.1:9/v1")


def test_proxies_of_the_environment_are_not_used(server: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.answers = [completion('{"question": "a"}')]
    assert ask(server.url).data == {"question": "a"}
