using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>For contexts that are no tenant's and work on a pool that prepares statements by itself.</summary>
public static class PreparedStatementGuardExtensions
{
    /// <summary>Lets no connection go back to its pool with a statement that the driver wrongly holds for prepared, after a failure or a caller who left.</summary>
    /// <remarks>Close a connection that you opened yourself before you dispose of the context: EF Core tells nobody when it closes it then.</remarks>
    /// <typeparam name="TBuilder">The builder.</typeparam>
    /// <param name="options">The context's options.</param>
    public static TBuilder UsePreparedStatementGuard<TBuilder>(this TBuilder options)
        where TBuilder : DbContextOptionsBuilder
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddInterceptors(PreparedStatementGuard.Instance);
        return options;
    }
}
