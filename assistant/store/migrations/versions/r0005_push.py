"""Push: items, recommendations as they were made, campaigns and what they sent, experiments."""

from alembic import op

revision = "0005"
down_revision = "0004"

_ITEMS = """
CREATE TABLE items (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    url text NOT NULL,
    tags text[] NOT NULL,
    creator text NOT NULL,
    price text,
    currency text,
    published_at timestamptz NOT NULL,
    expires_at timestamptz,
    hidden boolean NOT NULL,
    hidden_because text[] NOT NULL,
    properties jsonb NOT NULL,
    vector bytea NOT NULL,
    model text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
COMMENT ON COLUMN items.hidden IS 'never shown: its words violate the policy, or the operators took it away';
COMMENT ON COLUMN items.vector IS 'float16, of length 1 or 0; empty where this build has no embedder';
CREATE INDEX items_listed ON items (community, created_at, id);
CREATE INDEX items_changed ON items (community, updated_at);
CREATE INDEX penalties_of_member ON penalties (community, member_id);
CREATE INDEX events_received ON events (community, received_at) WHERE item_id IS NOT NULL;

CREATE TABLE rankers (
    community text COLLATE "C" PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    version text NOT NULL,
    document jsonb NOT NULL,
    lessons integer NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE rankers IS 'the ranker fitted on a community''s own past';

CREATE TABLE recommendations (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    policy_version text NOT NULL,
    personalised boolean NOT NULL,
    candidates text[] NOT NULL,
    shown jsonb NOT NULL,
    PRIMARY KEY (community, id)
);
COMMENT ON TABLE recommendations IS 'what was shown, out of what, with which probability: what a later ranker is judged by';
CREATE INDEX recommendations_member ON recommendations (community, member_id, at);
CREATE INDEX recommendations_time ON recommendations (community, at);
"""

_SENDING = """
CREATE TABLE push_settings (
    community text COLLATE "C" PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    document jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE push_preferences (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    document jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, member_id)
);
COMMENT ON TABLE push_preferences IS 'connections that a member wants nothing on, and how many messages a week at most';

CREATE TABLE campaigns (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'planning', 'running', 'paused', 'stopped')),
    document jsonb NOT NULL,
    planned_to text COLLATE "C",
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
COMMENT ON COLUMN campaigns.planned_to IS 'the member up to whom it is planned, in the order of ids: where to go on after a stop';
CREATE INDEX campaigns_listed ON campaigns (community, created_at, id);
CREATE INDEX campaigns_planning ON campaigns (state) WHERE state = 'planning';

CREATE TABLE sends (
    community text COLLATE "C" NOT NULL,
    campaign_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    delivery_id text COLLATE "C",
    connection_id text COLLATE "C" NOT NULL,
    because text,
    due_at timestamptz,
    variant text NOT NULL,
    items text[] NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (community, campaign_id, member_id),
    FOREIGN KEY (community, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
COMMENT ON TABLE sends IS 'one row per campaign and member: sent under delivery_id, or not sent, because';
CREATE INDEX sends_member ON sends (community, member_id, due_at) WHERE because IS NULL;
CREATE INDEX sends_delivery ON sends (community, delivery_id) WHERE delivery_id IS NOT NULL;

CREATE TABLE experiments (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'ended')),
    document jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
CREATE INDEX experiments_listed ON experiments (community, created_at, id);

CREATE TABLE assignments (
    community text COLLATE "C" NOT NULL,
    experiment_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    variant text NOT NULL,
    bucket integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, experiment_id, member_id),
    FOREIGN KEY (community, experiment_id) REFERENCES experiments ON DELETE CASCADE
);
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
    "items",
    "rankers",
    "recommendations",
    "push_settings",
    "push_preferences",
    "campaigns",
    "sends",
    "experiments",
    "assignments",
)


def upgrade() -> None:
    op.execute(_ITEMS)
    op.execute(_SENDING)
    for table in TABLES:
        op.execute(_TENANT.format(table=table))
