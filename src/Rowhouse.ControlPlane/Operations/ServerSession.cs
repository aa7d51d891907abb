using System.Buffers.Binary;
using Npgsql;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>
/// The one session of an operation on a database server where its steps act. A lease alone does not stop a worker that was asleep: its CREATE DATABASE would
/// still arrive. So the session holds a lock of the operation there, and whoever takes the operation over first ends the sessions of whoever had it.
/// </summary>
/// <remarks>
/// In this order: the lock, then the question whose the operation is, then the work. A worker that slept before it had the lock is told by the question, and
/// ends nobody's session; one that slept after it has lost the session.
/// <para>
/// In the server's database <c>postgres</c>, always: locks of this kind belong to a database. Never through a pooler, which would give the session, and the
/// lock with it, to others.
/// </para>
/// </remarks>
internal sealed class ServerSession : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private ServerSession(NpgsqlConnection connection) => Connection = connection;

    /// <summary>The session. What is done on it is done by this worker, or not at all.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Opens the operation's session, and ends those that another worker has.</summary>
    /// <param name="server">A connection string of the role that acts, which may end its own sessions.</param>
    /// <param name="operation">The operation's id.</param>
    /// <param name="confirmAsync">Throws <see cref="OperationLostException"/> where the operation is another worker's.</param>
    /// <param name="clock">Waits for the other sessions' end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationLostException">Somebody else works on the operation.</exception>
    public static async Task<ServerSession> OpenAsync(string server, Guid operation, Func<CancellationToken, Task> confirmAsync, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server)
        {
            Database = "postgres",
            Pooling = false,
            CommandTimeout = 0, // making a database takes as long as it takes, and the lease ends what hangs
            ApplicationName = NameOf(operation),
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            var isLocked = false;
            while (!(isLocked = isLocked || await TryLockAsync(connection, operation, cancellationToken)) || await AreOthersAsync(connection, operation, cancellationToken))
            {
                await confirmAsync(cancellationToken);
                await EndOthersAsync(connection, operation, cancellationToken);
                await Task.Delay(Pause, clock, cancellationToken);
            }

            await confirmAsync(cancellationToken);
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
    private static Task<bool> AreOthersAsync(NpgsqlConnection connection, Guid operation, CancellationToken cancellationToken) =>
        AskOfOthersAsync("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid())", connection, operation, cancellationToken);

    private static Task<bool> EndOthersAsync(NpgsqlConnection connection, Guid operation, CancellationToken cancellationToken) =>
        AskOfOthersAsync("SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()", connection, operation, cancellationToken);

    private static async Task<bool> AskOfOthersAsync(string sql, NpgsqlConnection connection, Guid operation, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = NameOf(operation) } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!; // one row, always
    }

    private static long KeyOf(Guid operation)
    {
        // The random half of the id.
        Span<byte> bytes = stackalloc byte[16];
        operation.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
    }
}
