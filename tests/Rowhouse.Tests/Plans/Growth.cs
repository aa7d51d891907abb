namespace Rowhouse.Tests.Plans;

/// <summary>
/// SQL that fills tables from one row that the server made: for a superuser, past triggers and foreign keys. Ids say whose they
/// are: <c>grown(1, 7)</c> is the seventh tenant's, <c>grown(2, 7)</c> its person's.
/// </summary>
internal static class Growth
{
    /// <summary>How many tenants have cards.</summary>
    public const int Collectors = 49;

    private const int CardsOfEach = 500;

    private const string Begin = """
        SET session_replication_role = replica;
        CREATE OR REPLACE FUNCTION pg_temp.grown(kind int, i int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
            $$ SELECT ('01990000-000' || kind || '-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid $$;
        """;

    public static string Homes(int tenants) => $"""
        {Begin}
        INSERT INTO tenancy.homes (tenant_id, generation) SELECT pg_temp.grown(1, i), 1 FROM generate_series(1, {tenants}) i;
        INSERT INTO tenancy.changes (tenant_id, relation, key) SELECT pg_temp.grown(1, i), '"cardvault"."cards"', ARRAY[i::text] FROM generate_series(1, {tenants}) i;
        INSERT INTO tenancy.outbox (tenant_id, id, kind, payload, created_at, attempts, not_before, failed_at) SELECT pg_temp.grown(1, i), pg_temp.grown(0, i), 'grown', jsonb_build_object(), now() - i * interval '1 minute', 12, now(), CASE WHEN i % 2 = 0 THEN now() END FROM generate_series(1, {tenants}) i;
        INSERT INTO tenancy.seen_events (tenant_id, consumer, event_id, seen_at) SELECT pg_temp.grown(1, i), 'grown', pg_temp.grown(0, i), now() FROM generate_series(1, {tenants}) i;
        INSERT INTO settings.overrides (tenant_id, section, members, version) SELECT pg_temp.grown(1, i), '{GrownServer.Section}', jsonb_build_object('count', 2), 1 FROM generate_series(1, {tenants}) i;
        INSERT INTO idempotency.keys (tenant_id, route, key, request, person_id, status, body, kept_at) SELECT pg_temp.grown(1, 1 + i % 20), 'POST /grown', 'grown-' || i, sha256(i::text::bytea), pg_temp.grown(2, i), 201, 'null', now() FROM generate_series(1, {tenants}) i;
        INSERT INTO secrets.sealed_values (tenant_id, name, key_version, envelope, set_at) SELECT pg_temp.grown(1, i), '{GrownServer.Section}', 1, sha512(i::text::bytea), now() FROM generate_series(1, {tenants}) i;
        """;

    /// <summary>Checklists beside the real ones: what is around them, and not the words that a search finds.</summary>
    public static string Checklists(int sets) => $"""
        {Begin}
        INSERT INTO catalogue.releases SELECT grown.* FROM (SELECT id FROM catalogue.releases LIMIT 1) one JOIN catalogue.releases o USING (id) CROSS JOIN generate_series(1, {sets / 4}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('id', pg_temp.grown(6, i), 'year', 1900 + i % 50, 'name', 'Release ' || i)) grown;
        INSERT INTO catalogue.sets SELECT grown.* FROM (SELECT id FROM catalogue.sets LIMIT 1) one JOIN catalogue.sets o USING (id) CROSS JOIN generate_series(1, {sets}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('id', pg_temp.grown(7, i), 'release_id', pg_temp.grown(6, i / 4))) grown;
        INSERT INTO catalogue.variations SELECT grown.* FROM (SELECT id FROM catalogue.variations LIMIT 1) one JOIN catalogue.variations o USING (id) CROSS JOIN generate_series(1, {sets}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('id', pg_temp.grown(8, i), 'card_id', pg_temp.grown(9, i))) grown;
        """;

    public static string Collections(Guid most, Guid owner) => $"""
        {Begin}
        INSERT INTO cardvault.collections (tenant_id, id, name, name_key, owner_id, created_at, version)
            SELECT CASE t WHEN 0 THEN '{most}' ELSE pg_temp.grown(1, t) END, gen_random_uuid(), 'Collection ' || i, 'collection ' || i, '{owner}', now(), 1
            FROM generate_series(0, {Collectors}) t, generate_series(1, 100) i;
        """;

