using System.Text.RegularExpressions;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>What a store may be called, and how its server may be reached. Looks at the request alone.</summary>
internal static partial class StoreRules
{
    // What else a connection string can say decides how this process behaves. The one file that it may name is the certificate by which the server is known.
    private static readonly HashSet<string> Allowed = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Port", "Database", "Username", "Password", "SSL Mode", "SSL Negotiation", "Channel Binding", "Require Auth", "Root Certificate", "Timeout", "Keepalive", "Pooling",
    };

    private const string Target = "Target Session Attributes";
    private const string Recheck = "Host Recheck Seconds";

    public static void CheckName(string name, FieldErrors errors)
    {
        if (!errors.Has("name") && (name == PlatformParameters.LeastFull || !Word().IsMatch(name)))
        {
            errors.Add("name", name == PlatformParameters.LeastFull ? $"'{name}' is a word for how a store is chosen. Give another name." : "A name has lower-case letters, digits and dashes, 40 at most, and begins with a letter.");
        }
    }

    public static void CheckRegion(string? region, FieldErrors errors)
    {
        if (region is not null && !errors.Has("region") && !Word().IsMatch(region))
        {
            errors.Add("region", "A region has lower-case letters, digits and dashes, 40 at most, and begins with a letter.");
        }
    }

    /// <summary>Reads how a server is reached. What is wrong is added to <paramref name="errors"/>, and what is returned is then worth nothing.</summary>
    public static StoreConnections Read(StoreConnectionsRequest request, FieldErrors errors)
    {
        var platform = Read("connections.platform", request.Platform, errors);
        var provisioner = Read("connections.provisioner", request.Provisioner, errors);
        var owner = Read("connections.owner", request.Owner, errors);
        var mover = Read("connections.mover", request.Mover, errors);
        foreach (var (field, other) in new[] { ("connections.provisioner", provisioner), ("connections.owner", owner), ("connections.mover", mover) })
        {
            if (!errors.Has("connections.platform") && !errors.Has(field) && !HostAddresses.AreSame(other.ConnectionString, platform.ConnectionString))
            {
                errors.Add(field, "It leads to another server than connections.platform. A store is one server, and its roles are that server's.");
            }
        }

        return new(platform.ConnectionString, provisioner.ConnectionString, owner.ConnectionString, mover.ConnectionString);
    }

    private static NpgsqlConnectionStringBuilder Read(string field, string? text, FieldErrors errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Add(field, "It is missing. `rowhouse database homes` makes the roles on a server and prints all four.");
            return [];
        }

        try
        {
            var read = new NpgsqlConnectionStringBuilder(text);
            var leadsElsewhere = read.TargetSessionAttributes is { } target && target != "primary";
            read.Remove(Target); // both are said wherever there are several hosts
            read.Remove(Recheck);
            if (leadsElsewhere)
            {
                errors.Add(field, $"'{Target}' can be primary alone: what is written has to stay.");
            }
            else if (read.Keys.FirstOrDefault(key => !Allowed.Contains(key)) is { } other)
            {
                errors.Add(field, $"'{other}' is not for here. It may say {string.Join(", ", Allowed)}.");
            }
            else if (string.IsNullOrEmpty(read.Host) || string.IsNullOrEmpty(read.Username) || string.IsNullOrEmpty(read.Password))
            {
                errors.Add(field, "It has to say Host, Username and Password.");
            }
            else if (read.Host.Split(',').Any(string.IsNullOrWhiteSpace))
            {
                errors.Add(field, "One of its hosts has no name. Several are Host=db1,db2.");
            }
            else if (read.Timeout == 0)
            {
                errors.Add(field, "A Timeout of 0 waits for ever. Leave it out, or give seconds.");
            }
            else
            {
                NpgsqlDataSource.Create(read).Dispose(); // which looks whether all of it goes together
            }

            return read;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException or InvalidOperationException)
        {
            // Not in the driver's words, which may quote a password.
            errors.Add(field, "It cannot be read. A connection string is Host=…;Port=…;Username=…;Password=….");
            return [];
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
