using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>All rules of homes against all homes of an installation on one server.</summary>
internal static class HomesCheck
{
    /// <summary>Looks at everything that the server's shared catalogue knows of homes, and changes nothing.</summary>
    /// <param name="connection">Any role's, to any database of the server.</param>
    /// <param name="names">What the installation's roles are called.</param>
    /// <param name="fingerprint">The schema that homes have in this program.</param>
    /// <param name="added">What the store is called, where its server is another one than the shared store's: there nothing else looks at the roles.</param>
    /// <param name="livedIn">The homes in which tenants live, from before this look: each was whole by then.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static async Task<HomesReport> RunAsync(NpgsqlConnection connection, RoleNames names, string fingerprint, string? added, IReadOnlySet<string> livedIn, CancellationToken cancellationToken)
    {
        var all = await LiveHome.ReadAsync(connection, names, cancellationToken).ConfigureAwait(false);

        // On a server that others use too somebody may give any database such a name. That is no door into a home.
        var strangers = all.Where(home => added is not null && home.Owner != names.Provisioner && !livedIn.Contains(home.Name)).ToList();
        var homes = all.Except(strangers).ToList();
        var (findings, faults) = added is null ? ([], []) : await JudgeRolesAsync(connection, names, homes, cancellationToken).ConfigureAwait(false);
        return new(
            homes.Count,
            [.. homes.SelectMany(home => HomeRules.Check(names, home)).Concat(findings).Distinct().Select(On)],
            [
                .. faults.Select(On),
                .. homes.SelectMany(home => HomeRules.Faults(names, home, livedIn.Contains(home.Name), home.Fingerprint == fingerprint)).Select(On),
                .. strangers.Select(home => HomeRules.Stranger(names, home)).Select(On),
                .. livedIn.Except(homes.Select(home => home.Name)).Order(StringComparer.Ordinal).Select(HomeRules.Missing).Select(On),
            ],
            [.. homes.Where(home => home.IsOpen && home.Fingerprint != fingerprint).Select(home => added is null ? home.Name : $"{home.Name} in store {added}")]);

        IsolationFinding On(IsolationFinding finding) => added is null ? finding : finding with { Where = $"{finding.Where} in store {added}" };
    }

    // What the roles could make in the database of this connection is nobody's concern: none of the installation's is it.
    private static async Task<(IReadOnlyList<IsolationFinding> Findings, IReadOnlyList<IsolationFinding> Faults)> JudgeRolesAsync(NpgsqlConnection connection, RoleNames names, IReadOnlyList<LiveHome> homes, CancellationToken cancellationToken)
    {
        string[] working = [names.Tenants, names.Platform, .. homes.Where(home => home.Login is not null).Select(home => home.Name)];
        var roles = await LiveRole.ReadAsync(connection, [.. working, names.Mover, names.Owner], cancellationToken).ConfigureAwait(false);
        var outside = roles.Select(role => role with { MakesSchemas = false, MakesTemporaryTables = false, MakesIn = [] }).ToList();
        var movers = outside.Where(role => role.Name == names.Mover).Select(role => role.Name).ToList();
        return (
            [.. RoleRules.Check(names, [.. working, .. movers], outside), .. outside.Where(role => role.Name == names.Owner).SelectMany(owner => RoleRules.ActAs(names, owner))],
            movers.Count > 0 ? [] : [new("role", names.Mover, "there is no such role, so nobody can be moved into homes there.", "Run `rowhouse database homes --renew` for its server, and make what it writes known: `rowhouse stores change NAME --connections FILE`.")]);
    }
}
