-- Where tenants can live. The first two are on the server that the settings name; those that are added say how their server is reached, sealed by a key of the platform.
CREATE TABLE platform.stores (
    name text NOT NULL, -- of the collation of tenants.store, with which it is compared
    kind smallint NOT NULL,
    region text COLLATE "C",
    capacity integer,
    is_open boolean NOT NULL,
    address text,
    connections bytea,
    platform_key text COLLATE "C",
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_stores PRIMARY KEY (name),
    CONSTRAINT ck_stores_sealed_by CHECK ((connections IS NULL) = (platform_key IS NULL)),
    CONSTRAINT fk_stores_platform_keys_platform_key FOREIGN KEY (platform_key) REFERENCES platform.platform_keys (id)
);

CREATE INDEX ix_stores_platform_key ON platform.stores (platform_key);

INSERT INTO platform.stores (name, kind, is_open, created_at, version) VALUES ('shared', 0, true, now(), 1), ('dedicated', 1, true, now(), 1);

-- How many tenants a store has: those that are purged or erased are in none.
CREATE INDEX ix_tenants_store_id ON platform.tenants (store, id) WHERE status NOT IN (8, 9);

-- Nodes keep how stores are reached in memory.
CREATE FUNCTION platform.tell_stores() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('rowhouse_catalogue', 'stores');
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION platform.tell_stores() FROM PUBLIC;
CREATE TRIGGER tell_stores AFTER INSERT OR UPDATE OR DELETE ON platform.stores FOR EACH STATEMENT EXECUTE FUNCTION platform.tell_stores();

GRANT SELECT, INSERT, UPDATE, DELETE ON platform.stores TO :"platform";
