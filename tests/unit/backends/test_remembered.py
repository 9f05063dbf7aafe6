"""Access tokens: fetched once, used until shortly before they expire, and never too many of them."""

from __future__ import annotations

import asyncio

import pytest

from assistant.backends.remembered import Memory
from assistant.errors import DeliveryFailed


class Tokens:
    """Gives `token1`, `token2`, ..., each good for ``seconds``, and counts."""

    def __init__(self, seconds: float = 7200.0) -> None:
        self.seconds = seconds
        self.fetched = 0
        self.under_way = 0

    async def fetch(self) -> tuple[str, float]:
        self.under_way += 1
        assert self.under_way == 1
        await asyncio.sleep(0)
        self.fetched += 1
        self.under_way -= 1
        return f"token{self.fetched}", self.seconds


def test_fifty_that_need_a_token_at_once_fetch_one() -> None:
    async def run() -> None:
        memory, tokens = Memory(), Tokens()
        assert await asyncio.gather(*(memory.remembered("a", tokens.fetch) for _ in range(50))) == ["token1"] * 50
        assert tokens.fetched == 1

    asyncio.run(run())


def test_keys_do_not_wait_for_one_another() -> None:
    async def run() -> None:
        memory, gate = Memory(), asyncio.Event()

        async def slow() -> tuple[str, float]:
            await gate.wait()
            return "slow", 60.0

        first = asyncio.create_task(memory.remembered("a", slow))
        await asyncio.sleep(0)
        assert await memory.remembered("b", Tokens().fetch) == "token1"
        gate.set()
        assert await first == "slow"

    asyncio.run(run())


@pytest.mark.parametrize(("seconds", "kept"), [(7200.0, 7140.0), (100.0, 90.0), (1.0, 0.9)])
def test_a_token_is_given_up_a_little_before_its_time(seconds: float, kept: float) -> None:
    async def run() -> None:
        now = 1000.0
        memory, tokens = Memory(clock=lambda: now), Tokens(seconds)
        assert await memory.remembered("a", tokens.fetch) == "token1"
        now = 1000.0 + kept - 0.01
        assert await memory.remembered("a", tokens.fetch) == "token1"
        now = 1000.0 + kept + 0.01
        assert await memory.remembered("a", tokens.fetch) == "token2"

    asyncio.run(run())


@pytest.mark.parametrize("seconds", [0.0, -5.0])
def test_a_token_that_is_good_for_no_time_is_used_once(seconds: float) -> None:
    async def run() -> None:
        memory, tokens = Memory(), Tokens(seconds)
        assert [await memory.remembered("a", tokens.fetch) for _ in range(2)] == ["token1", "token2"]

    asyncio.run(run())


def test_what_was_forgotten_is_fetched_again() -> None:
    async def run() -> None:
        memory, tokens = Memory(), Tokens()
        await memory.remembered("a", tokens.fetch)
        memory.forget("a")
        memory.forget("never known")
        assert await memory.remembered("a", tokens.fetch) == "token2"

    asyncio.run(run())


def test_a_fetch_that_fails_is_not_kept_and_blocks_nobody() -> None:
    async def run() -> None:
        memory, tokens = Memory(), Tokens()

        async def fails() -> tuple[str, float]:
            await asyncio.sleep(0)
            raise DeliveryFailed("no answer")

        waiting = [memory.remembered("a", fails), memory.remembered("a", tokens.fetch)]
        failed, fetched = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(failed, DeliveryFailed)
        assert fetched == "token1"

    asyncio.run(run())


def test_only_so_many_are_held_and_the_least_used_goes() -> None:
    async def run() -> None:
        memory, tokens = Memory(most=3), Tokens()
        for key in "abc":
            await memory.remembered(key, tokens.fetch)
        await memory.remembered("a", tokens.fetch)
        await memory.remembered("d", tokens.fetch)
        assert tokens.fetched == 4
        assert await memory.remembered("a", tokens.fetch) == "token1"
        assert await memory.remembered("b", tokens.fetch) == "token5"
        assert len(memory._held) == 3
        assert not memory._locks

    asyncio.run(run())


def test_only_the_value_that_was_refused_is_forgotten() -> None:
    async def caller(memory: Memory, tokens: Tokens, late_s: float) -> str:
        refused = await memory.remembered("a", tokens.fetch)
        await asyncio.sleep(late_s)
        memory.forget("a", refused)
        return await memory.remembered("a", tokens.fetch)

    async def run() -> list[str]:
        memory, tokens = Memory(), Tokens()
        return await asyncio.gather(*(caller(memory, tokens, 0.01 * number + 0.02) for number in range(10)))

    assert asyncio.run(run()) == ["token2"] * 10
