using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Guards;

namespace Rowhouse.Testing;

/// <summary>Where an application keeps what all tenants read. A schema holds either that or rows of tenants.</summary>
public static class SharedSchemas
{
    /// <summary>The schemas, from the models of all registered contexts.</summary>
    public static IReadOnlySet<string> Of(IServiceProvider services) =>
        services.GetRequiredService<TenantModels>().Tables.Where(table => table.IsShared).Select(table => table.Schema).ToHashSet();

    /// <summary>Whether a table or an index, named with its schema, is in one of them.</summary>
    public static bool Hold(this IReadOnlySet<string> schemas, string name)
    {
        ArgumentNullException.ThrowIfNull(schemas);
        ArgumentNullException.ThrowIfNull(name);
        return schemas.Contains(name.Split('.')[0]);
    }
}
