-- An operation keeps the names of the steps that it began with: a release that has others goes on with those, or leaves it to one that knows them.
ALTER TABLE platform.operations ADD COLUMN steps text[];

-- Those that removed a tenant before its products had a step of their own are told by the first one that they began.
UPDATE platform.operations o SET steps = CASE o.kind
    WHEN 'provision' THEN ARRAY['login', 'database', 'home', 'reference-data']
    WHEN 'provision-product' THEN ARRAY['product']
    WHEN 'deprovision' THEN CASE
        WHEN EXISTS (SELECT FROM platform.operation_attempts a WHERE a.operation_id = o.id AND a.step = 0 AND a.name = 'home') THEN ARRAY['home', 'keys', 'records']
        ELSE ARRAY['products', 'home', 'keys', 'records'] END
    END;

ALTER TABLE platform.operations ALTER COLUMN steps SET NOT NULL;