    public static string Cards(Guid most) => $"""
        {Begin}
        INSERT INTO cardvault.cards SELECT grown.* FROM cardvault.cards o
            JOIN (SELECT id FROM cardvault.cards WHERE tenant_id = '{most}' ORDER BY id LIMIT {CardsOfEach}) few USING (id)
            CROSS JOIN generate_series(1, {Collectors}) t
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('tenant_id', pg_temp.grown(1, t), 'id', gen_random_uuid(), 'collection_id', NULL)) grown
            WHERE o.tenant_id = '{most}';
        """;

    public static string Platform(int tenants, Guid most) => $"""
        {Begin}
        INSERT INTO platform.tenants SELECT grown.* FROM platform.tenants o CROSS JOIN generate_series(1, {tenants}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object(
                'id', pg_temp.grown(1, i), 'slug', 'tenant-' || i, 'name', 'Tenant ' || i, 'name_key', 'tenant ' || i, 'master_account_name', 'Account ' || i,
                'master_account_key', 'account ' || i, 'status', CASE WHEN i % 5000 = 0 THEN o.status + 1 ELSE o.status END, 'created_at', now() - i * interval '1 minute', 'changed_in', 1 + i / 40)) grown
            WHERE o.id = '{most}';
        INSERT INTO platform.identifiers SELECT grown.* FROM platform.identifiers o CROSS JOIN generate_series(1, {tenants}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object(
                'tenant_id', pg_temp.grown(1, i), 'value', CASE o.value WHEN '{most}' THEN pg_temp.grown(1, i)::text ELSE 'tenant-' || i END)) grown
            WHERE o.tenant_id = '{most}';
        INSERT INTO platform.domains (host, tenant_id, token, added_at, expires_at)
            SELECT 'cards' || i || '.example', CASE WHEN i % 1000 = 0 THEN '{most}' ELSE pg_temp.grown(1, i) END, 'token', now() - interval '7 days', now() + (i - 20) * interval '1 minute' FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.idempotency_keys (owner, route, key, request, person_id, status, body, kept_at) SELECT pg_temp.grown(1, 1 + i % 20), 'POST /grown', 'grown-' || i, sha256(i::text::bytea), pg_temp.grown(2, i), 201, 'null', now() FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.stores (name, kind, is_open, created_at, version) SELECT 'grown-' || i, 1, false, now(), 1 FROM generate_series(1, 120) i;
        INSERT INTO platform.enterprises (id, name, name_key, active, banned, version) SELECT 'grown-' || i, 'Enterprise ' || i, 'enterprise ' || i, true, false, 1 FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.licensed_products (id, name, name_key, active, version) SELECT 'grown-' || i, 'Product ' || i, 'product ' || i, true, 1 FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.licensed_services (id, name, name_key, active, version) SELECT 'grown-' || i, 'Service ' || i, 'service ' || i, true, 1 FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.licenses (id, tenant_id, enterprise_id, product_id, service_id, start_date, end_date, contact_full_name, contact_email, overage, suspended, scope, grace_period_days, created_at, version)
            SELECT pg_temp.grown(5, i), CASE WHEN i % 10 = 0 THEN '{most}' ELSE pg_temp.grown(1, 1 + i % 20) END, 'grown-' || 1 + i % 100, 'grown-1', 'grown-1', date '2020-01-01' + i, date '2020-01-01' + i, 'Grown', 'grown@grown.example', 0, false, ARRAY[]::text[], 0, now(), 1
            FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.operations (id, kind, steps, tenant_id, data, state, step, attempts, failures, is_cancelled, created_at, ended_at, version)
            SELECT pg_temp.grown(6, i), 'grown', ARRAY['grown'], CASE WHEN i % 10 = 0 THEN '{most}' ELSE pg_temp.grown(1, i) END, 'null', 2, 1, 1, 0, false, now() - i * interval '1 minute', now(), 3 FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.operation_attempts (operation_id, number, step, name, is_undo, started_at, ended_at) SELECT pg_temp.grown(6, i), 1, 0, 'grown', false, now(), now() FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.platform_keys (id, proof, seen_at) SELECT 'retired-' || i, sha256(i::text::bytea), now() FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.tenant_keys SELECT grown.* FROM platform.tenant_keys o CROSS JOIN generate_series(1, {tenants}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('tenant_id', pg_temp.grown(1, i))) grown
            WHERE o.tenant_id = '{most}';
        INSERT INTO platform.homes (name, tenant_id, password, key_version, created_at) SELECT 'grown_' || i, pg_temp.grown(1, i), '\x00', 1, now() FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.parameters (path, value, version, updated_at) SELECT '/grown/' || i, 'grown', 1, now() FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.outbox (id, tenant_id, kind, payload, created_at, attempts, not_before, failed_at) SELECT pg_temp.grown(0, i), pg_temp.grown(1, i), 'grown', jsonb_build_object(), now() - i * interval '1 minute', 12, now(), CASE WHEN i % 2 = 0 THEN now() END FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.seen_events (tenant_id, consumer, event_id, seen_at) SELECT pg_temp.grown(1, i), 'grown', pg_temp.grown(0, i), now() FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.subscriptions (tenant_id, product, since) SELECT pg_temp.grown(1, i), 'cardvault', now() FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.tenant_products (tenant_id, product, state, since, has_changed) SELECT CASE WHEN i % 1000 = 0 THEN '{most}' ELSE pg_temp.grown(1, i) END, 'grown-' || i, CASE WHEN i % 500 = 1 THEN 1 ELSE 2 END, now(), false FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.people SELECT grown.* FROM (SELECT person_id FROM platform.members WHERE tenant_id = '{most}' AND person_id IS NOT NULL LIMIT 1) one
            JOIN platform.people o ON o.id = one.person_id CROSS JOIN generate_series(1, {tenants}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('id', pg_temp.grown(2, i), 'email', 'person' || i || '@grown.example', 'email_key', 'person' || i || '@grown.example')) grown;
        INSERT INTO platform.members SELECT grown.* FROM (SELECT id FROM platform.members WHERE tenant_id = '{most}' AND person_id IS NOT NULL LIMIT 1) one
            JOIN platform.members o USING (id) CROSS JOIN generate_series(1, {tenants}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object(
                'id', pg_temp.grown(3, i), 'tenant_id', CASE WHEN i % 10 = 0 THEN '{most}' ELSE pg_temp.grown(1, i) END, 'person_id', pg_temp.grown(2, i),
                'email', 'person' || i || '@grown.example', 'email_key', 'person' || i || '@grown.example', 'invited_at', now() - i * interval '1 minute')) grown;
        INSERT INTO platform.members SELECT grown.* FROM (SELECT id FROM platform.members WHERE tenant_id = '{most}' AND person_id IS NULL LIMIT 1) one
            JOIN platform.members o USING (id) CROSS JOIN generate_series(1, {tenants}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object(
                'id', pg_temp.grown(4, i), 'tenant_id', pg_temp.grown(1, i), 'email_key', 'invited' || i || '@grown.example', 'link_hash', '\x' || md5(i::text), 'invited_at', now() - i * interval '1 minute')) grown;
        INSERT INTO platform.sessions (hash, person_id, created_at, expires_at, ends_at)
            SELECT sha256(i::text::bytea), pg_temp.grown(2, i), now() - interval '1 day', now() + (i - 20) * interval '1 minute', now() + interval '30 days' FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.sign_in_attempts (account, network, failures, window_began, window_failures, succeeded_at, tried_at)
            SELECT pg_temp.grown(2, i)::text, '192.0.2.0/24', 0, now(), 0, CASE WHEN i % 10 > 0 THEN now() END, now() - i * interval '130 seconds' FROM generate_series(1, {tenants}) i;
        INSERT INTO platform.audit SELECT grown.* FROM (SELECT id FROM platform.audit LIMIT 1) one
            JOIN platform.audit o USING (id) CROSS JOIN generate_series(1, {2 * tenants}) i
            CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object(
                'id', pg_temp.grown(5, i), 'at', now() - i * interval '1 minute', 'person_id', pg_temp.grown(2, 1 + i % {tenants}),
                'tenant_id', CASE WHEN i % 10 = 0 THEN '{most}' ELSE pg_temp.grown(1, 1 + i % {tenants}) END,
                'action', CASE WHEN i % 5000 = 0 THEN 'tenant.suspended' WHEN i % 3 = 0 THEN 'session.closed' ELSE 'session.opened' END)) grown;
        """;
}
