import json

import pytest
import structlog

from assistant.settings import LogSettings
from assistant.web.logs import configure_logs


@pytest.fixture(autouse=True)
def restored():
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
