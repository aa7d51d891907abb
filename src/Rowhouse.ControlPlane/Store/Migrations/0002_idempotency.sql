-- What was answered under an Idempotency-Key, written with the effect. The owner is the tenant that a request is in, or the person.
CREATE TABLE platform.idempotency_keys (
    owner uuid NOT NULL,
    route text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    request bytea NOT NULL,
    person_id uuid NOT NULL,
    role smallint,
    status integer NOT NULL,
    location text,
    e_tag text,
    body text NOT NULL,
    kept_at timestamptz NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (owner, route, key)
);

CREATE INDEX ix_idempotency_keys_kept_at ON platform.idempotency_keys (kept_at);

GRANT SELECT, INSERT, DELETE ON platform.idempotency_keys TO :"platform";
