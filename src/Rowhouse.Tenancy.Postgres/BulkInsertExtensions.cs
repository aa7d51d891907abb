using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Rowhouse.Tenancy.Postgres.Bulk;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Many rows at once.</summary>
public static class BulkInsertExtensions
{
    /// <summary>
    /// Inserts any number of rows of the scope's tenant, some thousands with each statement. They all go in or none does:
    /// in the current transaction, or in one of its own. The entities are not tracked. Ids that are unset are made;
    /// identity and computed columns are left to the database and not read back; a column with a default takes the entity's value.
    /// </summary>
    /// <typeparam name="TEntity">The entity; mapped to one table, with all that is stored in properties of its own.</typeparam>
    /// <param name="set">Where the rows go.</param>
    /// <param name="entities">The rows; read once, held a few thousand at a time.</param>
    /// <param name="cancellationToken">Stops, and undoes what was inserted outside a transaction of the caller.</param>
    /// <returns>How many rows were inserted.</returns>
    /// <exception cref="DbUpdateException">The database refused a row, for example because its key is there already.</exception>
    /// <exception cref="NotSupportedException">The entity is stored in a way that this cannot write; the message says which.</exception>
    /// <exception cref="HomeNotWritableException">No home of the tenant takes writes for ten seconds. Nothing was inserted.</exception>
    public static async Task<int> BulkInsertAsync<TEntity>(this DbSet<TEntity> set, IEnumerable<TEntity> entities, CancellationToken cancellationToken = default)
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(entities);
        if (set.GetService<ICurrentDbContext>().Context is not TenantDbContext context)
        {
            throw new NotSupportedException($"{typeof(TEntity).Name} is not in a tenant's context.");
        }

        var insert = new BulkInsert(context, set.EntityType);
        using var chunks = entities.Chunk(BulkInsert.ChunkSize).GetEnumerator();
        if (!chunks.MoveNext())
        {
            return 0;
        }

        // It is done again where the first statement is refused by the fence, or never answered: that is the first chunk, which is still here then.
        return context.Database.CurrentTransaction is null
            ? await context.RepeatInTransactionAsync(cancelled => insert.ExecuteAsync(chunks, cancelled), cancellationToken).ConfigureAwait(false)
            : await insert.ExecuteAsync(chunks, cancellationToken).ConfigureAwait(false);
    }
}
