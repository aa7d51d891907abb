-- Where each tenant's rows are, and whether they may be written here. One row for every tenant that this database holds or
-- receives: open takes writes of its generation; into receiving and out of purging only a mover writes, who knows the
-- token; closed takes none.
CREATE TABLE tenancy.homes (
    tenant_id uuid NOT NULL,
    generation integer NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'open',
    capturing boolean NOT NULL DEFAULT false,
    token uuid,
    CONSTRAINT pk_homes PRIMARY KEY (tenant_id),
    CONSTRAINT ck_homes_generation CHECK (generation > 0),
    CONSTRAINT ck_homes_state CHECK (state IN ('open', 'receiving', 'closed', 'purging')),
    CONSTRAINT ck_homes_token CHECK (token IS NOT NULL OR state IN ('open', 'closed'))
);

-- Which rows of a tenant changed while its home was capturing: a set of keys that a mover takes out, not a log. What a row
-- has become is read when its key is taken, so neither order nor completeness of a position matters.
CREATE TABLE tenancy.changes (
    tenant_id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    relation text COLLATE "C" NOT NULL,
    key text[] NOT NULL,
    CONSTRAINT pk_changes PRIMARY KEY (tenant_id, number)
);

-- Not forced: the fence and the captures run as the owner, for whom a forced policy would hide the home.
ALTER TABLE tenancy.homes ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.changes ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON tenancy.homes FOR SELECT TO :"tenant"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);
CREATE POLICY tenant ON tenancy.changes TO :"tenant"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);

-- The platform opens homes and sees all of them. It changes the one of the tenant that it has bound: that is the one whose
-- writers the lock below waits for.
CREATE POLICY platform_reads ON tenancy.homes FOR SELECT TO :"platform" USING (true);
CREATE POLICY platform_opens ON tenancy.homes FOR INSERT TO :"platform" WITH CHECK (true);
CREATE POLICY platform_changes ON tenancy.homes FOR UPDATE TO :"platform"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);
CREATE POLICY platform_removes ON tenancy.homes FOR DELETE TO :"platform"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);

-- Not the token: it is what tells a mover from everybody else.
GRANT SELECT (tenant_id, generation, state, capturing) ON tenancy.homes TO :"tenant";
GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy.homes TO :"platform";

-- Binds a tenant and the generation of its home to the transaction. SET LOCAL and not set_config: a distributed store
-- carries only the former to its workers. No SET clause on the procedure: it would undo the binding at its end.
CREATE PROCEDURE tenancy.bind(tenant uuid, generation integer)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL rowhouse.tenant = %L', tenant);
    EXECUTE format('SET LOCAL rowhouse.generation = %L', generation);
END
$$;

-- What the writers of a tenant share until they commit, and who changes its home takes alone. A lock and not the row: in
-- the lock table nobody passes who waits, so a change of the home is never starved by writers that keep coming.
CREATE FUNCTION tenancy.lock_key(tenant uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT hashtextextended(tenant::text, 7306) $$;

-- Stands before every write to a tenant-owned table.
CREATE FUNCTION tenancy.fence() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound_tenant uuid := nullif(current_setting('rowhouse.tenant', true), '')::uuid;
    bound_generation integer := nullif(current_setting('rowhouse.generation', true), '')::integer;
    captures boolean := coalesce(current_setting('rowhouse.capturing', true) = '1', false);
    home_generation integer;
    home_state text;
    home_capturing boolean;
    home_token uuid;
BEGIN
    IF bound_tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant is bound' USING ERRCODE = 'insufficient_privilege',
            HINT = 'Rows of tenants are written in a transaction that began with CALL tenancy.bind(tenant, generation).';
    END IF;

    -- First the lock and then the row, in a statement of its own: its snapshot is younger than the lock. Above READ
    -- COMMITTED the snapshot is older; there the row is locked as well, which fails where it has changed since.
    PERFORM pg_advisory_xact_lock_shared(tenancy.lock_key(bound_tenant));
    IF current_setting('transaction_isolation') = 'read committed' THEN
        SELECT h.generation, h.state, h.capturing, h.token INTO home_generation, home_state, home_capturing, home_token
            FROM tenancy.homes h WHERE h.tenant_id = bound_tenant;
    ELSE
        SELECT h.generation, h.state, h.capturing, h.token INTO home_generation, home_state, home_capturing, home_token
            FROM tenancy.homes h WHERE h.tenant_id = bound_tenant FOR SHARE;
    END IF;

    IF (home_state = 'open' AND home_generation = bound_generation
        OR home_state IN ('receiving', 'purging') AND home_token::text = current_setting('rowhouse.mover', true)) IS NOT TRUE THEN
        RAISE EXCEPTION 'this home of the tenant does not take writes' USING ERRCODE = 'RH001',
            DETAIL = format('bound generation %s, home %s, state %s', bound_generation, coalesce(home_generation::text, 'none'), coalesce(home_state, 'none'));
    END IF;

    -- The captures of this transaction's rows look at the setting: a look at the home for every row would cost more.
    IF captures <> home_capturing THEN
        PERFORM set_config('rowhouse.capturing', CASE WHEN home_capturing THEN '1' ELSE '0' END, true);
    END IF;
    RETURN NULL;
END
$$;

-- Stands before every change of a home: waits until the tenant's writers have committed, and lets no new one begin. Here
-- and not in the statement of whoever changes it: a distributed store takes it where the tenant's rows are.
CREATE FUNCTION tenancy.lock_home() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound_tenant uuid := nullif(current_setting('rowhouse.tenant', true), '')::uuid;
BEGIN
    IF bound_tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant is bound' USING ERRCODE = 'insufficient_privilege',
            HINT = 'A home is changed in a transaction that began with CALL tenancy.bind(tenant, generation).';
    END IF;
    PERFORM pg_advisory_xact_lock(tenancy.lock_key(bound_tenant));
    RETURN NULL;
END
$$;

CREATE TRIGGER lock_home BEFORE UPDATE OR DELETE ON tenancy.homes FOR EACH STATEMENT EXECUTE FUNCTION tenancy.lock_home();

REVOKE ALL ON PROCEDURE tenancy.bind(uuid, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION tenancy.lock_key(uuid), tenancy.fence(), tenancy.lock_home() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE tenancy.bind(uuid, integer) TO :"tenant", :"platform";
