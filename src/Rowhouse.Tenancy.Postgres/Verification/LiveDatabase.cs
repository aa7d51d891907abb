using System.Text.Json;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>What a database says of itself, as far as isolation depends on it; <c>live.sql</c> asks for it.</summary>
internal sealed record LiveDatabase
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public required IReadOnlyList<LiveRelation> Relations { get; init; }

    /// <summary>All that run with their owner's rights, and the kernel's.</summary>
    public required IReadOnlyList<LiveFunction> Functions { get; init; }

    /// <summary>The application's and the platform's.</summary>
    public required IReadOnlyList<LiveRole> Roles { get; init; }

    /// <summary>Which of the two can look into which schema.</summary>
    public required IReadOnlyList<LiveUse> Uses { get; init; }

    public static async Task<LiveDatabase> ReadAsync(NpgsqlConnection connection, IEnumerable<string> schemas, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(await KernelResource.ReadAsync("live.sql", cancellationToken).ConfigureAwait(false), connection)
        {
            Parameters = { new() { Value = schemas.Append("tenancy").Distinct().ToArray() } },
        };
        await using var dispose = command.ConfigureAwait(false);
        var text = (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!; // json_build_object is never null
        return JsonSerializer.Deserialize<LiveDatabase>(text, Json)!; // nor is what it becomes
    }

    public LiveRelation? Find(string schema, string name) =>
        Relations.FirstOrDefault(relation => relation.Schema == schema && relation.Name == name);

    public LiveRelation? Find(long? id) => id is null ? null : Relations.FirstOrDefault(relation => relation.Id == id);

    public bool CanUse(string role, string schema) => Uses.Any(use => use.Role == role && use.Schema == schema);
}

internal sealed record LiveRelation(
    long Id,
    string Schema,
    string Name,
    char Kind,
    string Owner,
    bool Secured,
    bool Forced,
    bool SecurityInvoker,
    long? Parent,
    bool HasTenant,
    IReadOnlyList<LivePolicy> Policies,
    IReadOnlyList<LiveTrigger> Triggers,
    IReadOnlyList<LiveGrant> Grants,
    IReadOnlyList<LiveConstraint> Constraints,
    IReadOnlyList<LiveIndex> UniqueIndexes)
{
    public const char View = 'v';
    public const char MaterializedView = 'm';
    public const char ForeignTable = 'f';

    public bool IsTable => Kind is 'r' or 'p';

    public override string ToString() => $"{Schema}.{Name}";
}

internal sealed record LivePolicy(string Name, char Command, bool Permissive, IReadOnlyList<string> Roles, string? Using, string? Check);

internal sealed record LiveTrigger(string Name, short Type, bool Enabled, bool Conditional, string Function);

internal sealed record LiveGrant(string Grantee, string Privilege, string? Column);

internal sealed record LiveConstraint(
    string Name, char Type, long? References, char OnDelete, char OnUpdate, IReadOnlyList<string> Columns, IReadOnlyList<string>? Referenced);

internal sealed record LiveIndex(string Name, IReadOnlyList<string> Columns);

internal sealed record LiveFunction(string Name, string Owner, bool Definer, string Text, IReadOnlyList<string>? Settings, bool ForApplication);

internal sealed record LiveRole(
    string Name,
    bool Superuser,
    bool BypassesPolicies,
    bool MakesRoles,
    bool MakesDatabases,
    bool Replicates,
    IReadOnlyList<string> MemberOf,
    bool MakesSchemas,
    bool MakesTemporaryTables,
    IReadOnlyList<string> MakesIn);

internal sealed record LiveUse(string Role, string Schema);
