-- A tenant that was deleted comes back as it was until its retention ends.
ALTER TABLE platform.tenants
    ADD COLUMN deletion_protection boolean NOT NULL DEFAULT false,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN retained_until timestamptz,
    ADD COLUMN revived_as smallint,
    ADD CONSTRAINT ck_tenants_revived_while_deleted CHECK ((deleted_at IS NULL) = (retained_until IS NULL) AND (deleted_at IS NULL) = (revived_as IS NULL));
