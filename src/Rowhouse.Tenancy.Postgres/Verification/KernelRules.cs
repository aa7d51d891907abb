using Rowhouse.Tenancy.Postgres.Guards;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// The kernel's own schema, which no model describes: it has to be word for word what its scripts leave, and
/// <c>kernel.txt</c> says what that is.
/// </summary>
internal static class KernelRules
{
    public const string Schema = "tenancy";

    private static readonly SchemaDifferences Differences = new(Schema);

    public static IEnumerable<IsolationFinding> Check(IEnumerable<GuardedTable> tables, LiveDatabase live)
    {
        // A capture that lacks is told with its table.
        var captures = tables.Where(table => !table.IsShared).Select(table => new CaptureTrigger(table).LineFor(live.Names));
        return from difference in Differences.Find(live.KernelExpected, [.. live.Kernel.Except(captures)])
               select new IsolationFinding("kernel", difference.Where, $"it is not as the kernel left it: {difference.What}.", "Restore it from the kernel's scripts (`Migrations/Scripts`), as the owner's role.");
    }

    /// <summary>In the control database, where the group of tenants' tables has nothing to read, the schema holds the ledger of scripts alone.</summary>
    public static IEnumerable<IsolationFinding> CheckLedger(LiveDatabase live)
    {
        var expected = live.KernelExpected.Where(line => Differences.Where(line) is Schema or "tenancy.migrations" && !line.EndsWith($" to {live.Names.Tenants}", StringComparison.Ordinal));
        return from difference in Differences.Find([.. expected], live.Kernel)
               select new IsolationFinding("schema", difference.Where, $"it is not as `rowhouse migrate` makes it: {difference.What}.", "Restore it as it is in an empty database after `rowhouse migrate`, as the owner's role.");
    }
}
