-- What a database says of itself, as one JSON document: everything on which isolation depends, in the schemas that the
-- application can look into or that a module owns ($1). Readable by every role.
WITH schemas AS (
    SELECT n.oid, n.nspname AS name FROM pg_namespace n
    WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND (n.nspname = ANY ($1) OR has_schema_privilege('rowhouse_app', n.oid, 'USAGE'))
), relations AS (
    SELECT c.oid, s.name AS schema, c.relname AS name, c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner,
           c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, c.relowner, c.relacl,
           coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker'), false) AS security_invoker,
           (SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno LIMIT 1) AS parent
    FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), grants AS (
    SELECT r.oid, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END AS grantee, a.privilege_type AS privilege, NULL::text AS "column"
    FROM relations r CROSS JOIN LATERAL aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) a WHERE a.grantee <> r.relowner
    UNION ALL
    SELECT r.oid, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, t.attname::text
    FROM relations r JOIN pg_attribute t ON t.attrelid = r.oid AND NOT t.attisdropped CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE a.grantee <> r.relowner
)
SELECT json_build_object(
    'relations', (SELECT coalesce(json_agg(json_build_object(
        'id', r.oid, 'schema', r.schema, 'name', r.name, 'kind', r.kind, 'owner', r.owner, 'secured', r.secured, 'forced', r.forced,
        'securityInvoker', r.security_invoker, 'parent', r.parent,
        'hasTenant', EXISTS (SELECT 1 FROM pg_attribute t WHERE t.attrelid = r.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped AND t.atttypid = 'uuid'::regtype AND (t.attnotnull OR r.kind IN ('v', 'm'))),
        'policies', (SELECT coalesce(json_agg(json_build_object(
            'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive,
            'roles', (SELECT json_agg(CASE o WHEN 0 THEN 'public' ELSE pg_get_userbyid(o) END ORDER BY o) FROM unnest(p.polroles) o),
            'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname), '[]')
            FROM pg_policy p WHERE p.polrelid = r.oid),
        'triggers', (SELECT coalesce(json_agg(json_build_object(
            'name', t.tgname, 'type', t.tgtype, 'enabled', t.tgenabled IN ('O', 'A'), 'conditional', t.tgqual IS NOT NULL OR t.tgattr <> ''::int2vector,
            'function', t.tgfoid::regproc::text) ORDER BY t.tgname), '[]')
            FROM pg_trigger t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal),
        'grants', (SELECT coalesce(json_agg(json_build_object('grantee', g.grantee, 'privilege', g.privilege, 'column', g.column) ORDER BY g.grantee, g.privilege), '[]')
            FROM grants g WHERE g.oid = r.oid),
        'constraints', (SELECT coalesce(json_agg(json_build_object(
            'name', k.conname, 'type', k.contype, 'references', CASE k.confrelid WHEN 0 THEN NULL ELSE k.confrelid END, 'onDelete', k.confdeltype, 'onUpdate', k.confupdtype,
            'columns', (SELECT json_agg(t.attname ORDER BY c.place) FROM unnest(k.conkey) WITH ORDINALITY c (number, place) JOIN pg_attribute t ON t.attrelid = k.conrelid AND t.attnum = c.number),
            'referenced', (SELECT json_agg(t.attname ORDER BY c.place) FROM unnest(k.confkey) WITH ORDINALITY c (number, place) JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = c.number)) ORDER BY k.conname), '[]')
            FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'x')),
        'uniqueIndexes', (SELECT coalesce(json_agg(json_build_object(
            'name', i.indexrelid::regclass::text,
            'columns', (SELECT json_agg(coalesce(t.attname, '(expression)') ORDER BY c.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY c (number, place) LEFT JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = c.number)) ORDER BY i.indexrelid::regclass::text), '[]')
            FROM pg_index i WHERE i.indrelid = r.oid AND i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')))
        ) ORDER BY r.schema, r.name), '[]') FROM relations r),
    'functions', (SELECT coalesce(json_agg(json_build_object(
        'name', f.oid::regprocedure::text, 'owner', pg_get_userbyid(f.proowner), 'definer', f.prosecdef, 'text', f.prosrc, 'settings', f.proconfig,
        'forApplication', has_function_privilege('rowhouse_app', f.oid, 'EXECUTE')) ORDER BY f.oid::regprocedure::text), '[]')
        FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND (f.prosecdef OR n.nspname = 'tenancy')),
    'roles', (SELECT coalesce(json_agg(json_build_object(
        'name', u.rolname, 'superuser', u.rolsuper, 'bypassesPolicies', u.rolbypassrls, 'makesRoles', u.rolcreaterole, 'makesDatabases', u.rolcreatedb, 'replicates', u.rolreplication,
        'memberOf', (SELECT coalesce(json_agg(pg_get_userbyid(m.roleid) ORDER BY m.roleid), '[]') FROM pg_auth_members m WHERE m.member = u.oid),
        'makesSchemas', has_database_privilege(u.oid, current_database(), 'CREATE'), 'makesTemporaryTables', has_database_privilege(u.oid, current_database(), 'TEMP'),
        'makesIn', (SELECT coalesce(json_agg(n.nspname ORDER BY n.nspname), '[]') FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\_temp\_%' AND has_schema_privilege(u.oid, n.oid, 'CREATE'))) ORDER BY u.rolname), '[]')
        FROM pg_roles u WHERE u.rolname IN ('rowhouse_app', 'rowhouse_platform')),
    'uses', (SELECT coalesce(json_agg(json_build_object('role', u.rolname, 'schema', s.name)), '[]')
        FROM pg_roles u CROSS JOIN schemas s WHERE u.rolname IN ('rowhouse_app', 'rowhouse_platform') AND has_schema_privilege(u.oid, s.oid, 'USAGE'))
)::text
