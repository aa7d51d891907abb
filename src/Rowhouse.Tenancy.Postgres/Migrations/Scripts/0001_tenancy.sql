-- Where each tenant's rows are in this database, and whether they may be written here. The platform keeps the rows;
-- a tenant sees its own.
CREATE TABLE tenancy.homes (
    tenant_id uuid NOT NULL,
    generation integer NOT NULL,
    writable boolean NOT NULL DEFAULT true,
    capturing boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_homes PRIMARY KEY (tenant_id),
    CONSTRAINT ck_homes_generation CHECK (generation > 0)
);

ALTER TABLE tenancy.homes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- The owner is named for the fence, which runs as the owner and is subject to the policies like everybody.
CREATE POLICY tenant ON tenancy.homes TO :"app", :"owner"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);
CREATE POLICY platform ON tenancy.homes TO :"platform" USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA tenancy TO :"app", :"platform";
GRANT SELECT ON tenancy.homes TO :"app";
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

-- Stands before every write to a tenant-owned table. FOR SHARE: a move that fences the home waits for the writers that
-- came before it, and the writers that come after it see the fence.
CREATE FUNCTION tenancy.fence() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound_tenant uuid := nullif(current_setting('rowhouse.tenant', true), '')::uuid;
    bound_generation integer := nullif(current_setting('rowhouse.generation', true), '')::integer;
    home_generation integer;
    home_writable boolean;
BEGIN
    IF bound_tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant is bound' USING ERRCODE = 'insufficient_privilege',
            HINT = 'Rows of tenants are written in a transaction that began with CALL tenancy.bind(tenant, generation).';
    END IF;
    SELECT h.generation, h.writable INTO home_generation, home_writable
        FROM tenancy.homes h WHERE h.tenant_id = bound_tenant FOR SHARE;
    IF home_writable IS NOT TRUE OR home_generation IS DISTINCT FROM bound_generation THEN
        RAISE EXCEPTION 'this home of the tenant does not take writes' USING ERRCODE = 'RH001',
            DETAIL = format('bound generation %s, home %s, writable %s', bound_generation, coalesce(home_generation::text, 'none'), coalesce(home_writable::text, 'no'));
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON PROCEDURE tenancy.bind(uuid, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION tenancy.fence() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE tenancy.bind(uuid, integer) TO :"app";
