using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Cli.Installation;

/// <summary>The settings that lead to the databases: those of the server, and the owner's, with which nobody serves.</summary>
internal sealed record DatabaseSettings(IReadOnlyDictionary<string, string> Server, IReadOnlyDictionary<string, string> Owner)
{
    public IReadOnlyDictionary<string, string> All => Server.Concat(Owner).ToDictionary();

    public static DatabaseSettings Of(PostgresConnections connections)
    {
        var server = new Dictionary<string, string> { ["ROWHOUSE_DATABASE"] = connections.Application, ["ROWHOUSE_DATABASE_PLATFORM"] = connections.Platform };
        if (connections.Control is { } control)
        {
            server["ROWHOUSE_DATABASE_CONTROL"] = control;
        }

        if (connections.Provisioner is { } provisioner)
        {
            server["ROWHOUSE_DATABASE_PROVISIONER"] = provisioner;
        }

        if (connections.Mover is { } mover)
        {
            server["ROWHOUSE_DATABASE_MOVER"] = mover;
        }

        if (connections.Roles != RoleNames.Default)
        {
            server["ROWHOUSE_INSTALLATION"] = connections.Roles.Installation;
        }

        return new(server, connections.Owner is { } owner ? new Dictionary<string, string> { ["ROWHOUSE_DATABASE_OWNER"] = owner } : []);
    }

    /// <summary>Settings as a shell reads them.</summary>
    public static string Lines(IReadOnlyDictionary<string, string> settings) =>
        string.Join('\n', settings.Select(setting => $"export {setting.Key}='{setting.Value.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    public override string ToString() => $"# Keep these secret. The server needs all but the last; only 'rowhouse migrate' needs the owner's.\n{Lines(All)}";
}
