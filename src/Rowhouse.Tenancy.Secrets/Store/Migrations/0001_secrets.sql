CREATE SCHEMA secrets;

-- A tenant's secrets, sealed by the version of its data key that stands beside them: a row that is put under another tenant, name or version does not open.
CREATE TABLE secrets.sealed_values (
    tenant_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    key_version integer NOT NULL,
    envelope bytea NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT pk_sealed_values PRIMARY KEY (tenant_id, name)
);
