-- The control plane's own tables. rowhouse_platform works on them; rowhouse_app cannot see the schema.
CREATE SCHEMA IF NOT EXISTS platform;

CREATE TABLE platform.tenants (
    id uuid NOT NULL,
    slug text COLLATE "C" NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    status smallint NOT NULL,
    placement_kind smallint NOT NULL,
    store text NOT NULL,
    database text NOT NULL,
    generation integer NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    locale text NOT NULL,
    created_at timestamptz NOT NULL,
    members_changed_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_tenants_slug ON platform.tenants (slug);
CREATE INDEX ix_tenants_created_at_id ON platform.tenants (created_at, id);
CREATE INDEX ix_tenants_name_key_id ON platform.tenants (name_key, id);

-- Everything that leads to a tenant. Id, slug and external ids are one kind and so one name space: the primary key lets
-- no value lead to two tenants.
CREATE TABLE platform.identifiers (
    kind smallint NOT NULL,
    value text COLLATE "C" NOT NULL,
    tenant_id uuid NOT NULL,
    origin smallint NOT NULL,
    CONSTRAINT pk_identifiers PRIMARY KEY (kind, value),
    CONSTRAINT fk_identifiers_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id)
);

CREATE INDEX ix_identifiers_tenant_id ON platform.identifiers (tenant_id);

CREATE TABLE platform.subscriptions (
    tenant_id uuid NOT NULL,
    product text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (tenant_id, product),
    CONSTRAINT fk_subscriptions_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id)
);

CREATE TABLE platform.people (
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    password_hash text,
    security_stamp text NOT NULL,
    failed_sign_ins integer NOT NULL,
    locked_until timestamptz,
    super_admin boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_people_email_key ON platform.people (email_key);

CREATE TABLE platform.memberships (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    role smallint NOT NULL,
    joined_at timestamptz NOT NULL,
    CONSTRAINT pk_memberships PRIMARY KEY (tenant_id, person_id),
    CONSTRAINT fk_memberships_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id),
    CONSTRAINT fk_memberships_people_person_id FOREIGN KEY (person_id) REFERENCES platform.people (id)
);

CREATE INDEX ix_memberships_person_id ON platform.memberships (person_id);

-- Of a session and of a link only the SHA-256 of its secret is kept: whoever reads this table can sign in as nobody.
CREATE TABLE platform.sessions (
    hash bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    by_cookie boolean NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (hash),
    CONSTRAINT fk_sessions_people_person_id FOREIGN KEY (person_id) REFERENCES platform.people (id)
);

CREATE INDEX ix_sessions_person_id ON platform.sessions (person_id);
CREATE INDEX ix_sessions_expires_at ON platform.sessions (expires_at);

CREATE TABLE platform.password_links (
    hash bytea NOT NULL,
    person_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_password_links PRIMARY KEY (hash),
    CONSTRAINT fk_password_links_people_person_id FOREIGN KEY (person_id) REFERENCES platform.people (id)
);

CREATE INDEX ix_password_links_person_id ON platform.password_links (person_id);

-- No foreign keys: an entry outlives what it speaks of.
CREATE TABLE platform.audit (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    person_id uuid,
    action text COLLATE "C" NOT NULL,
    tenant_id uuid,
    subject text,
    outcome smallint NOT NULL,
    address text,
    trace_id text,
    details jsonb,
    CONSTRAINT pk_audit PRIMARY KEY (id)
);

CREATE INDEX ix_audit_at_id ON platform.audit (at, id);
CREATE INDEX ix_audit_tenant_id_at_id ON platform.audit (tenant_id, at, id);

GRANT USAGE ON SCHEMA platform TO rowhouse_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    platform.tenants, platform.identifiers, platform.subscriptions, platform.people, platform.memberships,
    platform.sessions, platform.password_links
    TO rowhouse_platform;

-- Append only: what was recorded can be neither changed nor removed by the role that records it.
GRANT SELECT, INSERT ON platform.audit TO rowhouse_platform;
