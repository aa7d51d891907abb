-- Who empties the home of a tenant, or is to move it, works in a role of its own. As a member of the group it is held by the
-- policies of tenants' tables; beside them it changes the home of the tenant that it has bound, and takes out what was noted
-- of its rows.
CREATE POLICY mover ON tenancy.homes TO :"mover"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy.homes TO :"mover";
GRANT SELECT, DELETE ON tenancy.changes TO :"mover";

-- The platform opens homes as such and sees all of them, but for the token, and no more.
DROP POLICY platform_changes ON tenancy.homes;
DROP POLICY platform_removes ON tenancy.homes;
DROP POLICY platform_removes ON tenancy.changes;
REVOKE ALL ON tenancy.homes, tenancy.changes FROM :"platform";
GRANT SELECT (tenant_id, generation, state, capturing), INSERT (tenant_id, generation) ON tenancy.homes TO :"platform";
