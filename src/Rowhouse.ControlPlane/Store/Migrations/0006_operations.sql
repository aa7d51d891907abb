-- Long work on a tenant, step by step: the row says which is next, whoever has its token works on it, and all that is decided is here before it is made.
CREATE TABLE platform.operations (
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    tenant_id uuid NOT NULL,
    data jsonb NOT NULL,
    state smallint NOT NULL,
    step integer NOT NULL,
    token uuid,
    lease_until timestamptz,
    attempts integer NOT NULL,
    failures integer NOT NULL,
    not_before timestamptz,
    reason text,
    is_cancelled boolean NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    version bigint NOT NULL,
    CONSTRAINT pk_operations PRIMARY KEY (id),
    CONSTRAINT fk_operations_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id)
);

CREATE UNIQUE INDEX ix_operations_tenant_id ON platform.operations (tenant_id) WHERE state IN (0, 1, 5);
CREATE INDEX ix_operations_not_before ON platform.operations (not_before) WHERE state IN (0, 1);
CREATE INDEX ix_operations_tenant_id_created_at_id ON platform.operations (tenant_id, created_at, id);

-- Each time that a step was begun, for people.
CREATE TABLE platform.operation_attempts (
    operation_id uuid NOT NULL,
    number integer NOT NULL,
    step integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    is_undo boolean NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    error text,
    CONSTRAINT pk_operation_attempts PRIMARY KEY (operation_id, number),
    CONSTRAINT fk_operation_attempts_operations_operation_id FOREIGN KEY (operation_id) REFERENCES platform.operations (id)
);

GRANT SELECT, INSERT, UPDATE ON platform.operations, platform.operation_attempts TO :"platform";
