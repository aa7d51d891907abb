using Microsoft.EntityFrameworkCore.Metadata;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>
/// The kernel's own tables of tenants. Contexts write to them, but they are no module's: the kernel's scripts make them, guards
/// included, and <c>kernel.txt</c> holds them word for word.
/// </summary>
internal static class KernelTables
{
    public static IReadOnlyList<GuardedTable> All { get; } =
    [
        new(KernelRules.Schema, "outbox", IsShared: false, ["id"]),
        new(KernelRules.Schema, "seen_events", IsShared: false, ["event_id", "consumer"]),
    ];

    /// <summary>Whether a table of a model is the kernel's. One of another name in its schema is nobody's, and the guards refuse it.</summary>
    public static bool Has(ITable table) => All.Any(own => own.Schema == table.Schema && own.Name == table.Name);
}
