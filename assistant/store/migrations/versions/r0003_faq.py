"""The FAQ bot: documents, entries and their vectors, conversations, hand-offs, feedback, and jobs."""

from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = """
ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check
    CHECK (kind IN ('order', 'event', 'follow_up', 'question'));

CREATE TABLE faq_settings (
    community text COLLATE "C" PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    document jsonb NOT NULL,
    member_secret jsonb,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN faq_settings.member_secret IS 'sealed: what the community signs its members'' tokens with';

CREATE TABLE faq_documents (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    name text NOT NULL,
    title text NOT NULL,
    language text NOT NULL,
    content_hash bytea NOT NULL,
    entries integer NOT NULL,
    warnings jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (community, name)
);
CREATE INDEX faq_documents_listed ON faq_documents (community, created_at, id);

CREATE TABLE faq_entries (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    document_id text COLLATE "C" REFERENCES faq_documents ON DELETE CASCADE,
    language text NOT NULL,
    question text NOT NULL,
    answer text NOT NULL,
    alternatives text[] NOT NULL,
    title text NOT NULL,
    source text NOT NULL,
    headings text[] NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    roles text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
CREATE INDEX faq_entries_listed ON faq_entries (community, created_at, id);
CREATE INDEX faq_entries_document ON faq_entries (document_id) WHERE document_id IS NOT NULL;

CREATE TABLE faq_vectors (
    community text COLLATE "C" NOT NULL,
    entry_id text COLLATE "C" NOT NULL,
    model text NOT NULL,
    position integer NOT NULL,
    vector vector NOT NULL,
    PRIMARY KEY (community, entry_id, model, position),
    FOREIGN KEY (community, entry_id) REFERENCES faq_entries ON DELETE CASCADE
);

CREATE TABLE faq_changes (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    entry_id text NOT NULL,
    at timestamptz NOT NULL,
    made_in xid8 NOT NULL DEFAULT pg_current_xact_id()
);
COMMENT ON TABLE faq_changes IS 'read up to the oldest transaction still open: a number alone would lose rows that commit late';
CREATE INDEX faq_changes_community ON faq_changes (community, made_in, number);
CREATE INDEX faq_changes_age ON faq_changes (at);

CREATE FUNCTION note_faq_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO faq_changes (community, entry_id, at)
    SELECT id, coalesce(NEW.id, OLD.id), clock_timestamp()
    FROM communities WHERE id = coalesce(NEW.community, OLD.community);  -- none while the community itself is being removed
    RETURN NULL;
END
$$;
CREATE TRIGGER faq_entries_changed AFTER INSERT OR UPDATE OR DELETE ON faq_entries
    FOR EACH ROW EXECUTE FUNCTION note_faq_change();

CREATE TABLE faq_jobs (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('import', 'embed')),
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'stopped')),
    total integer NOT NULL,
    done integer NOT NULL,
    failed integer NOT NULL,
    entries integer NOT NULL,
    details jsonb NOT NULL,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX faq_jobs_open ON faq_jobs (created_at) WHERE state IN ('waiting', 'running');
CREATE INDEX faq_jobs_listed ON faq_jobs (community, created_at, id);

CREATE TABLE faq_job_items (
    job_id text COLLATE "C" NOT NULL REFERENCES faq_jobs ON DELETE CASCADE,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    position integer NOT NULL,
    name text NOT NULL,
    content bytea,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    error jsonb,
    entries integer NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, position)
);
COMMENT ON COLUMN faq_job_items.content IS 'the document as it came, until it is read';

CREATE TABLE faq_conversations (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    owner_hash bytea NOT NULL,
    member_id text,
    connection_id text COLLATE "C",
    channel text,
    language text NOT NULL,
    state text NOT NULL CHECK (state IN ('bot', 'waiting', 'person', 'closed')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN faq_conversations.owner_hash IS 'SHA-256 of the member''s id or of the browser''s token: who may read on';
CREATE INDEX faq_conversations_age ON faq_conversations (updated_at);

CREATE TABLE faq_turns (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    conversation_id text COLLATE "C" NOT NULL REFERENCES faq_conversations ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    author text NOT NULL CHECK (author IN ('member', 'bot', 'staff')),
    text text NOT NULL,
    outcome text,
    because text,
    question text,
    entry_ids text[] NOT NULL DEFAULT '{}',
    citations jsonb NOT NULL DEFAULT '[]',
    confidence real,
    thumb smallint CHECK (thumb IN (-1, 1)),
    correction text,
    named_by text
);
CREATE INDEX faq_turns_conversation ON faq_turns (conversation_id, created_at, id);
CREATE INDEX faq_turns_unanswered ON faq_turns (community, created_at) WHERE outcome IN ('handoff', 'clarify') OR thumb = -1;
CREATE INDEX faq_turns_entries ON faq_turns USING gin (entry_ids) WHERE outcome = 'answer';

CREATE TABLE faq_handoffs (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    conversation_id text COLLATE "C" NOT NULL REFERENCES faq_conversations ON DELETE CASCADE,
    question text NOT NULL,
    because text NOT NULL,
    urgent boolean NOT NULL,
    tried text[] NOT NULL,
    contact jsonb,
    state text NOT NULL CHECK (state IN ('waiting', 'held', 'answered', 'closed')),
    held_by text,
    answered_by text,
    due_at timestamptz,
    told_late_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN faq_handoffs.contact IS 'sealed: where the member asked to be written to';
CREATE UNIQUE INDEX faq_handoffs_open ON faq_handoffs (conversation_id) WHERE state IN ('waiting', 'held');
CREATE INDEX faq_handoffs_listed ON faq_handoffs (community, created_at, id);
CREATE INDEX faq_handoffs_due ON faq_handoffs (due_at) WHERE state = 'waiting' AND told_late_at IS NULL;

ALTER TABLE api_keys ADD COLUMN origins text[];
COMMENT ON COLUMN api_keys.origins IS 'of a member key: the pages that may use it; none given, any';
"""

_TENANT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (
    community = (SELECT current_setting('assistant.community', true))
    OR (SELECT current_setting('assistant.community', true)) = '*'
);
"""

TABLES = (
    "faq_settings",
    "faq_documents",
    "faq_entries",
    "faq_vectors",
    "faq_changes",
    "faq_jobs",
    "faq_job_items",
    "faq_conversations",
    "faq_turns",
    "faq_handoffs",
)


def upgrade() -> None:
    op.execute(_TABLES)
    for table in TABLES:
        op.execute(_TENANT.format(table=table))
