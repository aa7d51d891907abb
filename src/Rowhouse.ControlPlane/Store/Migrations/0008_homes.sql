-- Databases of tenants' own, from before they are made until after they are removed: what bears the name of a home on a server and is not here is nobody's.
CREATE TABLE platform.homes (
    name text COLLATE "C" NOT NULL,
    tenant_id uuid NOT NULL,
    password bytea NOT NULL,
    key_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_homes PRIMARY KEY (name),
    CONSTRAINT fk_homes_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id)
);

CREATE INDEX ix_homes_tenant_id ON platform.homes (tenant_id);

-- Why a tenant's home could not be made; and the tenants that have one, by id.
ALTER TABLE platform.tenants ADD COLUMN provisioning_error text;
CREATE INDEX ix_tenants_id_dedicated ON platform.tenants (id) WHERE placement_kind = 1;

GRANT SELECT, INSERT, DELETE ON platform.homes TO :"platform";
