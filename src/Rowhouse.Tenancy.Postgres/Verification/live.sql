-- What a database says of itself, as one JSON document: everything on which isolation depends, in the schemas that one of
-- the working roles ($2, and those that begin with $3 and may connect) can look into or that a module owns ($1). Readable by every role; a role may be missing.
WITH working AS (
    SELECT u.oid, u.rolname AS name FROM pg_roles u WHERE u.rolname = ANY ($2) OR starts_with(u.rolname, $3) AND u.oid IN (
        SELECT a.grantee FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT')
), schemas AS (
    SELECT n.oid, n.nspname AS name, n.nspowner AS owner, n.nspacl AS acl FROM pg_namespace n
    WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND (n.nspname = ANY ($1) OR EXISTS (SELECT FROM working w WHERE has_schema_privilege(w.oid, n.oid, 'USAGE'))
           OR EXISTS (SELECT FROM pg_inherits i JOIN pg_class heir ON heir.oid = i.inhrelid JOIN pg_class parent ON parent.oid = i.inhparent
                      WHERE heir.relnamespace = n.oid AND parent.relnamespace IN (SELECT s.oid FROM pg_namespace s WHERE s.nspname = ANY ($1))))
), relations AS (
    SELECT c.oid, s.name AS schema, c.relname AS name, c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner,
           c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, c.relowner, c.relacl, c.relpersistence = 'u' AS unlogged,
           coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker'), false) AS security_invoker,
           (SELECT coalesce(json_agg(i.inhparent ORDER BY i.inhseqno), '[]') FROM pg_inherits i WHERE i.inhrelid = c.oid) AS parents
    FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), grants AS (
    SELECT r.oid, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END AS grantee, a.privilege_type AS privilege, NULL::text AS "column", a.is_grantable AS grantable
    FROM relations r CROSS JOIN LATERAL aclexplode(r.relacl) a WHERE a.grantee <> r.relowner
    UNION ALL
    SELECT r.oid, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, t.attname::text, a.is_grantable
    FROM relations r JOIN pg_attribute t ON t.attrelid = r.oid AND NOT t.attisdropped CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE a.grantee <> r.relowner
)
SELECT json_build_object(
    'database', (SELECT json_build_object(
        'name', d.datname, 'owner', pg_get_userbyid(d.datdba), 'distributed', EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus'),
        'forPublic', (SELECT coalesce(json_agg(a.privilege_type ORDER BY a.privilege_type), '[]') FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE a.grantee = 0),
        'connects', (SELECT coalesce(json_agg(CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END), '[]') FROM aclexplode(d.datacl) a WHERE a.privilege_type = 'CONNECT'),
        'passOn', (SELECT coalesce(json_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END), '[]') FROM aclexplode(d.datacl) a WHERE a.is_grantable AND a.grantee <> d.datdba))
        FROM pg_database d WHERE d.datname = current_database()),
    'schemas', (SELECT coalesce(json_agg(json_build_object(
        'name', s.name, 'owner', pg_get_userbyid(s.owner),
        'grants', (SELECT coalesce(json_agg(json_build_object(
            'grantee', CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END, 'privilege', a.privilege_type, 'grantable', a.is_grantable) ORDER BY a.grantee, a.privilege_type), '[]')
            FROM aclexplode(s.acl) a WHERE a.grantee <> s.owner)) ORDER BY s.name), '[]') FROM schemas s),
    'relations', (SELECT coalesce(json_agg(json_build_object(
        'id', r.oid, 'schema', r.schema, 'name', r.name, 'kind', r.kind, 'owner', r.owner, 'secured', r.secured, 'forced', r.forced,
        'sqlName', r.oid::regclass::text, 'unlogged', r.unlogged, 'securityInvoker', r.security_invoker, 'parents', r.parents,
        'hasTenant', EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = r.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped AND t.atttypid = 'uuid'::regtype AND (t.attnotnull OR r.kind IN ('v', 'm'))),
        'policies', (SELECT coalesce(json_agg(json_build_object(
            'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive,
            'roles', (SELECT json_agg(CASE o WHEN 0 THEN 'public' ELSE pg_get_userbyid(o) END ORDER BY o) FROM unnest(p.polroles) o),
            'borrows', (SELECT pg_describe_object(d.refclassid, d.refobjid, 0) FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid IN ('pg_operator'::regclass, 'pg_proc'::regclass) LIMIT 1),
            'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname), '[]')
            FROM pg_policy p WHERE p.polrelid = r.oid),
        'triggers', (SELECT coalesce(json_agg(json_build_object(
            'name', t.tgname, 'enabled', t.tgenabled IN ('O', 'A'), 'definition', pg_get_triggerdef(t.oid)) ORDER BY t.tgname), '[]')
            FROM pg_trigger t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal),
        'unchecked', EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = r.oid AND t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')),
        'rules', (SELECT coalesce(json_agg(w.rulename ORDER BY w.rulename), '[]') FROM pg_rewrite w WHERE w.ev_class = r.oid AND w.rulename <> '_RETURN'),
        'grants', (SELECT coalesce(json_agg(json_build_object('grantee', g.grantee, 'privilege', g.privilege, 'column', g.column, 'grantable', g.grantable) ORDER BY g.grantee, g.privilege, g.column), '[]')
            FROM grants g WHERE g.oid = r.oid),
        'constraints', (SELECT coalesce(json_agg(json_build_object(
            'name', k.conname, 'type', k.contype, 'references', CASE k.confrelid WHEN 0 THEN NULL ELSE k.confrelid END, 'onDelete', k.confdeltype, 'onUpdate', k.confupdtype, 'valid', k.convalidated, 'deferrable', k.condeferrable, 'deferred', k.condeferred, 'inherited', k.conparentid <> 0,
            'columns', (SELECT json_agg(t.attname ORDER BY c.place) FROM unnest(k.conkey) WITH ORDINALITY c (number, place) JOIN pg_attribute t ON t.attrelid = k.conrelid AND t.attnum = c.number),
            'referenced', (SELECT json_agg(t.attname ORDER BY c.place) FROM unnest(k.confkey) WITH ORDINALITY c (number, place) JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = c.number)) ORDER BY k.conname), '[]')
            FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'x')),
        'uniqueIndexes', (SELECT coalesce(json_agg(json_build_object(
            'name', i.indexrelid::regclass::text,
            'columns', (SELECT json_agg(coalesce(t.attname, '(expression)') ORDER BY c.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY c (number, place) LEFT JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = c.number)) ORDER BY i.indexrelid::regclass::text), '[]')
            FROM pg_index i WHERE i.indrelid = r.oid AND i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')))
        ) ORDER BY r.schema, r.name), '[]') FROM relations r),
    'functions', (SELECT coalesce(json_agg(json_build_object(
        'schema', n.nspname, 'name', f.oid::regprocedure::text, 'owner', pg_get_userbyid(f.proowner), 'definer', f.prosecdef, 'leakproof', f.proleakproof,
        'callable', EXISTS (SELECT FROM working w WHERE has_function_privilege(w.oid, f.oid, 'EXECUTE'))) ORDER BY f.oid::regprocedure::text), '[]')
        FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND (f.prosecdef OR f.proleakproof)),
    'casts', (SELECT coalesce(json_agg(format('%s AS %s', c.castsource::regtype, c.casttarget::regtype) ORDER BY c.oid), '[]') FROM pg_cast c
        WHERE c.oid >= 16384 AND c.castsource::oid < 16384 AND c.casttarget::oid < 16384
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'e')),
    'eventTriggers', (SELECT coalesce(json_agg(json_build_object('name', e.evtname, 'event', e.evtevent) ORDER BY e.evtname), '[]') FROM pg_event_trigger e
        WHERE e.evtenabled <> 'D' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')),
    'defaultGrants', (SELECT coalesce(json_agg(json_build_object(
        'by', pg_get_userbyid(d.defaclrole), 'schema', n.nspname,
        'kind', CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END,
        'grantee', CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END, 'privilege', a.privilege_type) ORDER BY d.oid, a.grantee, a.privilege_type), '[]')
        FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace CROSS JOIN LATERAL aclexplode(d.defaclacl) a
        WHERE a.grantee = 0 AND d.defaclobjtype NOT IN ('f', 'T') OR a.grantee IN (SELECT w.oid FROM working w WHERE w.oid <> d.defaclrole))
)::text
