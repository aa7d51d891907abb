using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.ChangeTracking.Internal;
using Microsoft.EntityFrameworkCore.Internal;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rowhouse.Tenancy.Postgres.Model;

#pragma warning disable EF1001 // Find on a set has no other seam; TenantDbContextTests say what broke when EF Core changes it.

/// <summary>Lets <c>Find(id)</c> work without the tenant, which the caller does not know of. Overriding <see cref="DbContext.Find{TEntity}"/> would not cover a set's own.</summary>
internal sealed class TenantFinderSource : IEntityFinderSource
{
    private readonly EntityFinderSource inner = new();

    public IEntityFinder Create(IStateManager stateManager, IDbSetSource setSource, IDbSetCache setCache, IEntityType entityType)
    {
        var finder = inner.Create(stateManager, setSource, setCache, entityType);
        return stateManager.Context is TenantDbContext context && entityType.FindProperty(TenantModel.Key) is not null
            ? (IEntityFinder)Activator.CreateInstance(typeof(TenantFinder<>).MakeGenericType(entityType.ClrType), finder, context, entityType)!
            : finder;
    }

    private sealed class TenantFinder<TEntity>(IEntityFinder<TEntity> inner, TenantDbContext context, IEntityType type) : IEntityFinder<TEntity>
        where TEntity : class
    {
        private readonly int keyLength = type.FindPrimaryKey()!.Properties.Count; // Find on a keyless set fails before it comes here.

        public TEntity? Find(object?[]? keyValues) => inner.Find(WithTenant(keyValues));

        object? IEntityFinder.Find(object?[]? keyValues) => Find(keyValues);

        public ValueTask<TEntity?> FindAsync(object?[]? keyValues, CancellationToken cancellationToken = default) =>
            inner.FindAsync(WithTenant(keyValues), cancellationToken);

        ValueTask<object?> IEntityFinder.FindAsync(object?[]? keyValues, CancellationToken cancellationToken) =>
            ((IEntityFinder)inner).FindAsync(WithTenant(keyValues), cancellationToken);

        public InternalEntityEntry? FindEntry<TKey>(TKey keyValue) => inner.FindEntry(keyValue);

        public InternalEntityEntry? FindEntry<TProperty>(IProperty property, TProperty propertyValue) => inner.FindEntry(property, propertyValue);

        public IEnumerable<InternalEntityEntry> GetEntries<TProperty>(IProperty property, TProperty propertyValue) => inner.GetEntries(property, propertyValue);

        public InternalEntityEntry? FindEntry(IEnumerable<object?> keyValues) => inner.FindEntry(keyValues);

        public InternalEntityEntry? FindEntry(IEnumerable<IProperty> properties, IEnumerable<object?> propertyValues) => inner.FindEntry(properties, propertyValues);

        public IEnumerable<InternalEntityEntry> GetEntries(IEnumerable<IProperty> properties, IEnumerable<object?> propertyValues) => inner.GetEntries(properties, propertyValues);

        public void Load(INavigation navigation, InternalEntityEntry entry, LoadOptions options) => inner.Load(navigation, entry, options);

        public Task LoadAsync(INavigation navigation, InternalEntityEntry entry, LoadOptions options, CancellationToken cancellationToken = default) =>
            inner.LoadAsync(navigation, entry, options, cancellationToken);

        public IQueryable<TEntity> Query(INavigation navigation, InternalEntityEntry entry) => inner.Query(navigation, entry);

        IQueryable IEntityFinder.Query(INavigation navigation, InternalEntityEntry entry) => Query(navigation, entry);

        public object[]? GetDatabaseValues(InternalEntityEntry entry) => inner.GetDatabaseValues(entry);

        public Task<object[]?> GetDatabaseValuesAsync(InternalEntityEntry entry, CancellationToken cancellationToken = default) =>
            inner.GetDatabaseValuesAsync(entry, cancellationToken);

        private object?[]? WithTenant(object?[]? keyValues) =>
            keyValues?.Length == keyLength - 1 ? [context.BoundTenant, .. keyValues] : keyValues;
    }
}
