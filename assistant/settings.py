"""Every setting, described, read once: a TOML file named by ``ASSISTANT_CONFIG`` (default ``assistant.toml``, if present), then the
environment (``ASSISTANT_RISK_MODEL`` is ``risk.model``). ``docs/settings.md`` is checked against this file by a test.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from assistant.errors import ConfigurationError


def _none_if_empty(default: object, value: object) -> object:
    """Where nothing is the default, an empty text means it: compose files and scripts pass variables on that are set to nothing. Where
    the default is an address or a folder, nothing would mean every address, and wherever the service was started."""
    if not isinstance(value, str) or value.strip():
        return value
    if isinstance(default, str | Path) and str(default):
        raise ValueError("must not be empty")
    return None if default is None else value


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object, info: ValidationInfo) -> object:
        return _none_if_empty(cls.model_fields[info.field_name or ""].default, value)


class DatabaseSettings(Section):
    url: SecretStr | None = Field(
        None,
        description="PostgreSQL 16 or later with pgvector 0.8.4 or later, as the serving role; empty: the embedded server.",
    )
    direct_url: SecretStr | None = Field(
        None, description="The owner role's URL, not through a transaction pooler: migrations and session locks use it."
    )
    pool_size: int = Field(8, ge=2, le=100, description="Connections that one process keeps at most.")
    timeout_s: float = Field(
        5.0, gt=0, le=60, description="Seconds to wait for a connection or a statement before answering 503."
    )


class RiskSettings(Section):
    model: str | None = Field(
        None,
        description="A Hugging Face sequence classifier, local path or hub id, in place of the shipped model (needs the extra `models`).",
    )
    revision: str | None = Field(None, description="The hub revision of `risk.model`; pin it.")
    label_map: Path | None = Field(
        None, description="JSON: the model's label to ours, or to null; needed where their names differ from ours."
    )
    local_files_only: bool = Field(False, description="Never ask the hub for `risk.model`.")
    encoder: bool = Field(
        True,
        description="Let the shipped encoders read what the lighter models see something in; off, those judge alone.",
    )
    restore: bool = Field(
        True,
        description="Let the shipped model read a disguised Chinese text (homophones, pinyin, initials, look-alikes, swapped characters)"
        " once more, as it is most likely meant; off, as written alone.",
    )


class LimitSettings(Section):
    text_chars: int = Field(20_000, ge=100, le=1_000_000, description="Characters in one text.")
    body_bytes: int = Field(4_194_304, ge=10_000, le=104_857_600, description="Bytes in one request body.")
    batch_messages: int = Field(1_000, ge=1, le=10_000, description="Messages in one batch.")
    context_messages: int = Field(20, ge=0, le=200, description="Context messages with one message.")
    requests_per_minute: int = Field(
        60_000,
        ge=1,
        description="Requests per key and service (its workers count together), unless the key has its own rate.",
    )
    playground_per_minute: int = Field(240, ge=1, description="Playground requests per client address.")
    faq_per_minute: int = Field(120, ge=1, description="Requests to the FAQ bot with member keys, per client address.")
    pool_chars: int = Field(
        2_000, ge=100, description="Texts longer than this are screened in a worker thread, not on the event loop."
    )


class RetentionSettings(Section):
    text_days: int = Field(
        30,
        ge=0,
        le=3_650,
        description="Days that a decision, and a message among the events, keeps its text; 0 never stores it.",
    )
    decision_days: int = Field(365, ge=1, le=3_650, description="Days that a decision is kept.")
    idempotency_hours: int = Field(24, ge=1, le=168, description="Hours that an idempotency key is remembered.")
    event_days: int = Field(
        730,
        ge=31,
        le=9_000,
        description="Days that members' events are kept, by whole months; earlier ones are refused.",
    )
    content_days: int = Field(
        730,
        ge=31,
        le=9_000,
        description="Days since their last change that drafts, earlier posts and the calendar are kept; what is planned stays.",
    )


class HookSettings(Section):
    body_bytes: int = Field(1_048_576, ge=10_000, le=16_777_216, description="Bytes in one platform's webhook.")
    threads: int = Field(
        4, ge=1, le=64, description="Threads that screen what platforms send; a stalled one is never killed."
    )
    waiting: int = Field(
        2_000, ge=10, description="Messages of platforms that may wait for a thread before the fail mode answers."
    )
    deadline_share: float = Field(
        0.8, gt=0.1, le=0.95, description="The part of a platform's deadline in which it is answered, whatever stalls."
    )
    idempotency_hours: int = Field(
        96, ge=1, le=720, description="Hours that a platform's message is known, so that retries change nothing."
    )
    fragments_s: float = Field(
        120.0,
        ge=0,
        le=3_600,
        description="Seconds within which a member's short messages in a channel are read as one, too; 0: never.",
    )


class OutboxSettings(Section):
    worker: bool = Field(
        True, description="Whether `serve` starts a worker for it; off where `assistant worker` runs elsewhere."
    )
    batch: int = Field(50, ge=1, le=1_000, description="Deliveries that a worker takes at a time.")
    poll_s: float = Field(
        0.5, gt=0, le=60, description="Seconds between two looks for due deliveries while there are none."
    )
    lease_s: float = Field(
        30.0, ge=1, le=600, description="Seconds after which a delivery that a worker took is taken again."
    )
    disable_after_hours: float = Field(
        24.0,
        gt=0,
        le=720,
        description="Hours without a success after which a connection whose deliveries die is disabled.",
    )
    notices_per_day: int = Field(10, ge=1, le=1_000, description="Private notices to one member in a day at most.")


class OutgoingSettings(Section):
    allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Private addresses that may be asked all the same, by commas: `127.0.0.1:8448`, `matrix.internal:443`, `10.0.0.0/8`.",
    )
    timeout_s: float = Field(
        10.0, gt=0, le=60, description="Seconds for one call to a platform or a receiver, all in all."
    )

    @field_validator("allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class EmbeddingSettings(Section):
    model: str | None = Field(
        None,
        description="A sentence-transformers model, local path or hub id, in place of the shipped one (needs the extra `models`).",
    )
    revision: str | None = Field(None, description="The hub revision of `embedding.model`; pin it.")
    query_prompt: str = Field("", description="What the model wants before a question (`query: `).")
    passage_prompt: str = Field("", description="What the model wants before a passage (`passage: `).")
    truncate: int | None = Field(None, ge=16, le=8_192, description="Keep only so many dimensions of each vector.")
    local_files_only: bool = Field(False, description="Never ask the hub for `embedding.model`.")


class GeneratorSettings(Section):
    base_url: str | None = Field(
        None,
        description="An OpenAI-compatible server that writes answers and drafts, and is asked about messages where a policy's `judge` "
        "says so (`http://127.0.0.1:11434/v1`; extra `llm`). Empty: no language model; answers are the community's own words.",
    )
    model: str | None = Field(
        None,
        description="The model's name at that server; without `generator.base_url`, a local transformers model or hub id.",
    )
    api_key: SecretStr | None = Field(None, description="The server's key; many local ones want none.")
    local_files_only: bool = Field(False, description="Never ask the hub for a local `generator.model`.")


class FaqBotSettings(Section):
    index_mb: int = Field(
        512,
        ge=16,
        le=65_536,
        description="Memory for the indexes of the communities asked lately, in each process; the oldest go.",
    )
    document_mb: int = Field(20, ge=1, le=500, description="Megabytes in one document.")


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe line that is written."
    )
    format: Literal["auto", "json", "console"] = Field(
        "auto", description="`auto` writes for people on a terminal, else JSON."
    )
    texts: bool = Field(False, description="Write message texts to the log. For debugging, on data you may keep.")


class EvalSettings(Section):
    data_dir: Path = Field(
        Path("../shared/datasets"),
        description="Where the evaluation data sets lie; absent sets are reported as absent.",
    )


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Field(
        Path(".assistant"),
        description="The embedded database, keys and locks; created with mode 0700. Without `/` at its front it lies where a command is "
        "called.",
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="The port to listen on; 0 takes a free one.")
    workers: int = Field(
        0,
        ge=0,
        le=32,
        description="Serving processes, each with the model in memory; 0: one per processor core, but at most 2.",
    )
    public_url: str | None = Field(
        None,
        description="How clients and platforms reach the service (`https://moderation.example.org`): hook addresses, links to members and "
        "the discovery document begin with it.",
    )
    playground: Literal["auto", "on", "off"] = Field(
        "auto",
        description="The page at `/`: `auto` serves it to this machine alone, and not with a `public_url`; `on` to everyone, which "
        "lets strangers probe the rules.",
    )
    demo: bool = Field(True, description="Seed the community `demo`, its policy and its key on start.")

    secret_key: SecretStr | None = Field(
        None,
        description="32 random bytes in base64 that encrypt the connections' secrets; after a comma, older ones that still decrypt. "
        "Empty: made once as `secret.key` in the data folder; back it up.",
    )

    database: DatabaseSettings = DatabaseSettings()
    risk: RiskSettings = RiskSettings()
    limits: LimitSettings = LimitSettings()
    retention: RetentionSettings = RetentionSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    generator: GeneratorSettings = GeneratorSettings()
    faq: FaqBotSettings = FaqBotSettings()
    hooks: HookSettings = HookSettings()
    outbox: OutboxSettings = OutboxSettings()
    outgoing: OutgoingSettings = OutgoingSettings()
    log: LogSettings = LogSettings()
    eval: EvalSettings = EvalSettings()

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object, info: ValidationInfo) -> object:
        return _none_if_empty(cls.model_fields[info.field_name or ""].default, value)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls, Path(os.environ.get("ASSISTANT_CONFIG", "assistant.toml")))
        return init_settings, env_settings, toml


_NO_SETTINGS: Final = frozenset({"ASSISTANT_CONFIG", "ASSISTANT_DEMO_KEY", "ASSISTANT_KEY", "ASSISTANT_MCP_KEY"})
"""Variables that are read, and are none of ``Settings``."""


def unread_variables(environment: Iterable[str]) -> dict[str, str | None]:
    """The names that begin as settings do and are none, which nothing reads, each with the setting's name that it is most like, if any.
    Within a section a wrong name is refused by ``load_settings``."""
    prefix = "ASSISTANT_"
    known = [prefix + name.upper() for name in Settings.model_fields]
    sections = tuple(f"{prefix}{name.upper()}_" for name, field in Settings.model_fields.items() if _is_section(field))
    unread = [
        name
        for name in environment
        if name.startswith(prefix) and name not in _NO_SETTINGS | set(known) and not name.startswith(sections)
    ]
    return {name: next(iter(get_close_matches(name, known, 1, 0.8)), None) for name in sorted(unread)}


def _is_section(field: FieldInfo) -> bool:
    return isinstance(field.default, Section)


def load_settings(**overrides: object) -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationError: a value is wrong; the message names the setting.
    """
    named = os.environ.get("ASSISTANT_CONFIG")
    if named and not Path(named).is_file():
        raise ConfigurationError(f"ASSISTANT_CONFIG names {named}, which is not a file")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except (SettingsError, tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"settings cannot be read: {error}") from None
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigurationError("settings are wrong: " + "; ".join(lines)) from None
