using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Model;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Bulk;

/// <summary>
/// <c>INSERT … SELECT FROM unnest(…)</c>: one array a column, so the text is the same for any number of rows and stays
/// prepared. COPY is not to be had: PostgreSQL refuses it under row-level security. Citus turns such an INSERT into a COPY,
/// but not one that returns something.
/// </summary>
internal sealed class BulkInsert
{
    // Tried from 1,000 to 20,000: above 5,000 nothing is gained, and the arrays stay below some megabytes.
    public const int ChunkSize = 5_000;

    private readonly TenantDbContext context;
    private readonly List<BulkColumn> columns;
    private readonly string sql;

    public BulkInsert(TenantDbContext context, IEntityType type)
    {
        if (type.FindProperty(TenantModel.Key) is null)
        {
            throw new InvalidOperationException($"{type.DisplayName()} is shared reference data: tenants read it and never write it.");
        }

        this.context = context;
        columns = BulkColumn.Of(type, context.Clock);
        var table = type.GetTableMappings().Single().Table;
        var names = string.Join(", ", columns.Select(column => column.Name));
        var arrays = string.Join(", ", columns.Select((_, i) => $"@p{i}"));
        sql = $"INSERT INTO {Sql.Name(table.Schema ?? "public")}.{Sql.Name(table.Name)} ({TenantModel.Key}, {names}) SELECT @tenant, {names} FROM unnest({arrays}) AS rows ({names}) RETURNING 1";
    }

    /// <summary>Inserts the chunk that the enumerator is at, and those that follow.</summary>
    public async Task<int> ExecuteAsync<TEntity>(IEnumerator<TEntity[]> chunks, CancellationToken cancellationToken)
        where TEntity : class
    {
        var count = 0;
        do
        {
            var chunk = chunks.Current;
            List<object> parameters = [new NpgsqlParameter<Guid>("tenant", context.BoundTenant.Value), .. columns.Select((column, i) => column.Parameter($"p{i}", chunk))];
            try
            {
#pragma warning disable RS0030 // the one statement that the kernel writes itself: it names the tenant, and its values are parameters
                count += await context.Database.ExecuteSqlRawAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0030
            }
            catch (PostgresException exception)
            {
                throw new DbUpdateException($"A bulk insert into {typeof(TEntity).Name} failed: {exception.MessageText}", exception);
            }
        }
        while (chunks.MoveNext());

        return count;
    }
}
