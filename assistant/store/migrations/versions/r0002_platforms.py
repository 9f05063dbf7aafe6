"""Connections to platforms; what is to be carried out there; strikes, penalties, cases, appeals and the audit trail."""

from alembic import op

revision = "0002"
down_revision = "0001"

_COLUMNS = """
ALTER TABLE communities ADD COLUMN dry_run boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN communities.dry_run IS 'decide, and carry nothing out, on any connection';

ALTER TABLE decisions
    ADD COLUMN connection_id text COLLATE "C",
    ADD COLUMN refs jsonb,
    ADD COLUMN locale text;
CREATE INDEX decisions_message ON decisions (connection_id, platform_message_id, created_at) WHERE connection_id IS NOT NULL;
COMMENT ON COLUMN decisions.refs IS 'what acting upon the message on its platform needs: thread ids and the like, no word of it';
"""

_TABLES = """
CREATE TABLE connections (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    platform text NOT NULL,
    name text NOT NULL,
    settings jsonb NOT NULL,
    secrets jsonb NOT NULL,
    fail_mode text NOT NULL CHECK (fail_mode IN ('review', 'open', 'closed')),
    on_review text NOT NULL CHECK (on_review IN ('publish', 'withhold')),
    dry_run boolean NOT NULL,
    dry_run_since timestamptz,
    reported_at timestamptz,
    paid_messages boolean NOT NULL,
    staff_channel text,
    disabled_at timestamptz,
    disabled_because text,
    failing_since timestamptz,
    stopped_at timestamptz,
    stopped_because text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN connections.secrets IS 'by name: ciphertext, id of its key, and the value before with its end during a rotation';
CREATE INDEX connections_community ON connections (community, created_at, id);
CREATE INDEX connections_updated ON connections (updated_at);

CREATE TABLE deliveries (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    connection_id text COLLATE "C" REFERENCES connections ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('order', 'event', 'follow_up')),
    key text NOT NULL,
    decision_id text COLLATE "C",
    case_id text COLLATE "C",
    payload jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'dead', 'skipped')),
    because text,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    message_id text,
    UNIQUE (community, key)
);
COMMENT ON TABLE deliveries IS 'the outbox: written with what caused it, carried out at least once, always under the same id';
COMMENT ON COLUMN deliveries.due_at IS 'while a worker has it, the end of its lease';
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_listed ON deliveries (community, created_at, id);
CREATE INDEX deliveries_decision ON deliveries (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX deliveries_messages ON deliveries (connection_id, (payload ->> 'member_id'), created_at)
    WHERE payload ->> 'do' = 'message';
CREATE INDEX deliveries_posted ON deliveries (connection_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE cases (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    key text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('review', 'help', 'cannot', 'penalty', 'appeal', 'report', 'alert')),
    urgent boolean NOT NULL DEFAULT false,
    decision_id text COLLATE "C",
    connection_id text COLLATE "C",
    member_id text,
    channel text,
    details jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'claimed', 'resolved')),
    claimed_by text,
    claimed_at timestamptz,
    resolution text CHECK (resolution IN ('approve', 'remove', 'undo')),
    resolved_by text,
    resolved_at timestamptz,
    note text,
    created_at timestamptz NOT NULL,
    UNIQUE (community, key)
);
CREATE INDEX cases_waiting ON cases (community, urgent DESC, created_at, id) WHERE state <> 'resolved';
CREATE INDEX cases_listed ON cases (community, created_at, id);
CREATE INDEX cases_decision ON cases (decision_id) WHERE decision_id IS NOT NULL;

CREATE TABLE strikes (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    connection_id text COLLATE "C" NOT NULL,
    member_id text NOT NULL,
    decision_id text COLLATE "C" NOT NULL,
    label text NOT NULL,
    weight integer NOT NULL CHECK (weight > 0),
    dry_run boolean NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    UNIQUE (community, decision_id)
);
CREATE INDEX strikes_member ON strikes (community, connection_id, member_id, created_at);

CREATE TABLE penalties (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    connection_id text COLLATE "C" NOT NULL,
    member_id text NOT NULL,
    channel text,
    refs jsonb,
    step text NOT NULL CHECK (step IN ('warning', 'mute', 'kick', 'ban')),
    ends_at timestamptz,
    decision_id text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'held', 'lifted', 'dry_run')),
    because text,
    created_at timestamptz NOT NULL,
    lifted_at timestamptz,
    UNIQUE (community, decision_id)
);
CREATE INDEX penalties_member ON penalties (community, connection_id, member_id, created_at);
CREATE INDEX penalties_recent ON penalties (community, created_at);

CREATE TABLE appeals (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    decision_id text COLLATE "C" NOT NULL,
    connection_id text COLLATE "C",
    member_id text,
    language text NOT NULL,
    text text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'upheld', 'overturned')),
    note text,
    decided_by text,
    decided_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (community, decision_id)
);
CREATE INDEX appeals_listed ON appeals (community, created_at, id);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL DEFAULT '',
    details jsonb NOT NULL
);
COMMENT ON TABLE audit IS 'who did what to which decision, case, connection or penalty, and why; only ever added to';
CREATE INDEX audit_listed ON audit (community, id);
CREATE INDEX audit_subject ON audit (community, subject, id);
"""

_TENANT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (
    community = (SELECT current_setting('assistant.community', true))
    OR (SELECT current_setting('assistant.community', true)) = '*'
);
"""


def upgrade() -> None:
    op.execute(_COLUMNS)
    op.execute(_TABLES)
    for table in ("connections", "deliveries", "cases", "strikes", "penalties", "appeals", "audit"):
        op.execute(_TENANT.format(table=table))
