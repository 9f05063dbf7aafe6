"""A language model made by hand that always writes the same: each token's vector is its own axis, attention and layers add nothing,
and the head knows only what comes next. It is a real model to ``transformers``, a millisecond a token."""

from __future__ import annotations

from pathlib import Path

ANSWER = ['{"question":', '"shipping', "to", 'Macau"}']
START, END, UNKNOWN, PAD = "<|assistant|>", "<|end|>", "<|unknown|>", "<|pad|>"
TEMPLATE = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"


def make(folder: Path, answer: list[str] | None = None, *, template: bool = True, ends: bool = True) -> Path:
    """``answer`` in tokens, each once; a model that never ``ends`` goes round."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = [PAD, UNKNOWN, START, END, *(ANSWER if answer is None else answer)]
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token=UNKNOWN, pad_token=PAD, eos_token=END)
    fast.add_special_tokens({"additional_special_tokens": [START]})
    if template:
        fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    size = 32
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(words), hidden_size=size, intermediate_size=size, num_hidden_layers=1, num_attention_heads=2,
            max_position_embeddings=2_048, tie_word_embeddings=False, pad_token_id=0, bos_token_id=None, eos_token_id=3,
        )
    )  # fmt: skip
    with torch.no_grad():
        for weights in model.parameters():
            weights.fill_(1.0 if weights.ndim == 1 else 0.0)
        model.model.embed_tokens.weight.copy_(torch.eye(len(words), size))
        last = len(words) - 1
        for number in range(len(words)):
            follows = number + 1 if 4 <= number < last else (3 if ends else 4) if number == last else 4
            model.lm_head.weight[follows, number] = 10.0
    model.generation_config.eos_token_id = 3
    model.save_pretrained(folder)
    return folder
