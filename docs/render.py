"""Writes the pages that are made from the code: ``python docs/render.py``. A test fails while they are not up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from assistant.platforms import PLATFORMS, Platform
from assistant.settings import Section, Settings
from assistant.types import Do, Label, Sees, Verdict
from assistant.types.penalties import Penalties
from assistant.words import LANGUAGES, load_words

DOCS = Path(__file__).parent

# What a platform's capabilities do not say: its page, a line about it, how buttons reach the staff, what a repeated order meets.
_ABOUT = {
    "webhooks": (
        "webhooks",
        "Your own chat server, and your own systems: our signed webhooks, in and out.",
        "your server draws them and posts `press`",
        "your receiver tells by `webhook-id`",
    ),
    "telegram": (
        "telegram",
        "Groups in which your bot is an administrator.",
        "on the card",
        "a private message or a card has no key that Telegram knows again",
    ),
    "discord": (
        "discord",
        "Your own application; messages come over the Gateway.",
        "on the card",
        "Discord gives the first one again for some minutes (`nonce`)",
    ),
    "slack": ("slack", "Your own app in one workspace.", "on the card", "Slack takes no key"),
    "discourse": (
        "discourse",
        "Forum posts, topics and chat.",
        "a reply with the code that the card lists",
        "private messages and cards as topics are found by `external_id`; a card as a reply is not",
    ),
    "matrix": (
        "matrix",
        "Unencrypted rooms of your own Synapse, through a small module.",
        "reactions ✅ 🗑️ ↩️ under the card",
        "transaction ids; a member who came back in between is kicked again",
    ),
    "line": (
        "line",
        "An official account: sees groups, cannot moderate them; the staff act.",
        "on the card",
        "`X-Line-Retry-Key`, for 24 hours",
    ),
    "tencent_im": (
        "tencent-im",
        "腾讯云即时通信 (Tencent Cloud IM): asks before a message is shown.",
        "none: cases are decided over the API",
        "Tencent drops the same text within five minutes",
    ),
    "wecom": (
        "wecom",
        "企业微信 (WeCom): what members write to your application, and cards for the staff.",
        "on the card",
        "WeCom swallows the same text within half an hour",
    ),
    "wechat": (
        "wechat-official",
        "微信公众号 (WeChat Official Account): what followers write to it.",
        "none: no cards there",
        "WeChat takes no key",
    ),
    "mapping": (
        "mapping",
        "Any other platform with webhooks and an API, by settings alone.",
        "none: cases are decided over the API",
        "give the call the platform's idempotency header with `{id}`",
    ),
}
_DOES = {"webhooks": "the `orders` of its settings", "mapping": "the `calls` of its settings"}
_BEFORE = {"mapping": "where the platform asks: the `answers` of its settings"}

_EXAMPLE = """```toml
# assistant.toml
public_url = "https://moderation.example.org"
workers = 1

[retention]
text_days = 7
```

The same as `ASSISTANT_PUBLIC_URL`, `ASSISTANT_WORKERS` and `ASSISTANT_RETENTION_TEXT_DAYS`. A setting that is set to nothing counts as
not set where it has no default, and is refused elsewhere. Three variables are no settings: `ASSISTANT_CONFIG`, `ASSISTANT_DEMO_KEY`
(the key of `assistant demo`) and `ASSISTANT_MCP_KEY` (of `assistant mcp`)."""
_EXTRAS = """## Extras

What most do without is installed apart: `pip install '.[llm,mcp]'` in a checkout. `make run` installs all of them; the container's
image none, unless it is built with `--build-arg EXTRAS=llm,mcp`.

