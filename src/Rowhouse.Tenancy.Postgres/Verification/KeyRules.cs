using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Model;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// What row-level security does not see: keys and foreign keys are checked past it. A key without the tenant tells who
/// else has a value, a foreign key without it takes another tenant's row, and some delete rules reach over the border.
/// </summary>
internal static class KeyRules
{
    private const char PrimaryKey = 'p';
    private const char ForeignKey = 'f';
    private const char NoAction = 'a';
    private const char Restrict = 'r';
    private const char Cascade = 'c';

    public static IEnumerable<IsolationFinding> Check(IEnumerable<GuardedTable> tables, LiveDatabase live)
    {
        foreach (var table in tables)
        {
            if (live.Find(table.Schema, table.Name) is not { IsTable: true } relation)
            {
                continue;
            }

            var findings = table.IsShared ? References(relation, live) : live.Family(relation).SelectMany(member => Keys(member).Concat(ForeignKeys(member, live)));
            foreach (var finding in findings)
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<IsolationFinding> Keys(LiveRelation relation)
    {
        if (relation.Constraints.All(constraint => constraint.Type != PrimaryKey))
        {
            yield return new("key", relation.ToString(), "it has no primary key.", "Give it one that begins with tenant_id, in a script of the next number.");
        }

        var unique = relation.Constraints.Where(constraint => constraint.Type != ForeignKey).Select(constraint => (constraint.Name, constraint.Columns))
            .Concat(relation.UniqueIndexes.Select(index => (index.Name, index.Columns)));
        foreach (var (name, columns) in unique.Where(key => key.Columns is not [TenantModel.Key, ..]))
        {
            yield return new("key", relation.ToString(), $"{name} ({string.Join(", ", columns)}) is unique over all tenants, so a refused value tells that another tenant has it.", "Put tenant_id first in it, in a script of the next number.");
        }
    }

    private static IEnumerable<IsolationFinding> ForeignKeys(LiveRelation relation, LiveDatabase live)
    {
        if (relation.Unchecked)
        {
            yield return new("foreign-key", relation.ToString(), "its foreign keys are switched off.", $"As a superuser: ALTER TABLE {relation} ENABLE TRIGGER ALL; and look for rows that came in meanwhile.");
        }

        foreach (var key in relation.Constraints.Where(constraint => constraint.Type == ForeignKey))
        {
            if (!key.Valid)
            {
                yield return new("foreign-key", relation.ToString(), $"{key.Name} was not checked against the rows that are there, or is not enforced.", $"ALTER TABLE {relation} VALIDATE CONSTRAINT {key.Name};");
            }

            // A mover writes a tenant's rows in an order of its own, and asks for the check at its end.
            if (key is { Inherited: false } and not { Deferrable: true, Deferred: false })
            {
                yield return IsolationFinding.Mended(
                    "foreign-key", relation.ToString(), $"{key.Name} cannot wait for the end of a transaction, or always does.",
                    $"ALTER TABLE {relation.SqlName} ALTER CONSTRAINT {Sql.Name(key.Name)} DEFERRABLE INITIALLY IMMEDIATE;");
            }

            if (live.Find(key.References) is { HasTenant: true })
            {
                if (key.Columns is not [TenantModel.Key, ..] || key.Referenced is not [TenantModel.Key, ..])
                {
                    yield return new("foreign-key", relation.ToString(), $"{key.Name} ({string.Join(", ", key.Columns)}) can refer to a row of another tenant.", "Put tenant_id first on both sides, in a script of the next number.");
                }

                if (key.OnDelete is not (NoAction or Cascade) || key.OnUpdate is not NoAction)
                {
                    yield return new("delete-rule", relation.ToString(), $"{key.Name} has a rule for deletes or updates that would change tenant_id or does not work on every store.", "Use NO ACTION or ON DELETE CASCADE; clear references by ExecuteUpdate before the delete.");
                }
            }
            else if (key.OnDelete is not (NoAction or Restrict) || key.OnUpdate is not (NoAction or Restrict))
            {
                yield return new("delete-rule", relation.ToString(), $"{key.Name} lets a change of shared data delete or change rows of tenants.", "Use ON DELETE RESTRICT.");
            }
        }
    }

    private static IEnumerable<IsolationFinding> References(LiveRelation shared, LiveDatabase live) =>
        from key in shared.Constraints
        where key.Type == ForeignKey && live.Find(key.References) is { HasTenant: true }
        select new IsolationFinding("foreign-key", shared.ToString(), $"{key.Name} refers from shared data to rows of tenants.", "Drop it: shared data belongs to nobody.");
}
