using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>All rules against one database: the store, or the control database.</summary>
internal static class IsolationCheck
{
    /// <summary>Looks at everything that the connection can see, and changes nothing.</summary>
    /// <param name="connection">Any role's, in a transaction.</param>
    /// <param name="names">What the roles are called.</param>
    /// <param name="tables">The tables of all models.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static async Task<IsolationReport> RunAsync(NpgsqlConnection connection, RoleNames names, IReadOnlyList<GuardedTable> tables, CancellationToken cancellationToken)
    {
        var live = await LiveDatabase.ReadAsync(connection, names, tables.Select(table => table.Schema), cancellationToken).ConfigureAwait(false);
        var homes = (await LiveRole.ReadAsync(connection, [names.Tenants], cancellationToken).ConfigureAwait(false)).SelectMany(group => group.Members).Concat(live.Database.Connects).Where(names.IsOfHome).Distinct();
        string[] working = [names.Application, names.Tenants, names.Platform, names.Mover, .. homes];
        var roles = await LiveRole.ReadAsync(connection, working.Append(names.Owner), cancellationToken).ConfigureAwait(false);
        working = [.. working.Where(name => !names.IsOfHome(name) || roles.Any(role => role.Name == name))]; // a home may have been removed meanwhile
        List<IsolationFinding> findings =
        [
            .. Model(tables),
            .. new TableRules(tables, live).Check(),
            .. KeyRules.Check(tables, live),
            .. OpenRules.Check(tables, live),
            .. DatabaseRules.Check(live),
            .. KernelRules.Check(tables, live),
            .. RoleRules.Check(names, working, roles, moverHasTemporaryTables: true),
            .. roles.Where(role => role.Name == names.Owner).SelectMany(owner => RoleRules.ActAs(names, owner)),
        ];
        return new(tables.Count(table => !table.IsShared), tables.Count(table => table.IsShared), findings) { IsDistributed = live.Database.Distributed };
    }

    /// <summary>Looks at the control database, and changes nothing.</summary>
    /// <param name="connection">The platform role's, in a transaction.</param>
    /// <param name="names">What the roles are called.</param>
    /// <param name="schemas">What the scripts of all modules leave there.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static async Task<IsolationReport> RunOnControlAsync(NpgsqlConnection connection, RoleNames names, IReadOnlyList<ExpectedSchema> schemas, CancellationToken cancellationToken)
    {
        var live = await LiveDatabase.ReadAsync(connection, names, schemas.Select(schema => schema.Name), cancellationToken).ConfigureAwait(false);
        string[] working = [names.Application, names.Tenants, names.Platform, names.Mover];
        var roles = await LiveRole.ReadAsync(connection, working, cancellationToken).ConfigureAwait(false);
        List<IsolationFinding> findings = [.. ControlRules.Check(live, schemas), .. DatabaseRules.Check(live), .. RoleRules.Check(names, working, roles)];
        foreach (var schema in schemas)
        {
            findings.AddRange(ControlRules.Compare(schema, await SchemaText.ReadAsync(connection, [schema.Name], cancellationToken).ConfigureAwait(false), names));
        }

        // A program that keeps nothing there has not migrated it.
        return new(0, 0, [.. findings, .. schemas.Count == 0 ? [] : KernelRules.CheckLedger(live)]);
    }

    private static IEnumerable<IsolationFinding> Model(IReadOnlyList<GuardedTable> tables) =>
        from schema in tables.GroupBy(table => table.Schema)
        where schema.Select(table => table.IsShared).Distinct().Count() > 1
        select new IsolationFinding("shared-schema", schema.Key, "it has tables of tenants and shared ones.", "Keep shared reference data in a schema of its own.");
}
