CREATE SCHEMA settings;

-- Where a tenant's settings differ from the application's defaults: one row for each section that the tenant changed.
CREATE TABLE settings.overrides (
    tenant_id uuid NOT NULL,
    section text COLLATE "C" NOT NULL,
    members jsonb NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_overrides PRIMARY KEY (tenant_id, section)
);
