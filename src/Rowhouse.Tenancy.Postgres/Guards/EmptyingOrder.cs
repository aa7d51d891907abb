namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>Tables that are emptied next.</summary>
/// <param name="Tables">One, or several that refer to each other.</param>
/// <param name="IsCircle">Whether they refer round in a circle, be it one table to itself: then their rows can only go all at once.</param>
internal sealed record EmptyingStage(IReadOnlyList<GuardedTable> Tables, bool IsCircle);

/// <summary>The order in which tenants' tables are emptied, so that no row goes before those that refer to it.</summary>
internal static class EmptyingOrder
{
    /// <summary>All tables of tenants, the kernel's own among them.</summary>
    public static IReadOnlyList<EmptyingStage> Of(TenantModels models)
    {
        var left = KernelTables.All.Concat(models.Tables.Where(table => !table.IsShared)).ToDictionary(table => table.SqlName, StringComparer.Ordinal);
        var references = models.Models
            .SelectMany(model => model.Tables)
            .SelectMany(table => table.ForeignKeyConstraints)
            .Select(key => (From: GuardedTable.Of(key.Table).SqlName, To: GuardedTable.Of(key.PrincipalTable).SqlName))
            .ToHashSet();
        List<EmptyingStage> stages = [];
        while (left.Count > 0)
        {
            var free = left.Where(table => !references.Any(reference => reference.To == table.Key && reference.From != table.Key && left.ContainsKey(reference.From))).ToList();
            if (free is [])
            {
                // A circle, and whatever it refers to.
                stages.Add(new([.. left.Values], IsCircle: true));
                break;
            }

            foreach (var (name, table) in free)
            {
                stages.Add(new([table], references.Contains((name, name))));
                left.Remove(name);
            }
        }

        return stages;
    }
}
