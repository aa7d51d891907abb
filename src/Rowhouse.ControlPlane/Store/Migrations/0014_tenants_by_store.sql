-- The tenants of a store by name, as they are listed: of a small store among many tenants, too.
CREATE INDEX ix_tenants_store_name_key_id ON platform.tenants (store, name_key, id);
