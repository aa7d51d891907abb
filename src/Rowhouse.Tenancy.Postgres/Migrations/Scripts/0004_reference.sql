-- Which state the tables that all tenants read are in, so that copies of them can be known to be the same.
CREATE TABLE tenancy.reference_versions (
    relation text COLLATE "C" NOT NULL,
    version uuid NOT NULL,
    CONSTRAINT pk_reference_versions PRIMARY KEY (relation)
);

-- A new version and not the next number: a store that is restored to an earlier day and then changed in another way has another one.
CREATE FUNCTION tenancy.renew_reference_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO tenancy.reference_versions (relation, version) VALUES (format('%I.%I', tg_table_schema, tg_table_name), gen_random_uuid())
    ON CONFLICT (relation) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION tenancy.renew_reference_version() FROM PUBLIC;
GRANT SELECT ON tenancy.reference_versions TO :"platform";

-- Of which state this database has a copy, written with the copy; no row where it has none.
CREATE TABLE tenancy.reference_copy (
    version text COLLATE "C" NOT NULL,
    CONSTRAINT pk_reference_copy PRIMARY KEY (version)
);

GRANT SELECT, INSERT, DELETE ON tenancy.reference_copy TO :"platform";
