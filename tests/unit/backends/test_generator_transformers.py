"""A tiny model that always writes the same, really loaded."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.backends.generator_transformers import TransformersGenerator
from assistant.errors import DeliveryFailed, DeliveryRefused, ModelError, Unreadable
from assistant.prompts import load_prompt
from tests.tiny_writer import ANSWER, make

PROMPT = load_prompt("faq_rewrite").render(question="and Macau?", turns=[])
SCHEMA = load_prompt("faq_rewrite").schema
OTHER = {"type": "object", "required": ["answer"]}


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> TransformersGenerator:
    return TransformersGenerator.load(str(make(tmp_path_factory.mktemp("writer"))), None, True)


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> TransformersGenerator:
    folder = make(tmp_path_factory.mktemp("endless"), template=False, ends=False)
    return TransformersGenerator.load(str(folder), None, True)


def test_it_writes_what_the_model_writes(generator: TransformersGenerator) -> None:
    answer = asyncio.run(generator.generate(PROMPT, schema=SCHEMA))
    assert answer.text == " ".join(ANSWER)
    assert answer.data == {"question": "shipping to Macau"}
    assert not answer.cut
    assert answer.completion_tokens == len(ANSWER) + 1
    assert answer.prompt_tokens > 20


def test_what_does_not_fit_fails(generator: TransformersGenerator) -> None:
    with pytest.raises(DeliveryFailed):
        asyncio.run(generator.generate(PROMPT, schema=OTHER))


def test_out_of_tokens_is_told_and_fails_a_schema(generator: TransformersGenerator) -> None:
    assert asyncio.run(generator.generate(PROMPT, max_tokens=2)).cut
    with pytest.raises(Unreadable) as found:
        asyncio.run(generator.generate(PROMPT, schema=SCHEMA, max_tokens=2))
    assert (found.value.prompt_tokens > 20, found.value.completion_tokens) == (True, 2)


def test_a_prompt_that_does_not_fit_is_refused(generator: TransformersGenerator) -> None:
    with pytest.raises(DeliveryRefused):
        asyncio.run(generator.generate(replace(PROMPT, user="word " * 3_000)))


def test_a_model_that_never_ends_is_stopped_and_leaves_the_next_alone(endless: TransformersGenerator) -> None:
    start = time.monotonic()
    with pytest.raises(DeliveryFailed):
        asyncio.run(endless.generate(PROMPT, max_tokens=1_500, timeout_s=0.2))
    assert time.monotonic() - start < 3
    assert asyncio.run(endless.generate(PROMPT, max_tokens=9)).text.startswith(ANSWER[0])


def test_who_waits_no_more_stops_the_model(endless: TransformersGenerator) -> None:
    async def leave() -> None:
        task = asyncio.create_task(endless.generate(PROMPT, max_tokens=1_500, timeout_s=60))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await endless.generate(PROMPT, max_tokens=9, timeout_s=5)).cut

    asyncio.run(leave())


def test_one_at_a_time(generator: TransformersGenerator) -> None:
    async def several() -> list[str]:
        return [answer.text for answer in await asyncio.gather(*(generator.generate(PROMPT) for _ in range(6)))]

    assert set(asyncio.run(several())) == {" ".join(ANSWER)}


def test_busy_is_told_in_time(endless: TransformersGenerator) -> None:
    async def two() -> None:
        first = asyncio.create_task(endless.generate(PROMPT, max_tokens=1_500, timeout_s=60))
        await asyncio.sleep(0.1)
        start = time.monotonic()
        with pytest.raises(DeliveryFailed, match="delivery_failed"):
            await endless.generate(PROMPT, timeout_s=0.1)
        assert time.monotonic() - start < 3
        assert not first.done()
        first.cancel()
        await asyncio.wait([first])

    asyncio.run(two())


def test_nothing_to_load_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"generator\.model"):
        TransformersGenerator.load(str(tmp_path / "none"), None, True)
