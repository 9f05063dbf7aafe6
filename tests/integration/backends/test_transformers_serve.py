"""The client of OpenAI's API against ``transformers serve``, a language-model server that this project did not write."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from assistant.backends.generator_openai import OpenAIGenerator
from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.prompts import load_prompt
from assistant.types.generation import Generated
from tests.model_server import transformers_serve
from tests.tiny_writer import ANSWER, make

pytestmark = pytest.mark.slow
PROMPT = load_prompt("faq_rewrite").render(question="and Macau?", turns=["how long to Hong Kong?"])
SCHEMA = load_prompt("faq_rewrite").schema


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(base URL, model) of a running server."""
    pytest.importorskip("accelerate", reason="transformers serve loads models by accelerate")
    folder = make(tmp_path_factory.mktemp("writer"))
    with transformers_serve(folder) as url:
        yield url, str(folder)


def ask(url: str, model: str, **how: object) -> Generated:
    async def run() -> Generated:
        generator = OpenAIGenerator.connect(url, model)
        try:
            return await generator.generate(PROMPT, **{"timeout_s": 60.0, **how})  # type: ignore[arg-type]
        finally:
            await generator.close()

    return asyncio.run(run())


def test_a_real_server_answers(served: tuple[str, str]) -> None:
    answer = ask(*served, schema=SCHEMA)
    assert answer.data == {"question": "shipping to Macau"}
    assert answer.text == " ".join(ANSWER)
    assert answer.prompt_tokens > 20


def test_a_real_server_cuts(served: tuple[str, str]) -> None:
    with pytest.raises(DeliveryFailed):
        ask(*served, schema=SCHEMA, max_tokens=2)


def test_a_wrong_path_is_refused(served: tuple[str, str]) -> None:
    url, model = served
    with pytest.raises(DeliveryRefused):
        ask(f"{url}/nothing", model)
