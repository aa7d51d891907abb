-- Parameters of the platform that somebody has set. One that was unset again keeps its row, without a value: versions never begin anew.
-- Those of tenants are nowhere: they are what platform.tenants says.
CREATE TABLE platform.parameters (
    path text COLLATE "C" NOT NULL,
    value text,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_parameters PRIMARY KEY (path)
);

CREATE FUNCTION platform.tell_parameter() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('rowhouse_catalogue', 'parameter ' || NEW.path);
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION platform.tell_parameter() FROM PUBLIC;

CREATE TRIGGER tell_set AFTER INSERT OR UPDATE ON platform.parameters FOR EACH ROW EXECUTE FUNCTION platform.tell_parameter();

GRANT SELECT, INSERT, UPDATE ON platform.parameters TO :"platform";

-- The tenants that are there, by id: their parameters are listed so.
CREATE INDEX ix_tenants_id_there ON platform.tenants (id) WHERE status NOT IN (6, 7, 8, 9);
