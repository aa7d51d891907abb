-- A tenant that was deleted comes back as it was until its retention ends.
ALTER TABLE platform.tenants
    ADD COLUMN deletion_protection boolean NOT NULL DEFAULT false,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN retained_until timestamptz,
    ADD COLUMN revived_as smallint,
    ADD CONSTRAINT ck_tenants_revived_while_retained CHECK (revived_as IS NULL OR deleted_at IS NOT NULL AND retained_until IS NOT NULL);
