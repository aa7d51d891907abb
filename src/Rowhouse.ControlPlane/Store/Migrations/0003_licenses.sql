-- What licenses name: small lists of the whole platform. An id is kept as it was given, and stays for good.
CREATE TABLE platform.enterprises (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    banned boolean NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_enterprises PRIMARY KEY (id)
);

CREATE INDEX ix_enterprises_name_key_id ON platform.enterprises (name_key, id);

CREATE TABLE platform.licensed_products (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_licensed_products PRIMARY KEY (id)
);

CREATE INDEX ix_licensed_products_name_key_id ON platform.licensed_products (name_key, id);

CREATE TABLE platform.licensed_services (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_licensed_services PRIMARY KEY (id)
);

CREATE INDEX ix_licensed_services_name_key_id ON platform.licensed_services (name_key, id);

-- A license from its first day to its last; days are the tenant's. What it is on a day is computed. That no two of a tenant for
-- the same thing overlap is decided under an advisory lock: an exclusion constraint would need btree_gist.
CREATE TABLE platform.licenses (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    service_id text COLLATE "C" NOT NULL,
    start_date date NOT NULL,
    end_date date NOT NULL,
    contact_full_name text NOT NULL,
    contact_email text NOT NULL,
    seats integer,
    overage smallint NOT NULL,
    suspended boolean NOT NULL,
    scope text[] NOT NULL,
    grace_period_days integer NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_licenses PRIMARY KEY (id),
    CONSTRAINT ck_licenses_ends_after_it_starts CHECK (end_date >= start_date),
    CONSTRAINT fk_licenses_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id),
    CONSTRAINT fk_licenses_enterprises_enterprise_id FOREIGN KEY (enterprise_id) REFERENCES platform.enterprises (id),
    CONSTRAINT fk_licenses_licensed_products_product_id FOREIGN KEY (product_id) REFERENCES platform.licensed_products (id),
    CONSTRAINT fk_licenses_licensed_services_service_id FOREIGN KEY (service_id) REFERENCES platform.licensed_services (id)
);

CREATE UNIQUE INDEX ix_licenses_of_one_thing ON platform.licenses (tenant_id, enterprise_id, product_id, service_id, start_date);
CREATE INDEX ix_licenses_tenant_id_start_date_id ON platform.licenses (tenant_id, start_date, id);
CREATE INDEX ix_licenses_tenant_id_end_date_id ON platform.licenses (tenant_id, end_date, id);
CREATE INDEX ix_licenses_enterprise_id ON platform.licenses (enterprise_id);
CREATE INDEX ix_licenses_product_id ON platform.licenses (product_id);
CREATE INDEX ix_licenses_service_id ON platform.licenses (service_id);

-- Nothing of these is removed: what was licensed stays told.
GRANT SELECT, INSERT, UPDATE ON platform.enterprises, platform.licensed_products, platform.licensed_services, platform.licenses TO :"platform";
