-- The schemas $1 as lines of text that do not depend on names of constraints and indexes or on the order of columns.
SELECT line FROM (
    SELECT format('column %s.%s.%s %s%s%s%s%s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> t.typcollation THEN ' collate ' || a.attcollation::regcollation ELSE '' END,
        CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
        CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity by default' ELSE '' END,
        coalesce(CASE a.attgenerated WHEN 's' THEN ' generated ' ELSE ' default ' END || pg_get_expr(d.adbin, d.adrelid), '')) AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('constraint on %s.%s %s', n.nspname, c.relname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND k.contype IN ('p', 'u', 'f', 'c', 'x')
    UNION ALL
    SELECT 'index ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX \S+ ', '\1')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT format('table %s.%s of %s%s%s', n.nspname, c.relname, pg_get_userbyid(c.relowner), CASE c.relpersistence WHEN 'u' THEN ' unlogged' ELSE '' END,
        -- Who may write to a parent writes to its heirs.
        (SELECT ' below ' || string_agg(format('%s.%s', s.nspname, p.relname), ', ' ORDER BY i.inhseqno) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace s ON s.oid = p.relnamespace WHERE i.inhrelid = c.oid))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT format('row security on %s.%s %s', n.nspname, c.relname, CASE WHEN c.relforcerowsecurity THEN 'forced' ELSE 'not forced' END)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relrowsecurity
    UNION ALL
    SELECT format('policy on %s.%s %s for %s%s to %s using %s check %s%s', n.nspname, c.relname, p.polname, p.polcmd, CASE WHEN p.polpermissive THEN '' ELSE ' restrictive' END,
        (SELECT string_agg(name, ', ' ORDER BY name COLLATE "C") FROM (SELECT CASE o WHEN 0 THEN 'public' ELSE pg_get_userbyid(o) END AS name FROM unnest(p.polroles) o) roles),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
        -- What is PostgreSQL's own is not recorded: an operator or a cast of somebody's reads back like it.
        (SELECT ' by ' || string_agg(pg_describe_object(d.refclassid, d.refobjid, 0), ', ') FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid IN ('pg_operator'::regclass, 'pg_proc'::regclass)))
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1)
    UNION ALL
    SELECT format('trigger %s%s', pg_get_triggerdef(g.oid), CASE WHEN g.tgenabled IN ('O', 'A') THEN '' ELSE ' disabled' END)
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND NOT g.tgisinternal
    UNION ALL
    SELECT format('rule on %s', pg_get_ruledef(w.oid))
    FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT format('grant on %s.%s %s%s to %s%s', n.nspname, c.relname, a.privilege_type, a.part, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END, CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL (
        SELECT g.*, '' AS part FROM aclexplode(c.relacl) g
        UNION ALL
        SELECT g.*, format(' (%s)', t.attname) FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) g WHERE t.attrelid = c.oid AND NOT t.attisdropped) a
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'S') AND a.grantee <> c.relowner
    UNION ALL
    SELECT format('function %s of %s: %s %s %s%s%s%s, settings %s, text %s', f.oid::regprocedure, pg_get_userbyid(f.proowner), f.prokind, l.lanname, f.provolatile,
        CASE WHEN f.prosecdef THEN ' security definer' ELSE '' END, CASE WHEN f.proleakproof THEN ' leakproof' ELSE '' END, CASE WHEN f.proisstrict THEN ' strict' ELSE '' END,
        coalesce(array_to_string(f.proconfig, '; '), 'none'), encode(sha256(convert_to(replace(f.prosrc, E'\r\n', E'\n'), 'UTF8')), 'hex'))
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace JOIN pg_language l ON l.oid = f.prolang
    WHERE n.nspname = ANY ($1)
    UNION ALL
    SELECT format('grant on function %s to %s', f.oid::regprocedure, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END)
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
    WHERE n.nspname = ANY ($1) AND a.grantee <> f.proowner
    UNION ALL
    SELECT format('schema %s of %s', n.nspname, pg_get_userbyid(n.nspowner)) FROM pg_namespace n WHERE n.nspname = ANY ($1)
    UNION ALL
    SELECT format('grant on schema %s %s to %s', n.nspname, a.privilege_type, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END)
    FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
    WHERE n.nspname = ANY ($1) AND a.grantee <> n.nspowner
) lines ORDER BY line COLLATE "C"
