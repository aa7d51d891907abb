-- Keys of the platform by which servers wrap: not the keys, but a value of each by which it is known again. No tenant's key is wrapped by one that is not here.
CREATE TABLE platform.platform_keys (
    id text COLLATE "C" NOT NULL,
    proof bytea NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT pk_platform_keys PRIMARY KEY (id)
);

-- Each tenant's data keys, wrapped. One whose keys were destroyed keeps a row without a key: it can never have one again.
CREATE TABLE platform.tenant_keys (
    tenant_id uuid NOT NULL,
    version integer NOT NULL,
    wrapped bytea,
    platform_key text COLLATE "C",
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_tenant_keys PRIMARY KEY (tenant_id, version),
    CONSTRAINT ck_tenant_keys_wrapped_by_a_key CHECK ((wrapped IS NULL) = (platform_key IS NULL)),
    CONSTRAINT fk_tenant_keys_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id),
    CONSTRAINT fk_tenant_keys_platform_keys_platform_key FOREIGN KEY (platform_key) REFERENCES platform.platform_keys (id)
);

CREATE INDEX ix_tenant_keys_platform_key_tenant_id_version ON platform.tenant_keys (platform_key, tenant_id, version);

-- DELETE destroys the keys of a tenant that is erased, UPDATE wraps them by another key.
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.tenant_keys TO :"platform";
GRANT SELECT, INSERT, DELETE ON platform.platform_keys TO :"platform";
