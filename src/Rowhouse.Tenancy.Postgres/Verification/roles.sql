-- The roles $1 and all that they can become, directly or over others: who is a member may SET ROLE even where it does not
-- inherit, and who has only the ADMIN OPTION may grant itself the rest. The login of a home may be removed meanwhile: roles are
-- named by the rows that the query sees, which functions do not see any more, and whether one is gone is asked last.
WITH RECURSIVE named AS (
    SELECT u.oid FROM pg_roles u WHERE u.rolname = ANY ($1)
), reached (member, oid) AS (
    SELECT m.member, m.roleid FROM pg_auth_members m JOIN named n ON n.oid = m.member
    UNION
    SELECT r.member, m.roleid FROM reached r JOIN pg_auth_members m ON m.member = r.oid
)
SELECT coalesce(json_agg(json_build_object(
    'name', u.rolname, 'signsIn', u.rolcanlogin, 'superuser', u.rolsuper, 'bypassesPolicies', u.rolbypassrls, 'makesRoles', u.rolcreaterole, 'makesDatabases', u.rolcreatedb, 'replicates', u.rolreplication,
    'memberOf', (SELECT coalesce(json_agg(o.rolname ORDER BY o.oid), '[]') FROM reached r JOIN pg_roles o ON o.oid = r.oid WHERE r.member = u.oid),
    'members', (SELECT coalesce(json_agg(o.rolname ORDER BY o.oid), '[]') FROM pg_auth_members m JOIN pg_roles o ON o.oid = m.member
        WHERE m.roleid = u.oid AND (coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true) OR coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))),
    'uses', (SELECT coalesce(json_agg(r.rolname ORDER BY r.rolname), '[]') FROM pg_roles r WHERE r.oid <> u.oid AND NOT u.rolsuper AND pg_has_role(u.oid, r.oid, 'USAGE')),
    'admits', (SELECT coalesce(json_agg(o.rolname ORDER BY o.oid), '[]') FROM pg_auth_members m JOIN pg_roles o ON o.oid = m.roleid WHERE m.member = u.oid AND m.admin_option),
    'sets', (SELECT coalesce(json_agg(DISTINCT a.parname), '[]') FROM (SELECT p.parname, g.grantee FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) g) a WHERE a.grantee IN (0, u.oid)),
    'owns', (SELECT coalesce(json_agg(o.what), '[]') FROM (
        SELECT pg_describe_object(s.classid, s.objid, s.objsubid) AS what FROM pg_shdepend s
        WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = u.oid AND s.deptype = 'o'
          AND s.dbid IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
          AND coalesce((pg_identify_object(s.classid, s.objid, s.objsubid)).schema NOT LIKE 'pg\_temp%', true) -- those are its sessions', and no guard
        ORDER BY s.classid, s.objid LIMIT 3) o),
    'settings', (SELECT coalesce(json_agg(json_build_object(
        'name', split_part(c.setting, '=', 1), 'value', substr(c.setting, strpos(c.setting, '=') + 1),
        'scope', concat(CASE s.setrole WHEN 0 THEN 'ROLE ALL' ELSE format('ROLE %I', u.rolname) END, CASE WHEN s.setdatabase <> 0 THEN format(' IN DATABASE %I', current_database()) END)) ORDER BY c.setting, s.setrole), '[]')
        FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) c (setting)
        WHERE s.setrole IN (0, u.oid) AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))),
    'makesSchemas', has_database_privilege(u.oid, current_database(), 'CREATE'), 'makesTemporaryTables', has_database_privilege(u.oid, current_database(), 'TEMP'),
    'makesIn', (SELECT coalesce(json_agg(n.nspname ORDER BY n.nspname), '[]') FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\_temp\_%' AND has_schema_privilege(u.oid, n.oid, 'CREATE')),
    'isGone', pg_get_userbyid(u.oid) <> u.rolname
) ORDER BY u.rolname), '[]')::text
FROM pg_roles u WHERE u.oid IN (SELECT n.oid FROM named n UNION SELECT r.oid FROM reached r)
