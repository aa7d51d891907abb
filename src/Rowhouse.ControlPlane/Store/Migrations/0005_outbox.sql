-- Events about the platform and its tenants, as tenancy.outbox has them of what happens in a tenant's home. Here one role reads and writes.
CREATE TABLE platform.outbox (
    number bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    tenant_id uuid,
    kind text COLLATE "C" NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    not_before timestamptz NOT NULL,
    failed_at timestamptz,
    error text,
    CONSTRAINT pk_outbox PRIMARY KEY (number)
);

CREATE UNIQUE INDEX ix_outbox_id ON platform.outbox (id);
CREATE INDEX ix_outbox_tenant_id_id ON platform.outbox (tenant_id, id);
CREATE INDEX ix_outbox_waiting ON platform.outbox (tenant_id, number) WHERE failed_at IS NULL;
CREATE INDEX ix_outbox_waiting_by_age ON platform.outbox (created_at, id) WHERE failed_at IS NULL;
CREATE INDEX ix_outbox_failed_by_age ON platform.outbox (created_at, id) WHERE failed_at IS NOT NULL;
CREATE INDEX ix_outbox_failed_of_tenant ON platform.outbox (tenant_id, created_at, id) WHERE failed_at IS NOT NULL;

-- What was handled in this database, of events that lay here or in a tenant's home. Zeros stand for the platform.
CREATE TABLE platform.seen_events (
    tenant_id uuid NOT NULL,
    consumer text COLLATE "C" NOT NULL,
    event_id uuid NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT pk_seen_events PRIMARY KEY (tenant_id, event_id, consumer)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON platform.outbox, platform.seen_events TO :"platform";

-- How often the tenant's settings have changed, as far as it is known here. No change of the tenant itself, whose version it leaves alone: nodes
-- hear of it by the same notice.
ALTER TABLE platform.tenants ADD COLUMN settings_version bigint NOT NULL DEFAULT 0;
DROP TRIGGER stamp_changed ON platform.tenants;
CREATE TRIGGER stamp_changed BEFORE UPDATE OF
    slug, name, status, placement_kind, store, database, generation, time_zone, currency, locale, version, changed_in, settings_version
    ON platform.tenants FOR EACH ROW EXECUTE FUNCTION platform.stamp_tenant();
