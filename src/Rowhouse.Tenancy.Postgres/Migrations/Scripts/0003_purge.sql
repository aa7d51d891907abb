-- Who removes the home of a tenant removes what was noted of its rows too: of the tenant that is bound, and without
-- reading what was noted.
CREATE POLICY platform_removes ON tenancy.changes TO :"platform"
    USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid);

GRANT SELECT (tenant_id, number), DELETE ON tenancy.changes TO :"platform";
