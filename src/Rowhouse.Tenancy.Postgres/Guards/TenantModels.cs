using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>The models of all registered tenants' contexts, from which guards and checks are made. Built at their first use.</summary>
internal sealed class TenantModels
{
    private readonly Lazy<IReadOnlyList<IRelationalModel>> models;
    private readonly Lazy<IReadOnlyList<GuardedTable>> tables;

    public TenantModels(IEnumerable<TenantContextType> contexts, IServiceProvider services)
    {
        models = new(() => [.. contexts.Select(context => context.Type).Distinct().Select(type => ModelOf(type, services))]);
        tables = new(() => [.. models.Value.SelectMany(model => model.Tables).Where(table => !KernelTables.Has(table)).Select(GuardedTable.Of).DistinctBy(table => (table.Schema, table.Name))]);
    }

    public IReadOnlyList<IRelationalModel> Models => models.Value;

    public IReadOnlyList<GuardedTable> Tables => tables.Value;

    /// <summary>A context that is good for its model alone: it has neither tenant nor connection.</summary>
    public static DbContext ContextForModel(Type type, IServiceProvider services)
    {
        var options = (DbContextOptionsBuilder)Activator.CreateInstance(typeof(DbContextOptionsBuilder<>).MakeGenericType(type))!; // a class with a public constructor
        TenantOptions.UseForModel(options);
        return (DbContext)ActivatorUtilities.CreateInstance(services, type, options.Options);
    }

    private static IRelationalModel ModelOf(Type type, IServiceProvider services)
    {
        using var context = ContextForModel(type, services);
        return context.GetService<IDesignTimeModel>().Model.GetRelationalModel();
    }
}

/// <summary>A registered context.</summary>
internal sealed record TenantContextType(Type Type);
