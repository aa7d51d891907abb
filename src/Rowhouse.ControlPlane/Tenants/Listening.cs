using System.Globalization;
using Npgsql;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>A connection to the control database that listens.</summary>
internal sealed class Listening : IAsyncDisposable
{
    /// <summary>How often all that changed is read, whether it was told or not. A notice can be lost only with its connection; this finds what was lost for any other reason.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private const string Tenant = "tenant ";
    private const string Person = "person ";

    // Of many changes at once the notices come one by one.
    private static readonly TimeSpan More = TimeSpan.FromMilliseconds(1);

    private readonly NpgsqlConnection connection;
    private readonly SessionCache sessions;
    private readonly TimeProvider clock;
    private HashSet<TenantId> changed = [];
    private long polled;

    public Listening(NpgsqlConnection connection, SessionCache sessions, TimeProvider clock)
    {
        this.connection = connection;
        this.sessions = sessions;
        this.clock = clock;
        connection.Notification += (_, notice) => Hear(notice.Payload);
    }

    /// <summary>The oldest transaction that has not ended. A sign that the server answers, too.</summary>
    public async Task<ulong> OldestTransactionAsync(CancellationToken cancellationToken)
    {
        polled = clock.GetTimestamp();
        await using var command = new NpgsqlCommand("SELECT pg_snapshot_xmin(pg_current_snapshot())::text", connection);
        return ulong.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!, CultureInfo.InvariantCulture); // a text, never null
    }

    /// <summary>Waits for the next notices.</summary>
    /// <returns>The tenants that they tell of, or <see langword="null"/> when it is time to read all that changed.</returns>
    public async Task<IReadOnlyCollection<TenantId>?> NextAsync(CancellationToken cancellationToken)
    {
        if (changed.Count == 0)
        {
            var left = Poll - clock.GetElapsedTime(polled);
            if (left < More || !await connection.WaitAsync(left, cancellationToken))
            {
                return null;
            }
        }

        while (changed.Count < 1_000 && await connection.WaitAsync(More, cancellationToken))
        {
        }

        var heard = changed;
        changed = [];
        return heard;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private void Hear(string payload)
    {
        if (payload.StartsWith(Tenant, StringComparison.Ordinal) && Guid.TryParse(payload.AsSpan(Tenant.Length), out var tenant))
        {
            changed.Add(new(tenant));
        }
        else if (payload.StartsWith(Person, StringComparison.Ordinal) && Guid.TryParse(payload.AsSpan(Person.Length), out var person))
        {
            sessions.ForgetPerson(person);
        }
    }
}
