using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class TableDamageTests(SoundDatabase sound) : IClassFixture<SoundDatabase>
{
    /// <summary>What is done to the tables of the modules and around them, the rule that it breaks, and where.</summary>
    public static TheoryData<string, string, string, string> Damages => new()
    {
        { "ALTER TABLE notes.label_note DROP COLUMN tenant_id CASCADE", "tenant-key", "notes.label_note", "no column tenant_id" },
        { "ALTER TABLE notes.label_note DROP CONSTRAINT pk_label_note, ALTER COLUMN tenant_id DROP NOT NULL", "tenant-key", "notes.label_note", "no column tenant_id" },
        { "ALTER TABLE notes.notes DISABLE ROW LEVEL SECURITY", "row-security", "notes.notes", "is off" },
        { "ALTER TABLE notes.notes NO FORCE ROW LEVEL SECURITY", "row-security", "notes.notes", "does not hold for its owner" },
        { "DROP POLICY tenant ON notes.notes", "policy", "notes.notes", "no policy 'tenant'" },
        { "ALTER POLICY tenant ON notes.notes USING (true)", "policy", "notes.notes", "another one under this name" },
        { "ALTER POLICY tenant ON notes.notes WITH CHECK (true)", "policy", "notes.notes", "another one under this name" },
        { "ALTER POLICY tenant ON notes.notes TO PUBLIC", "policy", "notes.notes", "another one under this name" },
        { "CREATE POLICY more ON notes.notes FOR SELECT USING (true)", "policy", "notes.notes", "'more'" },
        { "DROP TRIGGER fence ON notes.notes", "fence", "notes.notes", "fence is missing" },
        { "ALTER TABLE notes.notes DISABLE TRIGGER fence", "fence", "notes.notes", "switched off" },
        { "CREATE OR REPLACE TRIGGER fence BEFORE INSERT ON notes.notes FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence()", "fence", "notes.notes", "altered" },
        { "CREATE OR REPLACE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON notes.notes FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION tenancy.fence()", "fence", "notes.notes", "altered" },
        { "CREATE OR REPLACE TRIGGER fence BEFORE INSERT OR DELETE OR UPDATE OF text ON notes.notes FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence()", "fence", "notes.notes", "altered" },
        { "DROP TRIGGER capture ON notes.notes", "capture", "notes.notes", "capture is missing" },
        { "ALTER TABLE notes.notes DISABLE TRIGGER capture", "capture", "notes.notes", "switched off" },
        { "ALTER TABLE notes.notes ENABLE REPLICA TRIGGER capture", "capture", "notes.notes", "switched off" },
        { "CREATE OR REPLACE TRIGGER capture AFTER INSERT OR UPDATE OR DELETE ON notes.notes FOR EACH ROW WHEN (current_setting('rowhouse.capturing', true) = '2') EXECUTE FUNCTION tenancy.capture_notes_notes()", "capture", "notes.notes", "altered" },
        { "CREATE OR REPLACE TRIGGER capture AFTER INSERT OR UPDATE OR DELETE ON notes.notes FOR EACH ROW WHEN (current_setting('rowhouse.capturing', true) = '1') EXECUTE FUNCTION tenancy.capture_notes_labels()", "capture", "notes.notes", "altered" },
        { "CREATE OR REPLACE FUNCTION tenancy.capture_notes_notes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'", "capture", "notes.notes", "missing or altered" },
        { "ALTER FUNCTION tenancy.capture_notes_notes() RESET timezone", "capture", "notes.notes", "missing or altered" },
        { "ALTER TABLE notes.notes ALTER CONSTRAINT fk_notes_notebooks_tenant_id_notebook_id NOT DEFERRABLE", "foreign-key", "notes.notes", "cannot wait" },
        { "ALTER TABLE notes.notes ALTER CONSTRAINT fk_notes_notebooks_tenant_id_notebook_id DEFERRABLE INITIALLY DEFERRED", "foreign-key", "notes.notes", "always does" },
        { "ALTER TABLE notes.label_note SET UNLOGGED", "unlogged", "notes.label_note", "after a crash" },
        { "CREATE SCHEMA hidden; CREATE TABLE hidden.notes_2026 () INHERITS (notes.notes)", "row-security", "hidden.notes_2026", "is off" },
        { "CREATE FUNCTION public.eq(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'; CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.eq); SET LOCAL search_path = public, pg_catalog; DROP POLICY tenant ON notes.notes; CREATE POLICY tenant ON notes.notes TO rowhouse_tenant USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)", "policy", "notes.notes", "another one under this name" },
        { "GRANT SELECT ON notes.notes TO rowhouse_app", "grant", "notes.notes", "rowhouse_app may SELECT" },
        { "GRANT TRUNCATE ON notes.notes TO rowhouse_tenant", "grant", "notes.notes", "rowhouse_tenant may TRUNCATE" },
        { "GRANT TRUNCATE ON notes.notes TO rowhouse_app", "grant", "notes.notes", "TRUNCATE" },
        { "GRANT REFERENCES (id) ON notes.notes TO rowhouse_app", "grant", "notes.notes", "REFERENCES (id)" },
        { "GRANT SELECT ON notes.notes TO PUBLIC", "grant", "notes.notes", "public may SELECT" },
        { "GRANT SELECT ON notes.notes TO rowhouse_platform", "grant", "notes.notes", "rowhouse_platform may SELECT" },
        { "GRANT INSERT ON atlas.countries TO rowhouse_app", "grant", "atlas.countries", "rowhouse_app may INSERT" },
        { "REVOKE INSERT ON notes.notes FROM rowhouse_tenant", "grant", "notes.notes", "may not INSERT" },
        { "REVOKE USAGE ON SCHEMA notes FROM rowhouse_tenant", "grant", "notes", "may not USAGE" },
        { "ALTER TABLE notes.notes OWNER TO rowhouse_platform", "owner", "notes.notes", "belongs to rowhouse_platform" },
        { "CREATE TABLE notes.forgotten (id uuid PRIMARY KEY); ALTER TABLE notes.forgotten OWNER TO rowhouse_owner", "unknown-table", "notes.forgotten", "no model" },
        { "CREATE TABLE public.forgotten (id uuid PRIMARY KEY); GRANT SELECT ON public.forgotten TO rowhouse_app", "unknown-table", "public.forgotten", "can use it" },
        { "CREATE TABLE public.kept (id int); GRANT SELECT ON public.kept TO rowhouse_mover", "unknown-table", "public.kept", "can use it" },
        { "CREATE FUNCTION public.look() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM notes.notes'; REVOKE EXECUTE ON FUNCTION public.look() FROM PUBLIC; GRANT EXECUTE ON FUNCTION public.look() TO rowhouse_mover", "function", "public.look()", "rights of postgres" },
        { "CREATE TABLE public.forgotten (id uuid PRIMARY KEY); GRANT SELECT ON public.forgotten TO rowhouse_tenant", "unknown-table", "public.forgotten", "can use it" },
        { "CREATE TABLE notes.notes_2026 () INHERITS (notes.notes); GRANT SELECT ON notes.notes_2026 TO rowhouse_app", "row-security", "notes.notes_2026", "is off" },
        { "CREATE VIEW notes.all_notes AS SELECT * FROM notes.notes; GRANT SELECT ON notes.all_notes TO rowhouse_app", "view", "notes.all_notes", "owner's rights" },
        { "CREATE VIEW tenancy.all_notes AS SELECT * FROM notes.notes; GRANT SELECT ON tenancy.all_notes TO rowhouse_app", "view", "tenancy.all_notes", "owner's rights" },
        { "CREATE MATERIALIZED VIEW notes.copy AS SELECT * FROM notes.notes; GRANT SELECT ON notes.copy TO rowhouse_app", "view", "notes.copy", "materialized" },
        { "CREATE FUNCTION notes.everything() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM notes.notes'", "function", "notes.everything()", "rights of postgres" },
        { "CREATE UNIQUE INDEX by_text ON notes.notes (text)", "key", "notes.notes", "by_text" },
        { "ALTER TABLE notes.labels ADD CONSTRAINT one_name UNIQUE (name)", "key", "notes.labels", "one_name" },
        { "ALTER TABLE notes.label_note DROP CONSTRAINT pk_label_note", "key", "notes.label_note", "no primary key" },
        { "ALTER TABLE notes.labels ADD CONSTRAINT alone UNIQUE (id); ALTER TABLE notes.label_note ADD CONSTRAINT loose FOREIGN KEY (labels_id) REFERENCES notes.labels (id)", "foreign-key", "notes.label_note", "loose (labels_id) can refer to a row of another tenant" },
        { "ALTER TABLE notes.notes DROP CONSTRAINT fk_notes_notes_tenant_id_answer_to_id, ADD CONSTRAINT clearing FOREIGN KEY (tenant_id, answer_to_id) REFERENCES notes.notes (tenant_id, id) ON DELETE SET NULL", "delete-rule", "notes.notes", "clearing" },
        { "ALTER TABLE notes.notes DROP CONSTRAINT fk_notes_countries_country_code, ADD CONSTRAINT deleting FOREIGN KEY (country_code) REFERENCES atlas.countries (code) ON DELETE CASCADE", "delete-rule", "notes.notes", "deleting" },
        { "ALTER TABLE atlas.countries ADD tenant_id uuid, ADD note_id uuid, ADD CONSTRAINT wrong FOREIGN KEY (tenant_id, note_id) REFERENCES notes.notes (tenant_id, id)", "foreign-key", "atlas.countries", "wrong" },
        { "ALTER TABLE notes.notes ALTER COLUMN text DROP NOT NULL; DROP TABLE notes.label_note", "missing", "notes.label_note", "the database does not" },
        { "CREATE POLICY less ON notes.notes AS RESTRICTIVE USING (true)", "policy", "notes.notes", "'less'" },
        { "ALTER TABLE atlas.countries DISABLE TRIGGER version", "version", "atlas.countries", "switched off" },
        { "CREATE OR REPLACE TRIGGER version AFTER INSERT ON atlas.countries FOR EACH STATEMENT EXECUTE FUNCTION tenancy.renew_reference_version()", "version", "atlas.countries", "altered" },
        { "CREATE POLICY part ON atlas.countries USING (true)", "policy", "atlas.countries", "'part'" },
        { "DROP POLICY tenant ON notes.notes; CREATE POLICY tenant ON notes.notes FOR SELECT TO rowhouse_app USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)", "policy", "notes.notes", "another one under this name" },
        { "DROP POLICY tenant ON notes.notes; CREATE POLICY tenant ON notes.notes AS RESTRICTIVE TO rowhouse_app USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)", "policy", "notes.notes", "another one under this name" },
        { "CREATE FUNCTION public.current_setting(text, boolean) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'; SET LOCAL search_path = public, pg_catalog; DROP POLICY tenant ON notes.notes; CREATE POLICY tenant ON notes.notes TO rowhouse_app USING (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid)", "policy", "notes.notes", "another one under this name" },
        { "ALTER TABLE notes.notes ENABLE REPLICA TRIGGER fence", "fence", "notes.notes", "switched off" },
        { "ALTER TABLE notes.notes DISABLE TRIGGER ALL", "foreign-key", "notes.notes", "switched off" },
        { "CREATE FUNCTION notes.copy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER copy AFTER INSERT ON notes.notes FOR EACH ROW EXECUTE FUNCTION notes.copy()", "trigger", "notes.notes", "'copy'" },
        { "CREATE FUNCTION notes.copy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER copy AFTER INSERT ON atlas.countries FOR EACH ROW EXECUTE FUNCTION notes.copy()", "trigger", "atlas.countries", "'copy'" },
        { "CREATE RULE also AS ON INSERT TO notes.notes DO ALSO NOTIFY notes", "rule", "notes.notes", "'also'" },
        { "CREATE VIEW notes.titles WITH (security_invoker = true) AS SELECT title FROM notes.notebooks; GRANT INSERT ON notes.titles TO rowhouse_app; CREATE RULE instead AS ON INSERT TO notes.titles DO INSTEAD NOTHING", "rule", "notes.titles", "'instead'" },
        { "GRANT SELECT ON notes.notes TO rowhouse_app WITH GRANT OPTION", "grant", "notes.notes", "WITH GRANT OPTION" },
        { "GRANT SELECT (text) ON notes.notes TO PUBLIC", "grant", "notes.notes", "public may SELECT (text)" },
        { "GRANT SELECT ON notes.notes TO pg_monitor", "grant", "notes.notes", "pg_monitor may SELECT" },
        { "GRANT SELECT ON SEQUENCE notes.labels_id_seq TO rowhouse_app", "grant", "notes.labels_id_seq", "sequence" },
        { "GRANT USAGE ON SCHEMA notes TO PUBLIC", "grant", "notes", "public may USAGE" },
        { "GRANT USAGE ON SCHEMA notes TO rowhouse_platform", "grant", "notes", "rowhouse_platform may USAGE" },
        { "ALTER SCHEMA notes OWNER TO rowhouse_app", "owner", "notes", "belongs to rowhouse_app" },
        { "CREATE TABLE public.everything (LIKE notes.notes); ALTER TABLE notes.notes INHERIT public.everything", "parent", "notes.notes", "heir of public.everything" },
        { "CREATE TABLE public.everything (LIKE notes.notes) PARTITION BY LIST (revision); ALTER TABLE public.everything ATTACH PARTITION notes.notes DEFAULT", "parent", "notes.notes", "heir of public.everything" },
        { "CREATE TABLE public.other (tenant_id uuid); CREATE TABLE notes.notes_2026 () INHERITS (public.other, notes.notes); GRANT SELECT ON notes.notes_2026 TO rowhouse_app", "row-security", "notes.notes_2026", "is off" },
        { "CREATE VIEW notes.all_notes AS SELECT * FROM notes.notes; GRANT SELECT (text) ON notes.all_notes TO rowhouse_platform", "view", "notes.all_notes", "owner's rights" },
        { "ALTER TABLE notes.label_note DROP CONSTRAINT fk_label_note_notes_tenant_id_note_id, ADD CONSTRAINT later FOREIGN KEY (tenant_id, note_id) REFERENCES notes.notes (tenant_id, id) NOT VALID", "foreign-key", "notes.label_note", "later was not checked" },
        { "CREATE FUNCTION notes.hidden() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM notes.notes'; REVOKE EXECUTE ON FUNCTION notes.hidden() FROM PUBLIC", "function", "notes.hidden()", "rights of postgres" },
        { "CREATE FUNCTION public.peek(text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF AS 'BEGIN RAISE NOTICE $n$%$n$, $1; RETURN true; END'", "function", "public.peek(text)", "leakproof" },
        { "CREATE FUNCTION public.erase() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN DELETE FROM notes.notes; RETURN NULL; END'; REVOKE EXECUTE ON FUNCTION public.erase() FROM PUBLIC; CREATE VIEW public.doorbell WITH (security_invoker = true) AS SELECT 1 AS id; GRANT INSERT ON public.doorbell TO rowhouse_app; CREATE TRIGGER ring INSTEAD OF INSERT ON public.doorbell FOR EACH ROW EXECUTE FUNCTION public.erase()", "trigger", "public.doorbell", "'ring'" },
        { "CREATE FUNCTION public.erase() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN DELETE FROM notes.notes; RETURN NULL; END'; REVOKE EXECUTE ON FUNCTION public.erase() FROM PUBLIC; CREATE TABLE public.doorbell (id int); GRANT INSERT ON public.doorbell TO rowhouse_platform; CREATE TRIGGER ring BEFORE INSERT ON public.doorbell EXECUTE FUNCTION public.erase()", "trigger", "public.doorbell", "'ring'" },
        { "CREATE FUNCTION public.erase() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN DELETE FROM notes.notes; RETURN NULL; END'; REVOKE EXECUTE ON FUNCTION public.erase() FROM PUBLIC; CREATE TABLE public.doorbell (id int) PARTITION BY LIST (id); GRANT INSERT ON public.doorbell TO rowhouse_platform; CREATE TABLE public.bell PARTITION OF public.doorbell DEFAULT; CREATE TRIGGER ring BEFORE INSERT ON public.bell FOR EACH ROW EXECUTE FUNCTION public.erase()", "trigger", "public.bell", "'ring'" },
        { "CREATE SCHEMA platform; CREATE TABLE platform.people (id uuid); GRANT USAGE ON SCHEMA platform TO rowhouse_platform; GRANT SELECT ON platform.people TO rowhouse_app", "unknown-table", "platform.people", "can use it" },
    };

    [Fact]
    public async Task Without_damage_nothing_is_found()
    {
        var report = await sound.DamageAsync("SELECT 1");

        report.Findings.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public Task Damage_is_found_and_named(string sql, string rule, string where, string says) => sound.ShouldFindAsync(sql, rule, where, says);
}