| extra | for |
|---|---|
| `discord` | messages of [Discord](platforms/discord.md): `assistant worker --gateway discord` |
| `llm` | `generator.base_url` |
| `models` | `risk.model`, `embedding.model`, a local `generator.model`; brings torch |
| `mcp` | [`assistant mcp`](mcp.md) |
| `train` | `assistant train`, `assistant ranker fit` and its nightly fits; Parquet in `assistant members import` |
| `faiss` | finding what reads alike among more than 50,000 [items](push.md): without it nothing is |
| `eval` | `assistant eval` |"""


def labels_page() -> str:
    """``labels.md``: every label with its definition in each language."""
    words = load_words()
    lines = [
        "# Labels",
        "",
        "What a text may be found to contain. Made from `assistant/words.toml` by `docs/render.py`.",
        "",
    ]
    for name in (*(label.value for label in Label), "custom"):
        lines += [f"## `{name}`" if name != "custom" else "## `custom:<name>`", ""]
        for language in LANGUAGES:
            title, definition = (
                words.get(f"labels.{name}.name", language),
                words.get(f"labels.{name}.definition", language),
            )
            lines.append(f"- **{language}** {title}: {definition}")
        lines.append("")
    return "\n".join(lines)


def settings_page() -> str:
    """``settings.md``: every setting with its environment variable, default and description."""
    lines = [
        "# Settings",
        "",
        "Read from the TOML file that `ASSISTANT_CONFIG` names (`assistant.toml` where the service starts, if present), then from the",
        "environment, which wins. Made from `assistant/settings.py` by `docs/render.py`.",
        "",
        _EXAMPLE,
        "",
        "| setting | environment variable | default | what it does |",
        "|---|---|---|---|",
    ]
    for path, field in _fields(Settings, ()):
        variable = "ASSISTANT_" + "_".join(path).upper()
        lines.append(f"| `{'.'.join(path)}` | `{variable}` | {_default(field.default)} | {field.description} |")
    return "\n".join([*lines, "", _EXTRAS]) + "\n"


def _default(value: object) -> str:
    """As it is written in the environment and in TOML."""
    if value in (None, "", ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _fields(model: type[BaseModel], prefix: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from _fields(kind, (*prefix, name))
        else:
            yield (*prefix, name), field


def platforms_page() -> str:
    """``platforms/README.md``: the page as it is, its tables made from ``PLATFORMS``."""
    rows = [
        "| platform | sees | before it is shown | can do | deadline | paid | buttons |",
        "|---|---|---|---|---|---|---|",
        *(_platform_row(one) for one in PLATFORMS.values()),
    ]
    repeats = [
        "| platform | may be repeated without a second effect | may happen twice | because |",
        "|---|---|---|---|",
        *(_repeat_row(one) for one in PLATFORMS.values()),
    ]
    index = [
        f"- [{one.title}]({_ABOUT[one.name][0]}.md), `{one.name}`: {_ABOUT[one.name][1]}" for one in PLATFORMS.values()
    ]
    return _with("platforms/README.md", {"index": index, "platforms": rows, "repeats": repeats})


def penalties_page() -> str:
    """``penalties.md``: the page as it is, with the defaults of ``Penalties``."""
    return _with("penalties.md", {"defaults": ["```toml", *_penalties_toml(Penalties()), "```"]})


def _with(page: str, made: dict[str, list[str]]) -> str:
    """The page, each part between ``<!-- made: NAME -->`` and ``<!-- end -->`` made anew."""
    text = (DOCS / page).read_text("utf-8")
    for name, lines in made.items():
        head, begin, rest = text.partition(f"<!-- made: {name} -->\n")
        _, end, tail = rest.partition("<!-- end -->")
        if not begin or not end:
            raise ValueError(f"{page} has no place for {name}")
        text = head + begin + "\n" + "\n".join(lines) + "\n\n" + end + tail
    return text


def _platform_row(one: Platform) -> str:
    its = one.capabilities
    sees = ", ".join(kind.value for kind in Sees if kind in its.sees and kind is not Sees.PRESSES)
    before = _BEFORE.get(one.name) or ", ".join(verdict.value for verdict in Verdict if verdict in its.verdicts) or "no"
    page, _, buttons, _ = _ABOUT[one.name]
    does = _DOES.get(one.name) or _orders(its.does)
    paid = _orders(its.paid) or "nothing"
    return f"| [{one.title}]({page}.md) | {sees} | {before} | {does} | {its.deadline_s:g} s | {paid} | {buttons} |"


def _repeat_row(one: Platform) -> str:
    its = one.capabilities
    twice = its.does - its.idempotent
    safe = "all" if not twice else _orders(its.idempotent) or "none for certain"
    again = "nothing" if not twice else _orders(twice) if its.idempotent else "any of them"
    return f"| {one.title} | {safe} | {again} | {_ABOUT[one.name][3]} |"


def _orders(orders: frozenset[Do]) -> str:
    return ", ".join(do.value for do in Do if do in orders)


def _penalties_toml(defaults: Penalties) -> Iterator[str]:
    yield "[penalties]"
    yield f"enabled = {str(defaults.enabled).lower()}"
    yield f"expire_days = {defaults.expire_days}"
    yield "ladder = ["
    for step in defaults.ladder:
        minutes = f", minutes = {step.minutes}" if step.minutes else ""
        waits = "" if step.automatic else ", automatic = false"
        yield f'  {{ at = {step.at}, step = "{step.step.value}"{minutes}{waits} }},'
    yield "]"
    yield from ("", "[penalties.weights]")
    for label, weights in defaults.weights.items():
        points = ", ".join(f"{action} = {its}" for action, its in asdict(weights).items() if its)
        yield f"{label if label.isidentifier() else json.dumps(label)} = {{ {points} }}"
    yield from ("", "[penalties.hourly]")
    for kind, most in asdict(defaults.hourly).items():
        yield f"{kind} = {most}"


PAGES = {
    "labels.md": labels_page,
    "settings.md": settings_page,
    "platforms/README.md": platforms_page,
    "penalties.md": penalties_page,
}

if __name__ == "__main__":
    for file_name, page in PAGES.items():
        (DOCS / file_name).write_text(page(), "utf-8")
