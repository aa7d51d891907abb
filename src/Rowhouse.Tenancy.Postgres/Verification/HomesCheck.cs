using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>All rules of homes against all homes of an installation.</summary>
internal static class HomesCheck
{
    /// <summary>Looks at everything that the server's shared catalogue knows of homes, and changes nothing.</summary>
    /// <param name="connection">Any role's, to any database of the server.</param>
    /// <param name="names">What the installation's roles are called.</param>
    /// <param name="fingerprint">The schema that homes have in this program.</param>
    /// <param name="livedIn">The homes in which tenants live, from before this look: each was whole by then.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static async Task<HomesReport> RunAsync(NpgsqlConnection connection, RoleNames names, string fingerprint, IReadOnlySet<string> livedIn, CancellationToken cancellationToken)
    {
        var homes = await LiveHome.ReadAsync(connection, names, cancellationToken).ConfigureAwait(false);
        return new(
            homes.Count,
            [.. homes.SelectMany(home => HomeRules.Check(names, home))],
            [
                .. homes.SelectMany(home => HomeRules.Faults(names, home, livedIn.Contains(home.Name))),
                .. livedIn.Except(homes.Select(home => home.Name)).Order(StringComparer.Ordinal).Select(HomeRules.Missing),
            ],
            [.. homes.Where(home => home.IsOpen && home.Fingerprint != fingerprint).Select(home => home.Name)]);
    }
}
