"""Members: what they do, what they declare and consent to, their profiles, segments and points.

The parts of the partitioned tables are in the schema ``parts``, where the serving role has no rights: it reaches them through their tables
alone, whose policies hold. It makes and drops months by two functions of the owner.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

KEY_PARTS = 8

_EVENTS = """
CREATE SCHEMA parts;
COMMENT ON SCHEMA parts IS 'the parts of partitioned tables';

CREATE TABLE event_keys (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
) PARTITION BY HASH (community, id);
COMMENT ON TABLE event_keys IS 'the events'' uniqueness, which a table parted by month cannot hold; written in the events'' own statement';
CREATE INDEX event_keys_age ON event_keys USING brin (at);

CREATE TABLE events (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    item_id text COLLATE "C",
    session_id text,
    channel text,
    language text,
    text text,
    flagged boolean NOT NULL DEFAULT false,
    decision_id text COLLATE "C",
    via_member text COLLATE "C",
    properties jsonb NOT NULL,
    source text NOT NULL,
    received_at timestamptz NOT NULL
) PARTITION BY RANGE (at);
COMMENT ON COLUMN events.flagged IS 'a message that moderation acted on: never an interest, never points';
COMMENT ON COLUMN events.via_member IS 'who brought them, or whose post it was: what influence is counted by';
COMMENT ON COLUMN events.source IS 'api, import, or the id of a connection';
CREATE INDEX events_member ON events (community, member_id, at, id);
CREATE INDEX events_item ON events (community, item_id, at, id) WHERE item_id IS NOT NULL;
CREATE INDEX events_kind ON events (community, type, at, id);
CREATE INDEX events_decision ON events (community, decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX events_via ON events (community, via_member, at) WHERE via_member IS NOT NULL;
CREATE INDEX events_texts ON events (received_at) WHERE text IS NOT NULL;

CREATE FUNCTION make_event_month(moment timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
AS $$
DECLARE
    start timestamptz := date_trunc('month', moment AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    stop timestamptz := (date_trunc('month', moment AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    name text := 'events_' || to_char(start AT TIME ZONE 'UTC', 'YYYYMM');
BEGIN
    IF moment < '2000-01-01+00' OR moment >= '2100-01-01+00' THEN
        RAISE EXCEPTION 'no month of events that far away: %', moment USING ERRCODE = 'datetime_field_overflow';
    END IF;
    IF to_regclass('parts.' || name) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(7291884502);
    IF to_regclass('parts.' || name) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE parts.%I (LIKE public.events INCLUDING DEFAULTS)', name);
    EXECUTE format('ALTER TABLE public.events ATTACH PARTITION parts.%I FOR VALUES FROM (%L) TO (%L)', name, start, stop);
END
$$;

CREATE FUNCTION drop_event_months(before timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
AS $$
DECLARE
    part record;
    dropped integer := 0;
BEGIN
    FOR part IN
        SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'parts' AND c.relname ~ '^events_[0-9]{6}$'
            AND (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month') <= before AT TIME ZONE 'UTC'
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE parts.%I', part.name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION drop_event_months IS 'forgets each month that is wholly before a moment; returns how many';
REVOKE ALL ON FUNCTION make_event_month, drop_event_months FROM PUBLIC;
"""

_MEMBERS = """
CREATE TABLE member_settings (
    community text COLLATE "C" PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    document jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE member_settings IS 'attributes and their stages, rules of points, levels and badges';

CREATE TABLE members (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    name text,
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (community, id)
);
CREATE INDEX members_listed ON members (community, created_at, id);

CREATE TABLE member_attributes (
    community text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    purpose text NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, member_id, name),
    FOREIGN KEY (community, member_id) REFERENCES members ON DELETE CASCADE
);
COMMENT ON COLUMN member_attributes.purpose IS 'the consent under which it is held: without it, it goes';
CREATE INDEX member_attributes_value ON member_attributes (community, name, value, member_id);

CREATE TABLE consents (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    source text NOT NULL,
    wording text,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, member_id, purpose)
);
COMMENT ON TABLE consents IS 'what holds now; nothing recorded is no consent';

CREATE TABLE consent_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    source text NOT NULL,
    wording text,
    at timestamptz NOT NULL
);
COMMENT ON TABLE consent_changes IS 'the proof: every time that a member said yes or no, and to which words';
CREATE INDEX consent_changes_member ON consent_changes (community, member_id, at, id);

CREATE TABLE member_stops (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_id text COLLATE "C" NOT NULL,
    topic text NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, member_id, topic)
);
COMMENT ON TABLE member_stops IS 'what a member wants no messages about; a stage in it is never inferred again';

CREATE TABLE erasures (
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    member_hash bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (community, member_hash)
);
COMMENT ON TABLE erasures IS 'keyed hashes of erased ids: events from before that come late are not taken up again';

CREATE TABLE member_imports (
    id text COLLATE "C" PRIMARY KEY,
    community text COLLATE "C" NOT NULL REFERENCES communities ON DELETE CASCADE,
    name text NOT NULL,
    content_hash bytea NOT NULL,
    format text NOT NULL,
    rows_read bigint NOT NULL,
    taken bigint NOT NULL,
    failed bigint NOT NULL,
    errors jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (community, content_hash, format)
);
COMMENT ON COLUMN member_imports.rows_read IS 'where to go on after a stop';
"""

_AUDIT = """
CREATE FUNCTION forget_in_audit(its_community text, member text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
AS $$
DECLARE
    quoted text := to_json(member)::text;
    changed integer;
BEGIN
    UPDATE audit SET
        subject = CASE WHEN subject = member THEN 'erased' ELSE subject END,
        actor = CASE WHEN right(actor, length(member) + 1) = ':' || member THEN split_part(actor, ':', 1) || ': erased' ELSE actor END,
        details = replace(details::text, quoted, '"erased"')::jsonb
    WHERE community = its_community
        AND (subject = member OR right(actor, length(member) + 1) = ':' || member OR position(quoted IN details::text) > 0);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION forget_in_audit IS 'the one change that the trail allows: who an erased member was';
REVOKE ALL ON FUNCTION forget_in_audit FROM PUBLIC;
"""

_PROFILES = """
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

_POINTS = """
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

_TENANT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (
    community = (SELECT current_setting('assistant.community', true))
    OR (SELECT current_setting('assistant.community', true)) = '*'
);
"""

TABLES = (
    "event_keys",
    "events",
    "member_settings",
    "members",
    "member_attributes",
    "consents",
    "consent_changes",
    "member_stops",
    "erasures",
    "member_imports",
    "profiles",
    "profile_snapshots",
    "profile_queue",
    "segments",
    "segment_members",
    "points",
    "point_balances",
    "badges",
    "rewards",
    "redemptions",
    "draws",
    "draw_entries",
)


def upgrade() -> None:
    op.execute(_EVENTS)
    for part in range(KEY_PARTS):
        op.execute(
            f"CREATE TABLE parts.event_keys_{part} PARTITION OF event_keys "
            f"FOR VALUES WITH (MODULUS {KEY_PARTS}, REMAINDER {part})"
        )
    op.execute(_MEMBERS)
    op.execute(_AUDIT)
    op.execute(_PROFILES)
    op.execute(_POINTS)
    for table in TABLES:
        op.execute(_TENANT.format(table=table))
