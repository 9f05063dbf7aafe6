"""Compiled policies: compiled once, refreshed when changed, dropped when too many."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from assistant.errors import DatabaseUnavailable, NotFound
from assistant.types import Policy, Thresholds
from assistant.usecases import screeners
from assistant.usecases.screeners import Screeners

POLICY = Policy("p", 1, {"spam": Thresholds(review=0.5)})


class FakeScreener:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy


class Shelf:
    def __init__(self) -> None:
        self.policies = {"a": POLICY, "b": POLICY, "c": POLICY}
        self.loads: list[str] = []
        self.compiled = 0

    def load(self, community: str) -> Policy:
        self.loads.append(community)
        if community not in self.policies:
            raise NotFound(field="community")
        return self.policies[community]

    def compile(self, policy: Policy) -> FakeScreener:
        self.compiled += 1
        return FakeScreener(policy)


def test_many_at_once_compile_once() -> None:
    shelf = Shelf()

    async def main() -> None:
        kept = Screeners(shelf.load, shelf.compile)
        found = await asyncio.gather(*(kept.get("a") for _ in range(20)))
        assert len({id(one) for one in found}) == 1

    asyncio.run(main())
    assert (shelf.compiled, shelf.loads) == (1, ["a"])


def test_a_changed_policy_is_compiled_again_and_an_unchanged_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screeners, "FRESH_S", 0.0)
    shelf = Shelf()

    async def main() -> None:
        kept = Screeners(shelf.load, shelf.compile)
        first = await kept.get("a")
        assert await kept.get("a") is first
        shelf.policies["a"] = replace(POLICY, version=2)
        assert (await kept.get("a")).policy.version == 2

    asyncio.run(main())
    assert shelf.compiled == 2


def test_unknown_communities_are_not_kept() -> None:
    shelf = Shelf()

    async def main() -> None:
        kept = Screeners(shelf.load, shelf.compile)
        for _ in range(2):
            with pytest.raises(NotFound):
                await kept.get("nobody")

    asyncio.run(main())
    assert shelf.loads == ["nobody", "nobody"]


def test_a_database_that_is_away_leaves_the_last_known_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screeners, "FRESH_S", 0.0)
    shelf = Shelf()

    def away(community: str) -> Policy:
        raise DatabaseUnavailable

    async def main() -> None:
        kept = Screeners(shelf.load, shelf.compile)
        known = await kept.get("a")
        kept._load = away
        assert await kept.get("a") is known
        with pytest.raises(DatabaseUnavailable):
            await kept.get("b")

    asyncio.run(main())


def test_the_least_used_is_dropped() -> None:
    shelf = Shelf()

    async def main() -> None:
        kept = Screeners(shelf.load, shelf.compile, capacity=2)
        for community in ("a", "b", "c", "a"):
            await kept.get(community)

    asyncio.run(main())
    assert shelf.loads == ["a", "b", "c", "a"]
