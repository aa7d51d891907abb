using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Guards contexts that are no tenant's; a <see cref="TenantDbContext"/> is guarded by itself.</summary>
public static class TextGuardExtensions
{
    private static readonly TextGuard Guard = new();

    /// <summary>Refuses a text that PostgreSQL cannot keep before it is sent, with an <see cref="UnstorableTextException"/>.</summary>
    /// <typeparam name="TBuilder">The builder.</typeparam>
    /// <param name="options">The context's options.</param>
    public static TBuilder UseTextGuard<TBuilder>(this TBuilder options)
        where TBuilder : DbContextOptionsBuilder
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddInterceptors(Guard);
        return options;
    }
}
