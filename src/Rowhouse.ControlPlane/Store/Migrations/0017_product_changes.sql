-- A product says that something changed, and is asked again; that it became ready was one such change.
ALTER TABLE platform.tenant_products RENAME COLUMN told_ready TO has_changed;
