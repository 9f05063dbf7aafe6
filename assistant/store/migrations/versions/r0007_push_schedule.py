"""Push by itself: rounds of campaigns that recur, items back in stock, jobs under a lease, every fit of a ranker, a second person."""

from alembic import op

revision = "0007"
down_revision = "0006"

_ROUNDS = """
ALTER TABLE sends ADD COLUMN round text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sends DROP CONSTRAINT sends_pkey, ADD PRIMARY KEY (community, campaign_id, member_id, round);
COMMENT ON COLUMN sends.round IS 'which time it was, of a campaign that recurs; empty for one that is sent once';

CREATE TABLE campaign_rounds (
    community text COLLATE "C" NOT NULL,
    campaign_id text COLLATE "C" NOT NULL,
    round text COLLATE "C" NOT NULL,
    planned_to text COLLATE "C",
    ended_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (community, campaign_id, round),
    FOREIGN KEY (community, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
COMMENT ON TABLE campaign_rounds IS 'how far each round of a campaign that recurs is planned';

ALTER TABLE items ADD COLUMN stock integer CHECK (stock >= 0);
COMMENT ON COLUMN items.stock IS 'how many are left, where they are counted; of none nothing is shown';

CREATE TABLE restocks (
    community text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, id),
    FOREIGN KEY (community, item_id) REFERENCES items ON DELETE CASCADE
);
COMMENT ON TABLE restocks IS 'when an item that had sold out was there again';
CREATE INDEX restocks_time ON restocks (community, at);
CREATE INDEX restocks_item ON restocks (community, item_id);
"""

_JOBS = """
ALTER TABLE campaigns ADD COLUMN approved_by text, ADD COLUMN approved_at timestamptz;
COMMENT ON COLUMN campaigns.approved_by IS 'the second person, of an offer that not everyone gets';

CREATE TABLE background_jobs (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    name text NOT NULL,
    due_at timestamptz NOT NULL,
    leased_until timestamptz,
    holder text,
    document jsonb NOT NULL,
    PRIMARY KEY (community, name)
);
COMMENT ON TABLE background_jobs IS 'what a community''s workers do in time, one of them at a time; document says how far it is';
CREATE INDEX background_jobs_due ON background_jobs (name, due_at);

CREATE TABLE ranker_fits (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    version text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    lessons integer NOT NULL,
    judged jsonb NOT NULL,
    taken boolean NOT NULL,
    because text NOT NULL,
    PRIMARY KEY (community, version)
);
COMMENT ON TABLE ranker_fits IS 'every ranker that was fitted, what it was judged to be worth, and whether it was put in force';
CREATE INDEX ranker_fits_time ON ranker_fits (community, at);
"""

_SNAPSHOTS = """
ALTER TABLE profile_snapshots ADD COLUMN packed bytea;
ALTER TABLE profile_snapshots ALTER COLUMN state DROP NOT NULL;
COMMENT ON COLUMN profile_snapshots.packed IS 'the state, as JSON that zlib has compressed; state itself holds it in rows of before';
"""

_TENANT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (
    community = (SELECT current_setting('assistant.community', true))
    OR (SELECT current_setting('assistant.community', true)) = '*'
);
"""

TABLES = ("campaign_rounds", "restocks", "background_jobs", "ranker_fits")


def upgrade() -> None:
    op.execute(_ROUNDS)
    op.execute(_JOBS)
    op.execute(_SNAPSHOTS)
    for table in TABLES:
        op.execute(_TENANT.format(table=table))
