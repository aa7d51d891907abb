using Microsoft.Extensions.Configuration;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Hosting;

/// <summary>What the configuration says of the databases, by environment variables or any other source.</summary>
internal static class ConfiguredConnections
{
    public const string Application = "ROWHOUSE_DATABASE";
    public const string Platform = "ROWHOUSE_DATABASE_PLATFORM";
    public const string Control = "ROWHOUSE_DATABASE_CONTROL";
    public const string Owner = "ROWHOUSE_DATABASE_OWNER";
    public const string Provisioner = "ROWHOUSE_DATABASE_PROVISIONER";
    public const string Mover = "ROWHOUSE_DATABASE_MOVER";

    private const string Direct = "ROWHOUSE_DATABASE_DIRECT";
    private const string Installation = "ROWHOUSE_INSTALLATION";
    private const string Data = "ROWHOUSE_DATA";

    /// <summary>The connections, or <see langword="null"/> when none is named: then the server is a private one.</summary>
    /// <exception cref="InvalidOperationException">Some are named, and one that is needed is not.</exception>
    public static PostgresConnections? Read(IConfiguration configuration)
    {
        if (Optional(configuration, Application) is not { } application)
        {
            // Half a configuration is a mistake; going on with a private database would hide it.
            return new[] { Platform, Control, Owner, Provisioner, Mover, Direct }.FirstOrDefault(key => Optional(configuration, key) is not null) is { } other
                ? throw new InvalidOperationException($"{other} is set and {Application} is not. Set both, or none for the private server.")
                : null;
        }

        var direct = Optional(configuration, Direct);
        var control = Optional(configuration, Control);
        if (control is not null && Optional(configuration, Platform) is { } platform && !HostAddresses.AreSame(control, platform))
        {
            throw new InvalidOperationException($"{Control} and {Platform} lead to different servers. Both databases are on one: roles and their passwords belong to the server.");
        }

        var owner = AroundPooler(Owner);
        var mover = AroundPooler(Mover);
        if (mover is not null && Optional(configuration, Platform) is { } store && !(DatabaseOf(mover) == DatabaseOf(store) && (direct is not null || HostAddresses.AreSame(mover, store))))
        {
            throw new InvalidOperationException($"{Mover} leads to another database than {Platform}: tenants' rows are in the store, and are removed there. Use the settings that `rowhouse database init` wrote.");
        }

        return new()
        {
            Roles = Optional(configuration, Installation) is { } installation ? Named(installation) : RoleNames.Default,
            Application = application,
            Platform = Optional(configuration, Platform) ?? throw new InvalidOperationException($"{Application} is set and {Platform} is not. `rowhouse database init` makes the roles and prints the settings."),
            Control = control,
            ControlDirect = control is not null && direct is not null ? Around(control, direct) : control,
            Owner = owner,

            // The role belongs to the server, so one password opens both databases.
            ControlOwner = owner is null || control is null ? null : new NpgsqlConnectionStringBuilder(owner) { Database = new NpgsqlConnectionStringBuilder(control).Database }.ConnectionString,

            Provisioner = AroundPooler(Provisioner),
            Mover = mover,

            // Who names a way around the pooler has one.
            ThroughPooler = direct is not null && !HostAddresses.AreSame(application, direct),
        };

        string? AroundPooler(string key) => Optional(configuration, key) is { } connection && direct is not null ? Around(connection, direct) : Optional(configuration, key);
    }

    /// <summary>The folder of the private server.</summary>
    public static string DataFolder(PostgresOptions options, IConfiguration configuration) =>
        options.DataFolder
        ?? Optional(configuration, Data)
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "rowhouse");

    private static RoleNames Named(string installation)
    {
        try
        {
            return new(installation);
        }
        catch (ArgumentException malformed)
        {
            throw new InvalidOperationException($"{Installation}: {malformed.Message}", malformed);
        }
    }

    // A connection string may name the pooler like the others: only the address tells the way around it.
    private static string Around(string connection, string direct)
    {
        var address = new NpgsqlConnectionStringBuilder(direct);
        return new NpgsqlConnectionStringBuilder(connection) { Host = address.Host, Port = address.Port }.ConnectionString;
    }

    private static string? DatabaseOf(string connection) => new NpgsqlConnectionStringBuilder(connection) is var named ? named.Database ?? named.Username : null;

    private static string? Optional(IConfiguration configuration, string key) =>
        string.IsNullOrWhiteSpace(configuration[key]) ? null : configuration[key];
}
