using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>
/// Puts row-level security, the tenant's policy, the fence, the capture and the grants on every table of the models, and
/// lets its foreign keys wait for the end of a transaction that asks for it. It touches only
/// what is missing or wrong: every guard takes a lock that stops the table's writers.
/// </summary>
internal static class GuardWriter
{
    public static async Task WriteAsync(NpgsqlConnection owner, RoleNames roles, IReadOnlyList<GuardedTable> tables, CancellationToken cancellationToken)
    {
        var live = await LiveDatabase.ReadAsync(owner, roles, tables.Select(table => table.Schema), cancellationToken).ConfigureAwait(false);
        var statements = new TableRules(tables, live).Check().Concat(KeyRules.Check(tables, live)).Select(finding => finding.Sql).OfType<string>().ToList();
        if (statements.Count > 0)
        {
            await owner.ExecuteAsync(string.Join('\n', statements), cancellationToken).ConfigureAwait(false);
        }
    }
}
