"""Content: its settings, what was posted, drafts with their edits, and the calendar."""

from alembic import op

revision = "0006"
down_revision = "0005"

_TABLES = """
CREATE TABLE content_settings (
    community text COLLATE "C" PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    document jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE content_posts (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    draft_id text COLLATE "C",
    kind text,
    text text NOT NULL,
    numbers jsonb NOT NULL,
    at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
COMMENT ON TABLE content_posts IS 'what the community published, here or elsewhere, with its results';
CREATE INDEX content_posts_listed ON content_posts (community, at, id);

CREATE TABLE content_drafts (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    kind text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    language text NOT NULL,
    jurisdictions text[] NOT NULL,
    category text NOT NULL,
    machine boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'published')),
    screening jsonb NOT NULL,
    suggestion jsonb NOT NULL,
    origin jsonb NOT NULL,
    original text NOT NULL,
    revision integer NOT NULL,
    reason text,
    created_by text NOT NULL,
    approved_by text,
    seconded_by text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN content_drafts.machine IS 'a language model wrote it, and it is marked so wherever it is shown';
COMMENT ON COLUMN content_drafts.origin IS 'the prompt, its hash, the model, tokens and cost';
COMMENT ON COLUMN content_drafts.original IS 'as it was proposed';
CREATE INDEX content_drafts_listed ON content_drafts (community, created_at, id);

CREATE TABLE content_changes (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    draft_id text COLLATE "C" NOT NULL REFERENCES content_drafts ON DELETE CASCADE,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    diff text[] NOT NULL,
    note text NOT NULL
);
COMMENT ON TABLE content_changes IS 'every edit with its diff, and every decision';
CREATE INDEX content_changes_draft ON content_changes (draft_id, at, id);

CREATE TABLE content_calendar (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    draft_id text COLLATE "C" NOT NULL REFERENCES content_drafts ON DELETE CASCADE,
    at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'published', 'failed', 'cancelled')),
    connection_id text COLLATE "C",
    channel text,
    delivery_id text COLLATE "C",
    token_hash bytea,
    because text,
    numbers jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    published_at timestamptz
);
COMMENT ON COLUMN content_calendar.token_hash IS 'of the manual channel: SHA-256 of what its page is opened with';
CREATE INDEX content_calendar_listed ON content_calendar (community, at, id);
CREATE UNIQUE INDEX content_calendar_planned ON content_calendar (draft_id) WHERE state = 'planned';
CREATE INDEX content_calendar_token ON content_calendar (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE content_spending (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    day date NOT NULL,
    calls integer NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    cost numeric(18, 6) NOT NULL,
    PRIMARY KEY (community, day)
);
COMMENT ON TABLE content_spending IS 'what a language model was used for drafts, by day';
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
    "content_settings",
    "content_posts",
    "content_drafts",
    "content_changes",
    "content_calendar",
    "content_spending",
)


def upgrade() -> None:
    op.execute(_TABLES)
    for table in TABLES:
        op.execute(_TENANT.format(table=table))
