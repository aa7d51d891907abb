-- Events that commit with the data that they tell of. Each is delivered to its handlers and then deleted, so the table is
-- a set of what is still to be done and not a log: nothing is found by a position, which would lose late commits. The number
-- says the order and nothing else: each database counts for itself, so it is no part of a key.
CREATE TABLE tenancy.outbox (
    tenant_id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    not_before timestamptz NOT NULL,
    failed_at timestamptz,
    error text,
    CONSTRAINT pk_outbox PRIMARY KEY (tenant_id, id)
);

-- Who has something to be delivered, in its order; and for the operator what waits and what was set aside, by age.
CREATE INDEX ix_outbox_waiting ON tenancy.outbox (tenant_id, number) WHERE failed_at IS NULL;
CREATE INDEX ix_outbox_waiting_by_age ON tenancy.outbox (created_at, id) WHERE failed_at IS NULL;
CREATE INDEX ix_outbox_failed_by_age ON tenancy.outbox (created_at, id) WHERE failed_at IS NOT NULL;
CREATE INDEX ix_outbox_failed_of_tenant ON tenancy.outbox (tenant_id, created_at, id) WHERE failed_at IS NOT NULL;

-- What a consumer has committed. The row goes in with the effect, so whoever brings the event again finds it. The key has them by age.
CREATE TABLE tenancy.seen_events (
    tenant_id uuid NOT NULL,
    consumer text COLLATE "C" NOT NULL,
    event_id uuid NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT pk_seen_events PRIMARY KEY (tenant_id, event_id, consumer)
);

-- The guards of every table of tenants. Here and not from a model, so that the schema is held to word for word.
ALTER TABLE tenancy.outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy.seen_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON tenancy.outbox TO :"tenant"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);
CREATE POLICY tenant ON tenancy.seen_events TO :"tenant"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);

CREATE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON tenancy.outbox FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence();
CREATE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON tenancy.seen_events FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence();

CREATE FUNCTION tenancy.capture_tenancy_outbox() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, MDY' SET timezone = 'UTC' AS $capture$
BEGIN
    IF tg_op <> 'INSERT' THEN
        INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (old.tenant_id, '"tenancy"."outbox"', ARRAY[old."id"::text]::text[]);
    END IF;
    IF tg_op = 'INSERT' OR tg_op = 'UPDATE' AND ARRAY[new."id"::text]::text[] IS DISTINCT FROM ARRAY[old."id"::text]::text[] THEN
        INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (new.tenant_id, '"tenancy"."outbox"', ARRAY[new."id"::text]::text[]);
    END IF;
    RETURN NULL;
END
$capture$;

CREATE FUNCTION tenancy.capture_tenancy_seen_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, MDY' SET timezone = 'UTC' AS $capture$
BEGIN
    IF tg_op <> 'INSERT' THEN
        INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (old.tenant_id, '"tenancy"."seen_events"', ARRAY[old."event_id"::text, old."consumer"::text]::text[]);
    END IF;
    IF tg_op = 'INSERT' OR tg_op = 'UPDATE' AND ARRAY[new."event_id"::text, new."consumer"::text]::text[] IS DISTINCT FROM ARRAY[old."event_id"::text, old."consumer"::text]::text[] THEN
        INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (new.tenant_id, '"tenancy"."seen_events"', ARRAY[new."event_id"::text, new."consumer"::text]::text[]);
    END IF;
    RETURN NULL;
END
$capture$;

CREATE TRIGGER capture AFTER INSERT OR UPDATE OR DELETE ON tenancy.outbox FOR EACH ROW
    WHEN (current_setting('rowhouse.capturing', true) = '1') EXECUTE FUNCTION tenancy.capture_tenancy_outbox();
CREATE TRIGGER capture AFTER INSERT OR UPDATE OR DELETE ON tenancy.seen_events FOR EACH ROW
    WHEN (current_setting('rowhouse.capturing', true) = '1') EXECUTE FUNCTION tenancy.capture_tenancy_seen_events();

REVOKE ALL ON FUNCTION tenancy.capture_tenancy_outbox(), tenancy.capture_tenancy_seen_events() FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy.outbox, tenancy.seen_events TO :"tenant";

-- The platform finds who has something to be delivered, and tells the operator what was set aside. Never what an event says.
CREATE POLICY platform_finds ON tenancy.outbox FOR SELECT TO :"platform" USING (true);
GRANT SELECT (tenant_id, number, id, kind, created_at, attempts, not_before, failed_at, error) ON tenancy.outbox TO :"platform";
