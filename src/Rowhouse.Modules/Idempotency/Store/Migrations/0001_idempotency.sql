CREATE SCHEMA idempotency;

-- What was answered under a tenant's keys: one row for each key of a route, written with the effect.
CREATE TABLE idempotency.keys (
    tenant_id uuid NOT NULL,
    route text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    request bytea NOT NULL,
    person_id uuid NOT NULL,
    role integer,
    status integer NOT NULL,
    location text,
    e_tag text,
    body text NOT NULL,
    kept_at timestamptz NOT NULL,
    CONSTRAINT pk_keys PRIMARY KEY (tenant_id, route, key)
);

CREATE INDEX ix_keys_tenant_id_kept_at ON idempotency.keys (tenant_id, kept_at);
