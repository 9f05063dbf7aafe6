"""The one place where everything is constructed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial

import structlog

from assistant.backends.cascade import CascadeClassifier
from assistant.backends.claims import shipped_claims
from assistant.backends.generator_openai import OpenAIGenerator
from assistant.backends.generator_transformers import TransformersGenerator
from assistant.backends.light import LightClassifier
from assistant.backends.mixed import MixedClassifier
from assistant.backends.no_classifier import NoClassifier
from assistant.backends.outgoing import HttpOutgoing
from assistant.backends.restored import Restorer
from assistant.backends.restoring import RestoringClassifier
from assistant.backends.sentence_embedder import SentenceEmbedder
from assistant.backends.sequence_classifier import SequenceClassifier
from assistant.backends.shipped import is_shipped, shipped
from assistant.backends.static_embedder import StaticEmbedder
from assistant.errors import ConfigurationError
from assistant.faq.rerank import Reranker
from assistant.moderation.flow import Screener
from assistant.moderation.policy import shipped_policy
from assistant.moderation.replies import takes_on
from assistant.moderation.rules import Rules
from assistant.moderation.stance import StanceModel
from assistant.moderation.starter import starter_lists
from assistant.ports import Classifier, Clock, Embedder, Generator
from assistant.settings import Settings
from assistant.store.database import Database
from assistant.store.embedded import EmbeddedServer
from assistant.store.journal import Journal
from assistant.store.schema import check_current, make_if_missing, migrate
from assistant.store.vault import FILE, Vault, open_vault, read_vault
from assistant.store.writer import DecisionWriter
from assistant.types import Message, Policy, Purpose
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq.brain import Brain
from assistant.usecases.fragments import Fragments
from assistant.usecases.policies import load_policy
from assistant.usecases.registry import Registry
from assistant.usecases.screeners import Screeners
from assistant.usecases.screening_threads import ScreeningThreads

log = structlog.get_logger()

_WARM_UP = Message("你好 hello 123 https://example.org", purpose=Purpose.MARKETING)


def build_classifier(settings: Settings) -> Classifier:
    """The shipped model, or the one that ``risk.model`` names.

    Raises:
        ModelError: it cannot be loaded; the message says why.
    """
    risk = settings.risk
    if risk.model is None:
        own = CascadeClassifier.load() if risk.encoder else LightClassifier.load()
        return MixedClassifier(RestoringClassifier(own, Restorer.load()) if risk.restore else own)
    return SequenceClassifier.load(
        risk.model, revision=risk.revision, label_map=risk.label_map, local_files_only=risk.local_files_only
    )


def compile_policy(policy: Policy, classifier: Classifier | None = None) -> Screener:
    """The screener of a policy.

    Raises:
        InvalidPolicy: a rule does not compile.
    """
    return Screener(
        policy,
        Rules(policy, starter_lists(), shipped_claims()),
        classifier or MixedClassifier(RestoringClassifier(CascadeClassifier.load(), Restorer.load())),
        load_stance(),
    )


@cache
def load_stance() -> StanceModel:
    """The shipped model of a reply's stance, read once per process. Raises: ModelError."""
    return StanceModel.read(shipped("models/replies") / "stance.json")


def warm_up(classifier: Classifier) -> None:
    """Screen once, so that the first member does not wait for tables and patterns to be read."""
    compile_policy(shipped_policy(), classifier).screen(_WARM_UP)


def build_screener(settings: Settings, policy: Policy | None = None) -> Screener:
    """A screener without a database, under ``policy`` or the shipped one."""
    return compile_policy(policy or shipped_policy(), build_classifier(settings))


def build(
    settings: Settings,
    *,
    classifier: Classifier | None = None,
    database: Database | None = None,
    clock: Clock | None = None,
    prepared: bool = False,
    screening: bool = True,
) -> Assistant:
    """The service for ``settings``. Without ``database``, opens the one that the settings name, as ``use_database`` does, unless it is
    ``prepared``: opened by another process, which still holds it. Without ``screening`` no model is loaded: for a worker, which only
    carries out what was decided.

    Raises:
        CannotStart: the model, the configuration or the database will not do; the message says what to do.
    """
    if classifier is not None or screening:
        chosen: Classifier = classifier or build_classifier(settings)
        warm_up(chosen)
    else:
        chosen = NoClassifier()
    embedded: EmbeddedServer | None = None
    if database is None:
        database, embedded = join_database(settings) if prepared else use_database(settings)
    serving = database

    def load(community: str) -> Policy:
        return load_policy(serving, community)

    def compiled(policy: Policy) -> Screener:
        return compile_policy(policy, chosen)

    now = clock or (lambda: datetime.now(UTC))
    vault = build_vault(settings)
    return Assistant(
        settings=settings,
        clock=now,
        classifier=chosen,
        database=database,
        writer=DecisionWriter(database),
        screeners=Screeners(load, compiled),
        compile=compiled,
        vault=vault,
        registry=Registry(database, vault, now),
        outgoing=build_outgoing(settings),
        threads=ScreeningThreads(settings.hooks.threads, settings.hooks.waiting),
        journal=Journal(settings.data_dir / "journal"),
        fragments=Fragments(database, now, settings.hooks.fragments_s, takes_on=partial(takes_on, load_stance())),
        unknown_policy=shipped_policy(),
        generator=build_generator(settings),
        has_faq=has_faq(),
        brain=Brain(
            database,
            lambda: build_brain(settings),
            settings.faq.index_mb * 1024 * 1024,
            earlier=cache(StaticEmbedder.load) if settings.embedding.model is not None else None,
        ),
        embedded=embedded,
    )


def has_faq() -> bool:
    """Whether this build holds the FAQ bot's models: without them neither its routes nor its commands are there."""
    return is_shipped("models/embedder", "models/faq")


