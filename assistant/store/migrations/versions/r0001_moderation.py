"""Communities, their policies and keys; decisions, idempotency keys and feedback.

Every table belongs to a community and is bound, for its owner too, to the community of the transaction: see ``_TENANT``.
"""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE communities (
    id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    name text NOT NULL,
    default_language text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE policies (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    document jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (community, version)
);

CREATE TABLE api_keys (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" REFERENCES communities ON DELETE CASCADE,
    scope text NOT NULL CHECK (scope IN ('admin', 'operator', 'platform', 'member')),
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    prefix text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    rotated_to text COLLATE "C" REFERENCES api_keys,
    revoked_at timestamptz,
    last_used_at timestamptz,
    requests_per_minute integer CHECK (requests_per_minute > 0)
);
CREATE INDEX api_keys_community ON api_keys (community);

CREATE TABLE decisions (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    action text NOT NULL,
    flagged boolean NOT NULL,
    labels text[] NOT NULL,
    member_id text,
    channel text,
    platform text,
    platform_message_id text,
    purpose text NOT NULL,
    scores jsonb NOT NULL,
    findings jsonb NOT NULL,
    language text NOT NULL,
    policy_version integer NOT NULL,
    model_id text NOT NULL,
    model_version text NOT NULL,
    degraded text[] NOT NULL,
    key_id text,
    response jsonb NOT NULL,
    text text,
    masked_text text,
    parts jsonb,
    context jsonb,
    text_expires_at timestamptz
);
COMMENT ON COLUMN decisions.labels IS 'labels that reached a threshold';
COMMENT ON COLUMN decisions.findings IS 'offsets, never the characters they point at';
COMMENT ON COLUMN decisions.response IS 'what the answer held beside the columns, no word of the message';

CREATE INDEX decisions_time ON decisions (community, created_at, id);
CREATE INDEX decisions_notable ON decisions (community, created_at, id) WHERE flagged OR labels <> '{}';
CREATE INDEX decisions_member ON decisions (community, member_id, created_at, id) WHERE member_id IS NOT NULL;
CREATE INDEX decisions_channel ON decisions (community, channel, created_at, id) WHERE channel IS NOT NULL;
CREATE INDEX decisions_text_expiry ON decisions (text_expires_at) WHERE text_expires_at IS NOT NULL;
CREATE INDEX decisions_age ON decisions USING brin (created_at);

CREATE TABLE idempotency_keys (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    key text COLLATE "C" NOT NULL,
    body_hash bytea NOT NULL,
    responses jsonb NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (community, key)
);
COMMENT ON COLUMN idempotency_keys.responses IS 'the answers, in order, without a word of the messages';
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

CREATE TABLE feedback (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    source text NOT NULL,
    key_id text,
    decision_id text COLLATE "C" REFERENCES decisions ON DELETE SET NULL,
    member_id text,
    language text,
    labels jsonb NOT NULL,
    text text,
    text_expires_at timestamptz
);
COMMENT ON COLUMN feedback.labels IS 'suggested scores by label or vendor attribute, 0 to 1';
CREATE INDEX feedback_time ON feedback (community, created_at, id);
CREATE INDEX feedback_decision ON feedback (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX feedback_text_expiry ON feedback (text_expires_at) WHERE text_expires_at IS NOT NULL;
"""

_TENANT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (
    {column} = (SELECT current_setting('assistant.community', true))
    OR (SELECT current_setting('assistant.community', true)) = '*'
);
"""

_FIND_KEY = """
CREATE FUNCTION find_api_key(wanted bytea) RETURNS SETOF api_keys
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bound text := current_setting('assistant.community', true);
BEGIN
    PERFORM set_config('assistant.community', '*', true);
    RETURN QUERY SELECT * FROM public.api_keys WHERE hash = wanted;
    PERFORM set_config('assistant.community', coalesce(bound, ''), true);
END
$$;
COMMENT ON FUNCTION find_api_key IS 'the one look across communities: a key says which community it belongs to';
REVOKE ALL ON FUNCTION find_api_key FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute(_TABLES)
    op.execute(_TENANT.format(table="communities", column="id"))
    for table in ("policies", "api_keys", "decisions", "idempotency_keys", "feedback"):
        op.execute(_TENANT.format(table=table, column="community"))
    op.execute(_FIND_KEY)
