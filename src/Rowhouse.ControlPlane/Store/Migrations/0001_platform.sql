-- The control plane's own tables. The platform role works on them; the application role cannot see the schema.
CREATE SCHEMA IF NOT EXISTS platform;

CREATE TABLE platform.tenants (
    id uuid NOT NULL,
    slug text COLLATE "C" NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    master_account_name text,
    master_account_key text COLLATE "C",
    addresses jsonb NOT NULL,
    technical_user_name text,
    technical_user_email text,
    status smallint NOT NULL,
    placement_kind smallint NOT NULL,
    store text NOT NULL,
    database text NOT NULL,
    generation integer NOT NULL,
    plan text COLLATE "C" NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    locale text NOT NULL,
    created_at timestamptz NOT NULL,
    members_changed_at timestamptz NOT NULL,
    version bigint NOT NULL,
    changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT pk_tenants PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_tenants_slug ON platform.tenants (slug);
CREATE UNIQUE INDEX ix_tenants_master_account_key ON platform.tenants (master_account_key) WHERE status NOT IN (8, 9);
CREATE INDEX ix_tenants_created_at_id ON platform.tenants (created_at, id);
CREATE INDEX ix_tenants_name_key_id ON platform.tenants (name_key, id);
CREATE INDEX ix_tenants_plan_name_key_id ON platform.tenants (plan, name_key, id);
CREATE INDEX ix_tenants_status_name_key_id ON platform.tenants (status, name_key, id);
CREATE INDEX ix_tenants_changed_in_id ON platform.tenants (changed_in, id);

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

-- Hosts that tenants claim as their own. A proven claim has an identifier beside it, which is what requests are found by; one
-- that is not proven lapses, and then the host is anybody's again.
CREATE TABLE platform.domains (
    host text COLLATE "C" NOT NULL,
    tenant_id uuid NOT NULL,
    token text COLLATE "C" NOT NULL,
    added_at timestamptz NOT NULL,
    expires_at timestamptz,
    proven_at timestamptz,
    checked_at timestamptz,
    failure smallint,
    CONSTRAINT pk_domains PRIMARY KEY (host),
    CONSTRAINT ck_domains_lapses_until_proven CHECK ((expires_at IS NULL) = (proven_at IS NOT NULL)),
    CONSTRAINT fk_domains_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id)
);

CREATE INDEX ix_domains_tenant_id ON platform.domains (tenant_id);
CREATE INDEX ix_domains_expires_at ON platform.domains (expires_at);

CREATE TABLE platform.subscriptions (
    tenant_id uuid NOT NULL,
    product text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (tenant_id, product),
    CONSTRAINT fk_subscriptions_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id)
);

-- An address is nobody's until it is proven. Somebody unproven belongs to the one tenant that invited them and to no
-- other, so two tenants may each have somebody of one address; proven, an address leads to one person.
CREATE TABLE platform.people (
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    proven_at timestamptz,
    only_tenant_id uuid,
    password_hash text,
    security_stamp text NOT NULL,
    signed_in_at timestamptz,
    super_admin boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (id),
    CONSTRAINT ck_people_unproven_in_one_tenant CHECK ((proven_at IS NULL) = (only_tenant_id IS NOT NULL)),
    CONSTRAINT fk_people_tenants_only_tenant_id FOREIGN KEY (only_tenant_id) REFERENCES platform.tenants (id)
);

CREATE UNIQUE INDEX ix_people_email_key ON platform.people (email_key) WHERE proven_at IS NOT NULL;
CREATE UNIQUE INDEX ix_people_email_key_only_tenant_id ON platform.people (email_key, only_tenant_id);
CREATE INDEX ix_people_only_tenant_id ON platform.people (only_tenant_id);

-- A member from the invitation on. While it is open there is no person yet, and of the link that accepts it only the
-- SHA-256 of its secret is kept.
CREATE TABLE platform.members (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    person_id uuid,
    email text NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    role smallint NOT NULL,
    invited_at timestamptz NOT NULL,
    invited_by uuid,
    joined_at timestamptz,
    vouched boolean NOT NULL,
    link_hash bytea,
    link_expires_at timestamptz,
    CONSTRAINT pk_members PRIMARY KEY (id),
    CONSTRAINT ck_members_joined_by_somebody CHECK ((person_id IS NULL) = (joined_at IS NULL)),
    CONSTRAINT ck_members_link_only_while_open CHECK (person_id IS NULL OR link_hash IS NULL),
    CONSTRAINT fk_members_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id),
    CONSTRAINT fk_members_people_person_id FOREIGN KEY (person_id) REFERENCES platform.people (id)
);

CREATE UNIQUE INDEX ix_members_tenant_id_email_key ON platform.members (tenant_id, email_key);
CREATE UNIQUE INDEX ix_members_tenant_id_person_id ON platform.members (tenant_id, person_id);
CREATE INDEX ix_members_tenant_id_invited_at_id ON platform.members (tenant_id, invited_at, id);
CREATE INDEX ix_members_person_id ON platform.members (person_id);
CREATE UNIQUE INDEX ix_members_link_hash ON platform.members (link_hash);

