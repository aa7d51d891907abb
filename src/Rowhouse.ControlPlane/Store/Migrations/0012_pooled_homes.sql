-- Databases that are made before a tenant asks for one, from before they are made until a tenant gets them or they are removed. The password is nobody's until then: where its key is lost, another one is made.
CREATE TABLE platform.pooled_homes (
    name text COLLATE "C" NOT NULL,
    store text NOT NULL,
    password bytea NOT NULL,
    platform_key text COLLATE "C" NOT NULL,
    reference_version text COLLATE "C",
    is_ready boolean NOT NULL,
    hold uuid,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_pooled_homes PRIMARY KEY (name),
    CONSTRAINT fk_pooled_homes_stores_store FOREIGN KEY (store) REFERENCES platform.stores (name)
);

CREATE INDEX ix_pooled_homes_store_name ON platform.pooled_homes (store, name);

GRANT SELECT, INSERT, UPDATE, DELETE ON platform.pooled_homes TO :"platform";
