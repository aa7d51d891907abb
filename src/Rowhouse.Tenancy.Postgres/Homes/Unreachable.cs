using System.Net.Sockets;
using System.Text.Json;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>What asking a server of homes ends with where it is away, or is another than it is taken for.</summary>
internal static class Unreachable
{
    /// <summary>Whether an exception says so. The driver lets through what the name service says.</summary>
    public static bool Is(Exception exception) => exception is NpgsqlException or TimeoutException or SocketException or IOException or JsonException;
}
