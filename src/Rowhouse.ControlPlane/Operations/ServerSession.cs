using System.Buffers.Binary;
using Npgsql;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>
/// The one session of an operation on a database server where its steps act. A lease alone does not stop a worker that was asleep: its CREATE DATABASE would
/// still arrive. So the session holds a lock of the operation there, and whoever takes the operation over first ends the session of whoever had it.
/// </summary>
/// <remarks>
/// In the server's database <c>postgres</c>, always: locks of this kind belong to a database. Never through a pooler, which would give the session, and the
/// lock with it, to others.
/// </remarks>
internal sealed class ServerSession : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private ServerSession(NpgsqlConnection connection) => Connection = connection;

    /// <summary>The session. What is done on it is done by this worker, or not at all.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Opens the operation's session, and ends the one that another worker has.</summary>
    /// <param name="server">A connection string of the role that acts, which may end its own sessions.</param>
    /// <param name="operation">The operation's id.</param>
    /// <param name="clock">Waits for the other session's end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ServerSession> OpenAsync(string server, Guid operation, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server)
        {
            Database = "postgres",
            Pooling = false,
            ApplicationName = NameOf(operation),
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            while (!await TryLockAsync(connection, operation, cancellationToken))
            {
                await EndHolderAsync(connection, operation, cancellationToken);
                await Task.Delay(Pause, clock, cancellationToken);
            }

            return new(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the sessions of an operation are called on a server.</summary>
    public static string NameOf(Guid operation) => $"rowhouse operation {operation:N}";

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, Guid operation, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = KeyOf(operation) } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!; // one row, always
    }

    // Whoever else works for the operation on the server, in whichever database: the lock's holder and what it opened beside.
    private static async Task EndHolderAsync(NpgsqlConnection connection, Guid operation, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()", connection)
        {
            Parameters = { new() { Value = NameOf(operation) } },
        };
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static long KeyOf(Guid operation)
    {
        // The random half of the id.
        Span<byte> bytes = stackalloc byte[16];
        operation.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
    }
}
