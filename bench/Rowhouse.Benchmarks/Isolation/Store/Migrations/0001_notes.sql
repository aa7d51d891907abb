CREATE SCHEMA bench;

CREATE TABLE bench.notes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_notes PRIMARY KEY (tenant_id, id)
);

CREATE INDEX ix_notes_tenant_id_created_at ON bench.notes (tenant_id, created_at);

CREATE TABLE bench.unfenced_notes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_unfenced_notes PRIMARY KEY (tenant_id, id)
);

CREATE INDEX ix_unfenced_notes_tenant_id_created_at ON bench.unfenced_notes (tenant_id, created_at);
