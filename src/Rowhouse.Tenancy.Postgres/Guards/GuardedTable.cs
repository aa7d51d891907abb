using Microsoft.EntityFrameworkCore.Metadata;
using Rowhouse.Tenancy.Postgres.Model;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>A table of some module's model, and whose rows it holds.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsShared">Whether its rows belong to nobody and are read by all tenants.</param>
/// <param name="Key">The columns of its primary key beside the tenant's.</param>
internal sealed record GuardedTable(string Schema, string Name, bool IsShared, IReadOnlyList<string> Key)
{
    /// <summary>What the roles that work for a tenant may do with the rows.</summary>
    public IReadOnlyList<string> TenantRights => IsShared ? ["SELECT"] : ["SELECT", "INSERT", "UPDATE", "DELETE"];

    /// <summary>What the platform may do with the rows.</summary>
    public IReadOnlyList<string> PlatformRights => IsShared ? ["SELECT", "INSERT", "UPDATE", "DELETE"] : [];

    public static GuardedTable Of(ITable table)
    {
        var shared = table.EntityTypeMappings.All(mapping => mapping.TypeBase is IEntityType type && TenantModel.IsShared(type));
        return shared == (table.FindColumn(TenantModel.Key) is null)
            ? new(table.Schema ?? "public", table.Name, shared, [.. table.PrimaryKey?.Columns.Select(column => column.Name).Where(name => name != TenantModel.Key) ?? []])
            : throw new InvalidOperationException($"{table.Schema}.{table.Name} holds rows of tenants and shared rows. Keep them in tables of their own.");
    }

    /// <summary>The table as SQL names it, in quotes.</summary>
    public string SqlName => $"{Sql.Name(Schema)}.{Sql.Name(Name)}";

    public override string ToString() => $"{Schema}.{Name}";
}
