using System.Text.RegularExpressions;
using Rowhouse.Tenancy.Postgres.Guards;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// The kernel's own schema, which no model describes: it has to be word for word what its scripts leave, and
/// <c>kernel.txt</c> says what that is.
/// </summary>
internal static partial class KernelRules
{
    public const string Schema = "tenancy";

    public static IEnumerable<IsolationFinding> Check(IEnumerable<GuardedTable> tables, LiveDatabase live)
    {
        // A capture that lacks is told with its table.
        var captures = tables.Where(table => !table.IsShared).Select(table => new CaptureTrigger(table).LineFor(live.Names));
        var lacks = live.KernelExpected.Except(live.Kernel).Select(line => (Where: Where(line), What: $"it lacks [{line}]"));
        var surplus = live.Kernel.Except(live.KernelExpected).Except(captures).Select(line => (Where: Where(line), What: $"it has [{line}]"));
        return from difference in lacks.Concat(surplus)
               group difference.What by difference.Where into place
               select new IsolationFinding("kernel", place.Key, $"it is not as the kernel left it: {string.Join("; ", place)}.", "Restore it from the kernel's scripts (`Migrations/Scripts`), as the owner's role.");
    }

    private static string Where(string line) => Place().Match(line) is { Success: true } place ? place.Value : Schema;

    [GeneratedRegex(@"\btenancy\.(?:\w+|""[^""]+"")(?:\([^)]*\))?", RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
