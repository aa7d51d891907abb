using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>What a database says of itself, as far as isolation depends on it; <c>live.sql</c> asks for it.</summary>
internal sealed record LiveDatabase
{
    /// <summary>What the roles of this installation are called.</summary>
    [JsonIgnore]
    public RoleNames Names { get; init; } = RoleNames.Default;

    public required LiveCatalog Database { get; init; }

    public required IReadOnlyList<LiveSchema> Schemas { get; init; }

    public required IReadOnlyList<LiveRelation> Relations { get; init; }

    /// <summary>All that run with their owner's rights or are trusted to see rows before a policy does.</summary>
    public required IReadOnlyList<LiveFunction> Functions { get; init; }

    /// <summary>Somebody's casts between PostgreSQL's own types, as <c>text AS uuid</c>.</summary>
    public required IReadOnlyList<string> Casts { get; init; }

    public required IReadOnlyList<LiveEventTrigger> EventTriggers { get; init; }

    /// <summary>What objects that are made from now on grant to a working role or to everybody.</summary>
    public required IReadOnlyList<LiveDefaultGrant> DefaultGrants { get; init; }

    /// <summary>The kernel's own schema as text.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Kernel { get; init; } = [];

    /// <summary>The same as the kernel's scripts leave it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> KernelExpected { get; init; } = [];

    /// <summary>Reads it, in a transaction where the answer is to be trusted.</summary>
    public static async Task<LiveDatabase> ReadAsync(NpgsqlConnection connection, RoleNames names, IEnumerable<string> schemas, CancellationToken cancellationToken)
    {
        // PostgreSQL says a name back without its schema where the search path finds it: a function that hides one of
        // PostgreSQL's own would look like it. Does nothing outside a transaction.
        await connection.ExecuteAsync("SET LOCAL search_path = pg_catalog", cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand(await KernelResource.ReadAsync("live.sql", cancellationToken).ConfigureAwait(false), connection)
        {
            Parameters = { new() { Value = schemas.Append(KernelRules.Schema).Distinct().ToArray() }, new() { Value = new[] { names.Application, names.Tenants, names.Platform, names.Mover } }, new() { Value = names.HomePrefix } },
        };
        await using var dispose = command.ConfigureAwait(false);
        var text = (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!; // json_build_object is never null
        var expected = await KernelResource.ReadAsync("kernel.txt", cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize<LiveDatabase>(text, LiveJson.Options)! with // nor is what it becomes
        {
            Names = names,
            Kernel = await SchemaText.ReadAsync(connection, [KernelRules.Schema], cancellationToken).ConfigureAwait(false),
            KernelExpected = SchemaDifferences.Lines(expected, names),
        };
    }

    public LiveRelation? Find(string schema, string name) =>
        Relations.FirstOrDefault(relation => relation.Schema == schema && relation.Name == name);

    public LiveRelation? Find(long? id) => id is null ? null : Relations.FirstOrDefault(relation => relation.Id == id);

    /// <summary>A table with its partitions and heirs, which can be addressed directly.</summary>
    public IEnumerable<LiveRelation> Family(LiveRelation relation) =>
        Relations.Where(child => child.Parents.Contains(relation.Id)).SelectMany(Family).Prepend(relation);
}

/// <summary>How the answers are read.</summary>
internal static class LiveJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web);
}

internal sealed record LiveCatalog(string Name, string Owner, bool Distributed, IReadOnlyList<string> ForPublic, IReadOnlyList<string> Connects, IReadOnlyList<string> PassOn);

internal sealed record LiveSchema(string Name, string Owner, IReadOnlyList<LiveGrant> Grants);

internal sealed record LiveRelation(
    long Id,
    string Schema,
    string Name,
    char Kind,
    string Owner,
    bool Secured,
    bool Forced,
    bool SecurityInvoker,
    IReadOnlyList<long> Parents,
    bool HasTenant,
    string SqlName,
    bool Unlogged,
    IReadOnlyList<LivePolicy> Policies,
    IReadOnlyList<LiveTrigger> Triggers,
    bool Unchecked,
    IReadOnlyList<string> Rules,
    IReadOnlyList<LiveGrant> Grants,
    IReadOnlyList<LiveConstraint> Constraints,
    IReadOnlyList<LiveIndex> UniqueIndexes)
{
    public const char View = 'v';
    public const char MaterializedView = 'm';
    public const char ForeignTable = 'f';
    public const char Sequence = 'S';

    public bool IsTable => Kind is 'r' or 'p';

    public override string ToString() => $"{Schema}.{Name}";
}

internal sealed record LivePolicy(string Name, char Command, bool Permissive, IReadOnlyList<string> Roles, string? Using, string? Check, string? Borrows);

/// <summary>A trigger that somebody made; those of foreign keys are not among them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Enabled">Whether it fires.</param>
/// <param name="Definition">What makes it, as PostgreSQL says it back.</param>
internal sealed record LiveTrigger(string Name, bool Enabled, string Definition);

internal sealed record LiveGrant(string Grantee, string Privilege, string? Column, bool Grantable)
{
    public override string ToString() => $"{Privilege}{(Column is null ? "" : $" ({Column})")}{(Grantable ? " WITH GRANT OPTION" : "")}";
}

internal sealed record LiveConstraint(
    string Name, char Type, long? References, char OnDelete, char OnUpdate, bool Valid, bool Deferrable, bool Deferred, bool Inherited, IReadOnlyList<string> Columns, IReadOnlyList<string>? Referenced);

internal sealed record LiveIndex(string Name, IReadOnlyList<string> Columns);

internal sealed record LiveFunction(string Schema, string Name, string Owner, bool Definer, bool Leakproof, bool Callable);

internal sealed record LiveEventTrigger(string Name, string Event);

internal sealed record LiveDefaultGrant(string By, string? Schema, string Kind, string Grantee, string Privilege);
