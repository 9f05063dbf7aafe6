"""Events and members as revision 0004 makes them; never changed again."""

EVENTS = """
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

MEMBERS = """
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

AUDIT = """
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
