"""A language model in this process, by ``transformers``; ``torch`` is imported by ``load`` alone.

Weights are read from safetensors only and code from the model's repository is never run. One answer is written at a time.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from assistant.backends.generated import read_answer, unreadable, without_thoughts
from assistant.errors import DeliveryFailed, DeliveryRefused, Late, ModelError
from assistant.types import ModelRef
from assistant.types.generation import Generated, Prompted

_SOME: Final = 4_096
"""Tokens of input and output together, where the model does not say what it takes."""


class TransformersGenerator:
    """Implements ``assistant.ports.Generator``. The likeliest words are taken, so that one question has one answer."""

    def __init__(self, model: Any, tokenizer: Any, ref: ModelRef) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._ref = ref
        self._one = threading.Lock()
        self._most = int(getattr(model.config, "max_position_embeddings", None) or _SOME)

    @classmethod
    def load(cls, model: str, revision: str | None = None, local_files_only: bool = False) -> TransformersGenerator:
        """``model`` is a local folder or a hub id.

        Raises:
            ModelError: the extra ``models`` is not installed, or the model cannot be read.
        """
        try:
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as reason:
            raise ModelError(
                f"generator.model needs the extra `models`: in a checkout, pip install '.[models]' ({reason})"
            ) from reason
        source = {"revision": revision, "local_files_only": local_files_only, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(model, **source)
            found = AutoModelForCausalLM.from_pretrained(model, use_safetensors=True, dtype="auto", **source)
        except (OSError, ValueError, RuntimeError, KeyError) as reason:
            raise ModelError(f"generator.model {model!r} cannot be loaded: {reason}") from reason
        found.eval().requires_grad_(requires_grad=False)
        version = revision or getattr(found.config, "_commit_hash", None) or "local"
        return cls(found, tokenizer, ModelRef(model, str(version)))

    @property
    def ref(self) -> ModelRef:
        return self._ref

    @property
    def at_once(self) -> int:
        return 1

    async def generate(
        self,
        prompt: Prompted,
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 512,
        timeout_s: float = 20.0,
    ) -> Generated:
        """Nothing makes the model keep to ``schema``; what it wrote is held against it."""
        stop = threading.Event()
        try:
            written = await asyncio.to_thread(self._write, prompt, max_tokens, time.monotonic() + timeout_s, stop)
        finally:
            stop.set()
        return written if schema is None else read_answer(written, schema)

    async def close(self) -> None:
        """Nothing is held open."""

    def _write(self, prompt: Prompted, max_tokens: int, deadline: float, stop: threading.Event) -> Generated:
        if not self._one.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise DeliveryFailed("the language model is busy")
        try:
            return self._written(prompt, max_tokens, deadline, stop)
        finally:
            self._one.release()

    def _written(self, prompt: Prompted, max_tokens: int, deadline: float, stop: threading.Event) -> Generated:
        import torch
        from transformers import StoppingCriteriaList

        encoded = self._tokenizer(self._whole(prompt), return_tensors="pt", add_special_tokens=not self._has_template)
        encoded = {name: encoded[name].to(self._model.device) for name in ("input_ids", "attention_mask")}
        given = int(encoded["input_ids"].shape[1])
        if given + max_tokens > self._most:
            raise DeliveryRefused(f"{given} tokens of prompt and {max_tokens} of answer: the model takes {self._most}")
        late = _Late(deadline, stop)
        with torch.inference_mode():
            output = self._model.generate(
                **encoded,
                max_new_tokens=max_tokens,
                do_sample=False,
                pad_token_id=self._padding,
                stopping_criteria=StoppingCriteriaList([late]),
            )
        if late.stopped:
            raise Late("the language model gave no answer in time")
        new = output[0][given:]
        text = without_thoughts(self._tokenizer.decode(new, skip_special_tokens=True))
        cut = len(new) >= max_tokens and int(new[-1]) not in self._ends
        generated = Generated(text, None, self._ref.id, cut, given, len(new))
        if not text:
            raise unreadable("the language model's answer holds no text", generated)
        return generated

    @property
    def _has_template(self) -> bool:
        return bool(getattr(self._tokenizer, "chat_template", None))

    def _whole(self, prompt: Prompted) -> str:
        if not self._has_template:
            return f"{prompt.system}\n\n{prompt.user}\n\n"
        turns = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
        return str(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))

    @property
    def _ends(self) -> set[int]:
        ends = self._model.generation_config.eos_token_id
        return set(ends) if isinstance(ends, list | tuple) else {ends}

    @property
    def _padding(self) -> int:
        padding = self._tokenizer.pad_token_id
        return int(padding if padding is not None else next((end for end in self._ends if end is not None), 0))


class _Late:
    """Stops a model between two tokens: at the deadline, or once nobody waits any more."""

    def __init__(self, deadline: float, stop: threading.Event) -> None:
        self._deadline = deadline
        self._stop = stop
        self.stopped = False

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        del scores
        self.stopped = self._stop.is_set() or time.monotonic() > self._deadline
        return torch.full((input_ids.shape[0],), self.stopped, dtype=torch.bool, device=input_ids.device)
