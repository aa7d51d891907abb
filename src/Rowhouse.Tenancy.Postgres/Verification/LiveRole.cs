using System.Text.Json;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// A role, and what it could do; <c>roles.sql</c> asks for it: all that it can become, directly or over others, who acts as
/// it (not who may only admit others, as from PostgreSQL 16 on whoever made a role does), whose rights it has without
/// becoming them, whom it may admit, which guarded parameters it may set, the first things that it owns in this database, what its sessions begin with,
/// and whether it was removed while that was asked.
/// </summary>
internal sealed record LiveRole(
    string Name,
    bool SignsIn,
    bool Superuser,
    bool BypassesPolicies,
    bool MakesRoles,
    bool MakesDatabases,
    bool Replicates,
    IReadOnlyList<string> MemberOf,
    IReadOnlyList<string> Members,
    IReadOnlyList<string> Uses,
    IReadOnlyList<string> Admits,
    IReadOnlyList<string> Sets,
    IReadOnlyList<string> Owns,
    IReadOnlyList<LiveSetting> Settings,
    bool MakesSchemas,
    bool MakesTemporaryTables,
    IReadOnlyList<string> MakesIn,
    bool IsGone)
{
    /// <summary>Its attributes that undo isolation or lead to one that does, as ALTER ROLE writes them.</summary>
    public IEnumerable<string> Attributes =>
        from attribute in new (bool Has, string Name)[]
        {
            (Superuser, "SUPERUSER"), (BypassesPolicies, "BYPASSRLS"), (MakesRoles, "CREATEROLE"), (MakesDatabases, "CREATEDB"), (Replicates, "REPLICATION"),
        }
        where attribute.Has
        select attribute.Name;

    /// <summary>These roles and all that they can become. One that is missing is missing in the answer, be it since a moment ago.</summary>
    public static async Task<IReadOnlyList<LiveRole>> ReadAsync(NpgsqlConnection connection, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(await KernelResource.ReadAsync("roles.sql", cancellationToken).ConfigureAwait(false), connection) { Parameters = { new() { Value = names.ToArray() } } };
        await using var dispose = command.ConfigureAwait(false);
        var text = (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!; // an empty list where there is none
        var roles = JsonSerializer.Deserialize<IReadOnlyList<LiveRole>>(text, LiveJson.Options)!; // nor is what it becomes
        var gone = roles.Where(role => role.IsGone).Select(role => role.Name).ToHashSet(StringComparer.Ordinal);
        return gone.Count == 0 ? roles : [.. roles.Where(role => !role.IsGone).Select(role => role.Without(gone))];
    }

    private LiveRole Without(HashSet<string> gone) => this with
    {
        MemberOf = [.. MemberOf.Where(other => !gone.Contains(other))],
        Members = [.. Members.Where(other => !gone.Contains(other))],
        Uses = [.. Uses.Where(other => !gone.Contains(other))],
        Admits = [.. Admits.Where(other => !gone.Contains(other))],
    };
}

/// <summary>A setting that sessions begin with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Scope">Whose, as <c>ALTER … RESET</c> names it.</param>
internal sealed record LiveSetting(string Name, string Value, string Scope);
