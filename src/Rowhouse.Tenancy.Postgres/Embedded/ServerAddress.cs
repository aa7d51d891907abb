using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>
/// Where the server listens: a socket in a folder that only its user enters, or where no such folder can be had, a port of
/// the loopback interface. The same home gives the same address, so connection strings outlive a change of owner.
/// </summary>
/// <param name="Host">The socket's folder, or 127.0.0.1.</param>
/// <param name="Port">The port; it is part of a socket's name, too.</param>
internal sealed record ServerAddress(string Host, int Port)
{
    private const int DefaultPort = 5432;
    private const int LongestSocketPath = 107; // sockaddr_un, less the closing zero

    public bool IsSocket => Host.StartsWith('/');

    public IEnumerable<string> Settings => IsSocket
        ? [$"unix_socket_directories={Host}", "unix_socket_permissions=0700", "listen_addresses=", $"port={Port}"]
        : ["unix_socket_directories=", $"listen_addresses={Host}", $"port={Port}"];

    /// <summary>The folders that a socket may stand in, best first.</summary>
    public static IEnumerable<string> SocketFolders(string home)
    {
        var name = $"rowhouse-{Environment.UserName}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..16]}";
        yield return Path.Combine(home, "run");
        if (Environment.IsPrivilegedProcess)
        {
            yield return Path.Combine("/run", name);
        }
        else if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
        {
            yield return Path.Combine(runtime, name);
        }

        // Between looking at a folder in /tmp and giving it to the server's user somebody could put a link in its place,
        // and root's chown would follow.
        if (!Environment.IsPrivilegedProcess)
        {
            yield return Path.Combine("/tmp", name);
        }
    }

    /// <summary>Chooses an address and makes its folder.</summary>
    /// <param name="folders">The folders to try.</param>
    /// <param name="last">The address of the last start: its port is taken again while it is free.</param>
    /// <param name="account">Who shall own the folder.</param>
    /// <param name="cancellationToken">Stops half-way.</param>
    public static async Task<ServerAddress> ChooseAsync(IEnumerable<string> folders, ServerAddress? last, ServerAccount account, CancellationToken cancellationToken)
    {
        foreach (var folder in folders)
        {
            if (CanHoldSocket(folder))
            {
                await account.OwnAsync(folder, cancellationToken).ConfigureAwait(false);
                return new(folder, DefaultPort);
            }
        }

        var port = last is { IsSocket: false } && FreePort(last.Port) is { } again ? again : FreePort(0);
        return new(IPAddress.Loopback.ToString(), port ?? throw new EmbeddedPostgresException("No port of the loopback interface is free."));
    }

    private static bool CanHoldSocket(string folder)
    {
        var socket = Path.Combine(folder, $".s.PGSQL.{DefaultPort}");

        // A comma, a colon or a quote means something else in a list of hosts or of socket folders.
        if (Encoding.UTF8.GetByteCount(socket) > LongestSocketPath || folder.AsSpan().ContainsAny(",:\""))
        {
            return false;
        }

        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (new DirectoryInfo(folder).LinkTarget is not null)
            {
                return false;
            }

            // In /tmp somebody else may have made it first: only its owner can change the mode.
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            // Some mounted folders hold files, but no sockets.
            var probe = Path.Combine(folder, ".probe");
            File.Delete(probe);
            using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                listener.Bind(new UnixDomainSocketEndPoint(probe));
            }

            File.Delete(probe);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            return false;
        }
    }

    private static int? FreePort(int wanted)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
            return ((IPEndPoint?)listener.LocalEndPoint)?.Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public string ConnectionString(string user, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = Host,
        Port = Port,
        Username = user,
        Password = password,
        Database = database,
    }.ConnectionString;
}
