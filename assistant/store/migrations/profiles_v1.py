"""Profiles, segments and points as revision 0004 makes them; never changed again."""

PROFILES = """
CREATE TABLE profiles (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    state jsonb NOT NULL,
    vectors bytea NOT NULL,
    model text NOT NULL,
    first_at timestamptz NOT NULL,
    events bigint NOT NULL,
    active_days integer NOT NULL,
    purchases integer NOT NULL,
    spent numeric(18, 4) NOT NULL,
    currency text,
    language text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, member_id)
);
COMMENT ON TABLE profiles IS 'the fold over a member''s events up to (at, event_id)';
COMMENT ON COLUMN profiles.vectors IS 'interests as float16 rows of 128 dimensions at most, each of length 1; their weights are in state';
CREATE INDEX profiles_active ON profiles (community, at, member_id);

CREATE TABLE profile_snapshots (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    state jsonb NOT NULL,
    vectors bytea NOT NULL,
    model text NOT NULL,
    PRIMARY KEY (community, member_id, at, event_id)
);
COMMENT ON TABLE profile_snapshots IS 'where to fold on from when an event comes late';

CREATE TABLE profile_queue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL,
    queued_at timestamptz NOT NULL
);
COMMENT ON TABLE profile_queue IS 'a row per member and batch of events: nobody who writes events waits for the folding';
COMMENT ON COLUMN profile_queue.since IS 'the earliest event that the profile lacks';
CREATE INDEX profile_queue_member ON profile_queue (community, member_id);

CREATE TABLE segments (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('rules', 'snapshot', 'cluster')),
    rules jsonb NOT NULL,
    counted integer,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
CREATE INDEX segments_listed ON segments (community, created_at, id);

CREATE TABLE segment_members (
    community text COLLATE "C" NOT NULL,
    segment_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (community, segment_id, member_id),
    FOREIGN KEY (community, segment_id) REFERENCES segments ON DELETE CASCADE
);
COMMENT ON TABLE segment_members IS 'who is in a snapshot or a cluster; the members of rules are asked for';
CREATE INDEX segment_members_member ON segment_members (community, member_id);
"""

POINTS = """
CREATE TABLE points (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    amount integer NOT NULL CHECK (amount <> 0),
    kind text NOT NULL CHECK (kind IN ('earned', 'reversed', 'granted', 'redeemed', 'returned')),
    rule text,
    subject text,
    at timestamptz NOT NULL,
    day date NOT NULL,
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (community, id)
);
COMMENT ON TABLE points IS 'the ledger, only ever added to; one id per cause, so that nothing counts twice';
COMMENT ON COLUMN points.subject IS 'what earned it: an event, an item, a redemption';
CREATE INDEX points_member ON points (community, member_id, at, id);
CREATE INDEX points_subject ON points (community, subject) WHERE subject IS NOT NULL;
CREATE INDEX points_cap ON points (community, member_id, rule, day);

CREATE TABLE point_balances (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    balance bigint NOT NULL CHECK (balance >= 0),
    earned bigint NOT NULL CHECK (earned >= 0),
    level integer NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, member_id)
);
COMMENT ON COLUMN point_balances.earned IS 'all that was earned and not taken back: what levels go by; spending does not lower it';
CREATE INDEX point_balances_ranked ON point_balances (community, earned, member_id);

CREATE TABLE badges (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    badge text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, member_id, badge)
);

CREATE TABLE rewards (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    cost integer NOT NULL CHECK (cost >= 0),
    stock integer CHECK (stock >= 0),
    per_member integer CHECK (per_member > 0),
    least_level integer NOT NULL DEFAULT 0,
    opens_at timestamptz,
    closes_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);

CREATE TABLE redemptions (
    community text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    reward_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    cost integer NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'given', 'returned')),
    at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id),
    FOREIGN KEY (community, reward_id) REFERENCES rewards ON DELETE CASCADE
);
CREATE INDEX redemptions_member ON redemptions (community, member_id, at, id);
CREATE INDEX redemptions_reward ON redemptions (community, reward_id, member_id);

CREATE TABLE draws (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    rules jsonb NOT NULL,
    commitment bytea NOT NULL,
    seed bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'drawn')),
    closes_at timestamptz NOT NULL,
    drawn_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
COMMENT ON COLUMN draws.commitment IS 'the SHA-256 of the seed, published with the rules; the seed is published with the winners';

CREATE TABLE draw_entries (
    community text COLLATE "C" NOT NULL,
    draw_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    place integer,
    PRIMARY KEY (community, draw_id, member_id),
    FOREIGN KEY (community, draw_id) REFERENCES draws ON DELETE CASCADE
);
CREATE INDEX draw_entries_member ON draw_entries (community, member_id);
"""
