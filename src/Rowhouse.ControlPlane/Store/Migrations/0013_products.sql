-- What has become of each product of a tenant, from its first subscription until the tenant is removed: what a product has elsewhere stays as long.
CREATE TABLE platform.tenant_products (
    tenant_id uuid NOT NULL,
    product text COLLATE "C" NOT NULL,
    state smallint NOT NULL,
    reason text,
    since timestamptz NOT NULL,
    operation_id uuid,
    told_ready boolean NOT NULL,
    CONSTRAINT pk_tenant_products PRIMARY KEY (tenant_id, product),
    CONSTRAINT fk_tenant_products_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id)
);

-- Nothing was set up for anybody before, so what a tenant with a home subscribes to is ready.
INSERT INTO platform.tenant_products (tenant_id, product, state, since, told_ready)
    SELECT s.tenant_id, s.product, CASE WHEN t.status IN (0, 1, 5) THEN 0 ELSE 2 END, s.since, false FROM platform.subscriptions s JOIN platform.tenants t ON t.id = s.tenant_id;

-- Operations on products of a tenant go on beside each other, and one on its home at a time.
ALTER TABLE platform.operations ADD COLUMN product text COLLATE "C";
DROP INDEX platform.ix_operations_tenant_id;
CREATE UNIQUE INDEX ix_operations_tenant_id_product ON platform.operations (tenant_id, product) NULLS NOT DISTINCT WHERE state IN (0, 1, 5);

GRANT SELECT, INSERT, UPDATE, DELETE ON platform.tenant_products TO :"platform";