def build_embedder(settings: Settings) -> Embedder:
    """The shipped embedder, or the one that ``embedding.model`` names. Raises: ModelError; the message says why."""
    section = settings.embedding
    if section.model is None:
        return StaticEmbedder.load(truncate=section.truncate)
    return SentenceEmbedder.load(
        section.model,
        revision=section.revision,
        prompts={"query": section.query_prompt, "passage": section.passage_prompt},
        truncate=section.truncate,
        local_files_only=section.local_files_only,
    )


def build_brain(settings: Settings) -> tuple[Embedder, Reranker]:
    """The embedder, and the judge of what is found by it. Raises: ModelError."""
    return build_embedder(settings), Reranker.read(shipped("models/faq") / "reranker.json")


def build_generator(settings: Settings) -> Generator | None:
    """The language model that may write, if there is one. Raises: ModelError, ConfigurationError."""
    section = settings.generator
    if section.model is None:
        if section.base_url is not None:
            raise ConfigurationError("generator.base_url is set without generator.model: name the model")
        return None
    if section.base_url is None:
        return TransformersGenerator.load(section.model, local_files_only=section.local_files_only)
    key = section.api_key.get_secret_value() if section.api_key else None
    return OpenAIGenerator.connect(section.base_url, section.model, key)


def build_vault(settings: Settings) -> Vault:
    """What opens and seals the connections' secrets. Raises: ConfigurationError."""
    given = settings.secret_key.get_secret_value() if settings.secret_key else None
    vault, made = open_vault(settings.data_dir, given)
    if made:
        log.warning(
            "a key for the connections' secrets was made: back it up, without it they are lost",
            file=str(settings.data_dir / FILE),
        )
    return vault


def find_vault(settings: Settings) -> Vault:
    """As ``build_vault``, but where there is no key, none is made: nothing opens then. Raises: ConfigurationError."""
    return read_vault(settings.data_dir, settings.secret_key.get_secret_value() if settings.secret_key else None)


def build_outgoing(settings: Settings) -> HttpOutgoing:
    """The only way out."""
    return HttpOutgoing(settings.outgoing.allow, timeout_s=settings.outgoing.timeout_s)


def open_database(settings: Settings) -> tuple[Database, EmbeddedServer | None]:
    """For the service's start and `assistant upgrade`: the database, brought to this version's schema, and the embedded server if that is
    what it is.

    Raises:
        ConfigurationError: it cannot be brought there.
        EmbeddedDatabaseError: the embedded server cannot run.
    """
    return _opened(settings, migrate)


def use_database(settings: Settings) -> tuple[Database, EmbeddedServer | None]:
    """For whatever works beside a service that may be an older version's: the schema is made where there is none, and never changed.

    Raises:
        ConfigurationError: the schema is another version's; the message says how it is brought to this one's.
        EmbeddedDatabaseError: the embedded server cannot run.
    """
    return _opened(settings, make_if_missing)


def _opened(settings: Settings, ready: Callable[[str, str], None]) -> tuple[Database, EmbeddedServer | None]:
    """``ready`` gets the owner's URL and the serving role's, where the owner's is known."""
    section = settings.database
    if section.url is None:
        if section.direct_url is not None:
            raise ConfigurationError(
                "database.direct_url is set without database.url: set both, or neither for the embedded server"
            )
        embedded = EmbeddedServer(settings.data_dir)
        urls = embedded.start()
        try:
            ready(urls.owner, urls.app)
        except BaseException:
            embedded.stop()
            raise
        return Database(urls.app, section.pool_size, section.timeout_s), embedded
    url = section.url.get_secret_value()
    database = Database(url, section.pool_size, section.timeout_s)
    if section.direct_url is not None:
        ready(section.direct_url.get_secret_value(), url)
    else:
        check_current(database)
    return database, None


def join_database(settings: Settings) -> tuple[Database, EmbeddedServer | None]:
    """The database as it is, which another process has opened, and this process's own hold on the embedded server."""
    section = settings.database
    if section.url is not None:
        return Database(section.url.get_secret_value(), section.pool_size, section.timeout_s), None
    embedded = EmbeddedServer(settings.data_dir)
    return Database(embedded.start().app, section.pool_size, section.timeout_s), embedded


@contextmanager
def administration(settings: Settings) -> Iterator[Database]:
    """The database for one command, beside a running service or alone."""
    database, embedded = use_database(settings)
    with _closed_after(database, embedded):
        yield database


@contextmanager
def inspection(settings: Settings) -> Iterator[Database | None]:
    """The database as it is, whatever its schema: nothing is made or changed, the embedded server merely runs meanwhile. ``None`` where
    the embedded server has no database yet.

    Raises:
        EmbeddedDatabaseError: the embedded server cannot run.
    """
    if settings.database.url is None and not EmbeddedServer(settings.data_dir).has_database:
        yield None
        return
    database, embedded = join_database(settings)
    with _closed_after(database, embedded):
        yield database


@contextmanager
def _closed_after(database: Database, embedded: EmbeddedServer | None) -> Iterator[None]:
    try:
        yield
    finally:
        database.close()
        if embedded is not None:
            embedded.stop()


def community_policy(settings: Settings, community: str) -> Policy:
    """The policy in force of a community; NotFound if there is no such community."""
    with administration(settings) as database:
        return load_policy(database, community)


__all__ = [
    "Assistant",
    "administration",
    "build",
    "build_classifier",
    "build_embedder",
    "build_outgoing",
    "build_screener",
    "build_vault",
    "community_policy",
    "compile_policy",
    "find_vault",
    "has_faq",
    "inspection",
    "join_database",
    "open_database",
    "use_database",
    "warm_up",
]
