import asyncio
import gc
import json
import logging
import threading

import pytest
import structlog

from assistant.settings import LogSettings
from assistant.web.logs import configure_logs


@pytest.fixture(autouse=True)
def restored(monkeypatch):
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    yield
    structlog.reset_defaults()


def fail(text):
    raise ValueError(f"cannot store {text}")


def log_a_failure():
    secret = "what a member said"
    try:
        fail(secret)
    except ValueError:
        structlog.get_logger().exception("stage failed", stage="model")


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exception_is_placed_but_not_quoted(capsys, form):
    configure_logs(LogSettings(format=form))
    log_a_failure()
    written = capsys.readouterr().err
    assert "ValueError" in written
    assert "test_logs.py" in written
    assert "member said" not in written


def test_it_is_quoted_when_texts_are_asked_for(capsys):
    configure_logs(LogSettings(format="json", texts=True))
    log_a_failure()
    assert json.loads(capsys.readouterr().err)["says"] == "cannot store what a member said"


def test_lines_below_the_level_are_not_written(capsys):
    configure_logs(LogSettings(format="json", level="warning"))
    structlog.get_logger().info("hello")
    structlog.get_logger().warning("trouble", count=1)
    [line] = capsys.readouterr().err.splitlines()
    document = json.loads(line)
    assert (document["event"], document["level"], document["count"]) == ("trouble", "warning", 1)
    assert document["timestamp"].endswith("+00:00")


STEERING = ("\x1b[2J", "\x07", "\r", "\x7f", "\x9b31m", "\u202e", "\u2066", "\u2028")


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("steering", STEERING)
def test_what_is_asked_for_does_not_steer_the_terminal(capsys, form, steering):
    configure_logs(LogSettings(format=form))
    structlog.get_logger().info("request", path=f"/a{steering}b", others=[steering], by={"name": steering})
    written = capsys.readouterr().err
    assert "/a" in written
    assert steering not in written
    if form == "json":
        line = json.loads(written)
        assert (line["path"], line["others"], line["by"]) == (f"/a{steering}b", [steering], {"name": steering})


def test_a_line_of_the_log_stays_one(capsys):
    configure_logs(LogSettings(format="console"))
    structlog.get_logger().warning("said\n2026-01-01 [info] all is well", path="/\nsecond")
    structlog.get_logger().info("加❤薇❤信", path="/群規\tx")
    first, second = capsys.readouterr().err.splitlines()
    assert "all is well" in first
    assert "加❤薇❤信" in second
    assert "/群規" in second


WORDS = "what a member said"


def in_a_task_nobody_asks():
    async def work():
        task = asyncio.create_task(asyncio.to_thread(fail, WORDS))
        await asyncio.sleep(0.05)
        del task
        gc.collect()

    asyncio.run(work())


def in_a_callback():
    async def work():
        asyncio.get_running_loop().call_soon(fail, WORDS)
        await asyncio.sleep(0.01)

    asyncio.run(work())


def in_a_thread():
    thread = threading.Thread(target=fail, args=(WORDS,))
    thread.start()
    thread.join()


def in_a_library():
    try:
        fail(WORDS)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("fails", [in_a_task_nobody_asks, in_a_callback, in_a_thread, in_a_library])
def test_what_is_written_by_others_is_no_trace_that_quotes_either(capsys, form, fails):
    configure_logs(LogSettings(format=form))
    fails()
    written = capsys.readouterr().err
    assert "ValueError" in written
    assert "test_logs.py" in written
    assert "member said" not in written
    assert "Traceback" not in written


def test_every_line_is_json_and_said_once(capsys):
    for _ in range(2):
        configure_logs(LogSettings(format="json"))
    logging.getLogger("assistant.store.embedded.server").warning("it answers again: %s", "100%")
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bottoken/sendMessage")
    logging.getLogger("elsewhere").critical("worse")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"]) == ("it answers again: 100%", "warning")
    assert first["logger"] == "assistant.store.embedded.server"
    assert (second["event"], second["level"]) == ("worse", "error")


class Unsayable:
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    ("values", "said"),
    [
        (("%s of %s", 1), "%s of %s"),
        (("%d left", "none"), "%d left"),
        (("%(a)s", {"b": 1}), "%(a)s"),
        ((Unsayable(),), ""),
    ],
)
def test_a_librarys_line_that_cannot_be_made_up_fails_nobody(capsys, monkeypatch, form, values, said):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own raise
    configure_logs(LogSettings(format=form))
    logging.getLogger("some.library").warning(*values)
    written = capsys.readouterr().err
    assert said in written
    assert "Traceback" not in written
