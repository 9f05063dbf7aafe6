"""What Prometheus reads. Labels are routes, statuses, communities, actions and labels: nothing of a member or a message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from assistant.web.reserved import ReservedCounts

log = structlog.get_logger()

values.MmapedDict = ReservedCounts  # type: ignore[attr-defined]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SCREEN_SECONDS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


_SAMPLE_S = 1.0


class Writer(Protocol):
    @property
    def waiting(self) -> int: ...
    @property
    def last_batch(self) -> int: ...


class Waiting(Protocol):
    @property
    def waiting(self) -> int: ...


class Threads(Protocol):
    @property
    def stuck(self) -> int: ...


class _OfCommunity(Collector):
    """What ``registry`` holds, less the series of other communities; it is collected as a registry is."""

    def __init__(self, registry: CollectorRegistry, community: str) -> None:
        self._registry = registry
        self._community = community

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [
                one for one in metric.samples if one.labels.get("community", self._community) == self._community
            ]
            yield metric


class Metrics:
    """One application's own registry, so that two in one process do not mix.

    ``folder``: where this process and the others of its service keep their counts; what is rendered is the sum over all of them. OSError,
    where they find no room there. One that finds none later is lost, and what it counts goes on.
    """

    def __init__(
        self,
        writer: Writer,
        folder: Path | None = None,
        journal: Waiting | None = None,
        threads: Threads | None = None,
    ) -> None:
        self._writer = writer
        self._journal_source, self._threads = journal, threads
        self._folder = folder
        self._is_full = False
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "assistant_requests", "Requests answered.", ("route", "method", "status"), registry=registry
        )
        self._request_seconds = Histogram(
            "assistant_request_seconds", "Time to answer.", ("route",), buckets=_SECONDS, registry=registry
        )
        self._decisions = Counter("assistant_decisions", "Decisions made.", ("community", "action"), registry=registry)
        self._labels = Counter(
            "assistant_decision_labels", "Labels found in decisions.", ("community", "label"), registry=registry
        )
        self._degraded = Counter(
            "assistant_degraded", "Decisions made with a failed stage.", ("community",), registry=registry
        )
        self._screen_seconds = Histogram(
            "assistant_screen_seconds", "Time to screen one message.", buckets=_SCREEN_SECONDS, registry=registry
        )
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._waiting, self._last_batch, self._journal, self._stuck = (
            Gauge(name, text, registry=registry, multiprocess_mode="livesum")
            for name, text in (
                ("assistant_writer_waiting", "Decisions waiting to be written."),
                ("assistant_writer_last_batch", "Decisions in the last commit."),
                ("assistant_journal_waiting", "Decisions in the journal, waiting for the database."),
                ("assistant_screening_stuck", "Screening threads that are stuck."),
            )
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """``route`` is the path as the application declares it, so that series stay few; so are the series remembered here."""
        with self._if_room():
            series = self._series.get((route, method, status))
            if series is None:
                known = method if method in _METHODS else "other"
                series = self._requests.labels(route, known, str(status)), self._request_seconds.labels(route)
                if known == method:
                    self._series[route, method, status] = series
            series[0].inc()
            series[1].observe(seconds)

    def decision(self, community: str, response: Mapping[str, Any]) -> None:
        """Count one native response."""
        with self._if_room():
            self._decisions.labels(community, response["action"]).inc()
            for label in {finding["label"] for finding in response["findings"]}:
                self._labels.labels(community, label).inc()
            if response["degraded"]:
                self._degraded.labels(community).inc()
            self._screen_seconds.observe(response["elapsed_ms"] / 1000)

    def hook_decision(self, community: str, action: str, *, degraded: bool) -> None:
        """Count one decision about what a platform sent."""
        with self._if_room():
            self._decisions.labels(community, action).inc()
            if degraded:
                self._degraded.labels(community).inc()

    @contextmanager
    def _if_room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._is_full:
                log.warning("some requests are not counted: the metrics find no room", reason=error.strerror)
            self._is_full = True

    def render(self, community: str | None = None) -> bytes:
        """Of one ``community``, or of all; what belongs to none is in both."""
        self._sample()
        every = self._registry
        if self._folder is not None:
            every = CollectorRegistry()
            MultiProcessCollector(every, str(self._folder))  # type: ignore[no-untyped-call]
        if community is None:
            return generate_latest(every)
        own = CollectorRegistry()
        own.register(_OfCommunity(every, community))
        return generate_latest(own)

    async def keep_sampling(self) -> None:
        """So that another process which renders finds this one's state of the last second."""
        while self._folder is not None:
            self._sample()
            await asyncio.sleep(_SAMPLE_S)

    def _sample(self) -> None:
        self._waiting.set(self._writer.waiting)
        self._last_batch.set(self._writer.last_batch)
        if self._journal_source is not None:
            self._journal.set(self._journal_source.waiting)
        if self._threads is not None:
            self._stuck.set(self._threads.stuck)