-- Of a session only the SHA-256 of its secret is kept: whoever reads this table can sign in as nobody.
CREATE TABLE platform.sessions (
    hash bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (hash),
    CONSTRAINT fk_sessions_people_person_id FOREIGN KEY (person_id) REFERENCES platform.people (id)
);

CREATE INDEX ix_sessions_person_id ON platform.sessions (person_id);
CREATE INDEX ix_sessions_expires_at ON platform.sessions (expires_at);

-- Passwords that were tried for an account, from one network each: nobody can close it to its owner from elsewhere. An
-- account is a person's id; an address that is nobody's is counted alike, so that a count tells nothing.
CREATE TABLE platform.sign_in_attempts (
    account text COLLATE "C" NOT NULL,
    network text COLLATE "C" NOT NULL,
    failures integer NOT NULL,
    window_began timestamptz NOT NULL,
    window_failures integer NOT NULL,
    locked_until timestamptz,
    succeeded_at timestamptz,
    tried_at timestamptz NOT NULL,
    CONSTRAINT pk_sign_in_attempts PRIMARY KEY (account, network)
);

CREATE INDEX ix_sign_in_attempts_tried_at ON platform.sign_in_attempts (tried_at);
CREATE INDEX ix_sign_in_attempts_failed ON platform.sign_in_attempts (tried_at) WHERE succeeded_at IS NULL;

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
CREATE INDEX ix_audit_action_at_id ON platform.audit (action, at, id);

-- Every node follows what it keeps in memory: it listens, and now and then reads the tenants that were changed in transactions
-- which had not ended when it read last. So each change is stamped with its transaction and told, whoever makes it.
CREATE FUNCTION platform.stamp_tenant() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.changed_in := pg_current_xact_id();
    PERFORM pg_notify('rowhouse_catalogue', 'tenant ' || NEW.id);
    RETURN NEW;
END
$$;

CREATE FUNCTION platform.touch_tenant() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    UPDATE platform.tenants SET changed_in = pg_current_xact_id()
        WHERE id IN (OLD.tenant_id, NEW.tenant_id) AND changed_in <> pg_current_xact_id();
    RETURN NULL;
END
$$;

CREATE FUNCTION platform.tell_person() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('rowhouse_catalogue', 'person ' || id) FROM (VALUES (OLD.person_id), (NEW.person_id)) AS people (id) WHERE id IS NOT NULL;
    RETURN NULL;
END
$$;

CREATE FUNCTION platform.tell_person_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('rowhouse_catalogue', 'person ' || NEW.id);
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION platform.stamp_tenant(), platform.touch_tenant(), platform.tell_person(), platform.tell_person_changed() FROM PUBLIC;

CREATE TRIGGER stamp_new BEFORE INSERT ON platform.tenants FOR EACH ROW EXECUTE FUNCTION platform.stamp_tenant();
CREATE TRIGGER stamp_changed BEFORE UPDATE OF
    slug, name, status, placement_kind, store, database, generation, time_zone, currency, locale, version, changed_in
    ON platform.tenants FOR EACH ROW EXECUTE FUNCTION platform.stamp_tenant();
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON platform.identifiers FOR EACH ROW EXECUTE FUNCTION platform.touch_tenant();
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON platform.subscriptions FOR EACH ROW EXECUTE FUNCTION platform.touch_tenant();

-- Who may do what: a node believes what it has checked for a minute, and drops it when it hears of a change. Sessions that ran out
-- by themselves are believed by nobody.
CREATE TRIGGER tell_joined AFTER INSERT ON platform.members FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION platform.tell_person();
CREATE TRIGGER tell_changed AFTER UPDATE OF person_id, role ON platform.members FOR EACH ROW WHEN (NEW.person_id IS NOT NULL OR OLD.person_id IS NOT NULL) EXECUTE FUNCTION platform.tell_person();
CREATE TRIGGER tell_left AFTER DELETE ON platform.members FOR EACH ROW WHEN (OLD.person_id IS NOT NULL) EXECUTE FUNCTION platform.tell_person();
CREATE TRIGGER tell_ended AFTER DELETE ON platform.sessions FOR EACH ROW WHEN (OLD.expires_at > now()) EXECUTE FUNCTION platform.tell_person();
CREATE TRIGGER tell_shortened AFTER UPDATE OF expires_at ON platform.sessions FOR EACH ROW WHEN (NEW.expires_at < OLD.expires_at) EXECUTE FUNCTION platform.tell_person();
CREATE TRIGGER tell_changed AFTER UPDATE OF super_admin ON platform.people FOR EACH ROW EXECUTE FUNCTION platform.tell_person_changed();

GRANT USAGE ON SCHEMA platform TO :"platform";
-- A tenant's row outlives the tenant, so that its name tells of it and every node hears of its end.
GRANT SELECT, INSERT, UPDATE ON platform.tenants TO :"platform";
GRANT SELECT, INSERT, UPDATE, DELETE ON
    platform.identifiers, platform.domains, platform.subscriptions, platform.people, platform.members,
    platform.sessions, platform.sign_in_attempts
    TO :"platform";

-- Append only: what was recorded can be neither changed nor removed by the role that records it.
GRANT SELECT, INSERT ON platform.audit TO :"platform";
