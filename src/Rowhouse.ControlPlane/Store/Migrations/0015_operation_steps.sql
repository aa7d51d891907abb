-- An operation keeps the names of the steps that it began with: a release that has others goes on with those, or leaves it to one that knows them.
ALTER TABLE platform.operations ADD COLUMN steps text[];

-- Where a tenant was removed before its products had a step of their own, the last step that was begun says by which numbers.
UPDATE platform.operations o SET steps = CASE
    WHEN o.kind = 'provision' THEN ARRAY['login', 'database', 'home', 'reference-data']
    WHEN o.kind = 'provision-product' THEN ARRAY['product']
    WHEN o.kind <> 'deprovision' THEN ARRAY(SELECT a.name FROM platform.operation_attempts a WHERE a.operation_id = o.id GROUP BY a.name ORDER BY min(a.step))
    WHEN (SELECT (a.step, a.name) IN ((0, 'home'), (1, 'keys'), (2, 'records')) FROM platform.operation_attempts a WHERE a.operation_id = o.id ORDER BY a.number DESC LIMIT 1)
        THEN ARRAY['home', 'keys', 'records']
    ELSE ARRAY['products', 'home', 'keys', 'records']
    END;

ALTER TABLE platform.operations ALTER COLUMN steps SET NOT NULL;
