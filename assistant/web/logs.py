"""Structured logs: for people on a terminal, else one JSON object a line."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from assistant.settings import LogSettings
from assistant.terminal import inert, inert_json

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_FRAMES = 12


def configure_logs(settings: LogSettings) -> None:
    """Set up structlog for this process; call once, when it starts."""
    people = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    for_people = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        _inert,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
    structlog.configure(
        processors=[
            _with_message if settings.texts else _without_message,
            *(for_people if people else [_json_line]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr)
        if people
        else structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    _take_others()


def _take_others() -> None:
    """What libraries, the event loop and dying threads have to say goes the same way; by themselves they print whole traces, which quote
    what members wrote."""
    root = logging.getLogger()
    if not any(isinstance(handler, _Others) for handler in root.handlers):
        root.addHandler(_Others(logging.WARNING))
    threading.excepthook = _thread_died


class _Others(logging.Handler):
    """Records of the standard library's loggers, in our form. As with its own handlers, no failure of a log's line reaches who logs."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Exception):
            self._pass_on(record)

    def _pass_on(self, record: logging.LogRecord) -> None:
        error = _exception(record.exc_info)
        more = {} if error is None else {"exc_info": error}
        level = max(known for known in _LEVELS.values() if known <= record.levelno)
        structlog.get_logger().log(level, _said(record), logger=record.name, **more)


def _said(record: logging.LogRecord) -> str:
    """The event loop writes into its lines what was called with what, and the exception beneath."""
    try:
        said = record.getMessage()
    except (TypeError, ValueError, LookupError):  # its values do not fit its words
        said = str(record.msg)
    if record.exc_info or record.name == "asyncio":
        said = said.strip().partition("\n")[0]
    return said.partition("(")[0] if record.name == "asyncio" else said


def _thread_died(died: threading.ExceptHookArgs) -> None:
    if died.exc_value is not None and not isinstance(died.exc_value, SystemExit):
        name = died.thread.name if died.thread is not None else None
        structlog.get_logger().error("a thread died", thread=name, exc_info=died.exc_value)


def _without_message(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception its type and where it happened, not what it says: database drivers and validators quote a message's text."""
    if "exc_info" in event:
        error = _exception(event.pop("exc_info"))
        if error is not None:
            event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
            frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
            event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _with_message(logger: Any, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = _exception(event.get("exc_info"))
    event = _without_message(logger, level, event)
    return {**event, "says": str(error)} if error is not None else event


def _exception(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    return exc_info[1] if isinstance(exc_info, tuple) else sys.exc_info()[1] if exc_info else None


def _inert(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A path, say, is what anybody asks for."""
    return {name: inert(value, one_line=True) if isinstance(value, str) else value for name, value in event.items()}


def _json_line(_: Any, level: str, event: MutableMapping[str, Any]) -> bytes:
    """One step for what structlog's own processors do in four: it runs for every request."""
    return inert_json(orjson.dumps({"timestamp": datetime.now(UTC), "level": level, **event}, default=str))
