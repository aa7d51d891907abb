using Microsoft.EntityFrameworkCore.Metadata;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>The tables of models in the order of their foreign keys.</summary>
internal static class TableOrder
{
    /// <summary>Each table after those that it refers to in any model.</summary>
    /// <param name="models">The models.</param>
    /// <param name="which">The tables that are asked for; others stand in nobody's way.</param>
    /// <exception cref="InvalidOperationException">Foreign keys go round in a circle; the message says over which tables.</exception>
    public static IReadOnlyList<GuardedTable> Of(IEnumerable<IRelationalModel> models, Func<GuardedTable, bool> which)
    {
        var mapped = models.SelectMany(model => model.Tables).Where(table => !KernelTables.Has(table) && which(GuardedTable.Of(table))).ToLookup(table => GuardedTable.Of(table).SqlName, StringComparer.Ordinal);
        List<GuardedTable> ordered = [];
        List<string> path = [];
        foreach (var table in mapped)
        {
            Visit(table.Key);
        }

        return ordered;

        void Visit(string name)
        {
            if (ordered.Exists(table => table.SqlName == name))
            {
                return;
            }

            if (path.Contains(name))
            {
                throw new InvalidOperationException($"Foreign keys go round in a circle: {string.Join(", ", path.SkipWhile(table => table != name))}. No order keeps them while rows are copied, or tables distributed, one after the other. Leave one of them out.");
            }

            path.Add(name);
            foreach (var principal in mapped[name].SelectMany(table => table.ForeignKeyConstraints).Select(key => GuardedTable.Of(key.PrincipalTable).SqlName).Where(principal => principal != name && mapped.Contains(principal)))
            {
                Visit(principal);
            }

            path.Remove(name);
            ordered.Add(GuardedTable.Of(mapped[name].First()));
        }
    }
}
