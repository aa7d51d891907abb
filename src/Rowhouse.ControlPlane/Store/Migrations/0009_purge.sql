-- A tenant that was purged leaves its slug to others, as its master account name; its row stays and tells that it was there.
DROP INDEX platform.ix_tenants_slug;
CREATE UNIQUE INDEX ix_tenants_slug ON platform.tenants (slug) WHERE status NOT IN (8, 9);
CREATE INDEX ix_tenants_slug_id ON platform.tenants (slug, id);

-- Whose retention has ended, among those that could still be revived: revived_as goes when a tenant begins to be removed.
CREATE INDEX ix_tenants_retained_until_id ON platform.tenants (retained_until, id) WHERE revived_as IS NOT NULL;

-- Licenses go with their tenant. The lists that they name stay.
GRANT DELETE ON platform.licenses TO :"platform";
