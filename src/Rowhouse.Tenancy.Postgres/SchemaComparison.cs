using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// Whether a module's scripts make the tables that its EF Core model expects. For tests: the lines that are
/// <see cref="Missing"/> say what SQL to write.
/// </summary>
/// <param name="Missing">What the model has and the scripts do not make, one line each.</param>
/// <param name="Surplus">What the scripts make and the model does not have.</param>
public sealed record SchemaComparison(IReadOnlyList<string> Missing, IReadOnlyList<string> Surplus)
{
    private static readonly string[] NotInModels = ["grant on ", "function ", "trigger "];

    /// <summary>Whether both are the same.</summary>
    public bool IsEqual => Missing.Count == 0 && Surplus.Count == 0;

    /// <summary>Compares the schemas of a context's model, guards included.</summary>
    /// <typeparam name="TContext">The context; its constructor takes only its options.</typeparam>
    /// <param name="migrated">A database that the scripts have made; the owner's connection is used.</param>
    /// <param name="scratch">An empty database, made by <see cref="DatabaseRoles.EnsureAsync"/>; the model is created in it.</param>
    /// <param name="cancellationToken">Stops half-way.</param>
    public static async Task<SchemaComparison> RunAsync<TContext>(PostgresConnections migrated, PostgresConnections scratch, CancellationToken cancellationToken = default)
        where TContext : TenantDbContext
    {
        ArgumentNullException.ThrowIfNull(migrated);
        ArgumentNullException.ThrowIfNull(scratch);
        var services = new ServiceCollection().BuildServiceProvider();
        await using var disposeServices = services.ConfigureAwait(false);
        var models = new TenantModels([new(typeof(TContext))], services);
        var schemas = models.Tables.Select(table => table.Schema).Distinct().ToArray();

        await new SqlMigrations([], new TenantModels([], services)).ApplyAsync(scratch, cancellationToken).ConfigureAwait(false);
        var expected = await WithOwnerAsync(
            scratch.Owner,
            async owner =>
            {
                var context = TenantModels.ContextForModel(typeof(TContext), services);
                await using var disposeContext = context.ConfigureAwait(false);
                await owner.ExecuteAsync(context.Database.GenerateCreateScript(), cancellationToken).ConfigureAwait(false);
                await GuardWriter.WriteAsync(owner, scratch.Roles, models.Tables, cancellationToken).ConfigureAwait(false);
                return await SchemaText.ReadAsync(owner, schemas, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        var actual = await WithOwnerAsync(migrated.Owner, owner => SchemaText.ReadAsync(owner, schemas, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new([.. expected.Except(actual)], [.. actual.Except(expected)]);
    }

    /// <summary>
    /// Compares the schemas of a context of the control database: tables, columns, defaults, keys, checks and indexes. Not
    /// its grants, functions and triggers, which no model has.
    /// </summary>
    /// <typeparam name="TContext">The context; its constructor takes only its options.</typeparam>
    /// <param name="migrated">The control database that the scripts have made; the owner's connection is used.</param>
    /// <param name="scratch">An empty control database, made by <see cref="DatabaseRoles.EnsureAsync"/>; the model is created in it.</param>
    /// <param name="cancellationToken">Stops half-way.</param>
    public static async Task<SchemaComparison> RunOnControlAsync<TContext>(PostgresConnections migrated, PostgresConnections scratch, CancellationToken cancellationToken = default)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(migrated);
        ArgumentNullException.ThrowIfNull(scratch);
        var services = new ServiceCollection().BuildServiceProvider();
        await using var disposeServices = services.ConfigureAwait(false);
        var context = TenantModels.ContextForModel(typeof(TContext), services);
        await using var disposeContext = context.ConfigureAwait(false);
        var schemas = context.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables.Select(table => table.Schema ?? "public").Distinct().ToArray();

        var expected = await WithOwnerAsync(
            scratch.ControlOwner,
            async owner =>
            {
                await owner.ExecuteAsync(context.Database.GenerateCreateScript(), cancellationToken).ConfigureAwait(false);
                return await ReadAsync(owner).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        var actual = await WithOwnerAsync(migrated.ControlOwner, ReadAsync, cancellationToken).ConfigureAwait(false);
        return new([.. expected.Except(actual)], [.. actual.Except(expected)]);

        async Task<List<string>> ReadAsync(NpgsqlConnection owner)
        {
            var lines = await SchemaText.ReadAsync(owner, schemas, cancellationToken).ConfigureAwait(false);
            return [.. lines.Where(line => !NotInModels.Any(kind => line.StartsWith(kind, StringComparison.Ordinal)))];
        }
    }

    /// <summary>
    /// What <c>schema.txt</c> beside a module's scripts for the control database has to say: all that they leave of its
    /// schema, rights included. The verification compares a live control database with it.
    /// </summary>
    /// <param name="migrated">The control database that the scripts have made; the owner's connection is used.</param>
    /// <param name="schema">The schema's name, under which the scripts are registered.</param>
    /// <param name="cancellationToken">Stops half-way.</param>
    /// <returns>A line for each fact, with roles written as scripts write them.</returns>
    public static async Task<IReadOnlyList<string>> DescribeControlAsync(PostgresConnections migrated, string schema, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(migrated);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        return await WithOwnerAsync<IReadOnlyList<string>>(
            migrated.ControlOwner,
            async owner =>
            {
                // As the verification looks at it: names outside pg_catalog are said with their schema.
                await owner.ExecuteAsync("SET search_path = pg_catalog", cancellationToken).ConfigureAwait(false);
                return [.. (await SchemaText.ReadAsync(owner, [schema], cancellationToken).ConfigureAwait(false)).Select(migrated.Roles.Unfill)];
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The differences, one line each.</summary>
    public override string ToString() =>
        string.Join('\n', Missing.Select(line => $"missing: {line}").Concat(Surplus.Select(line => $"surplus: {line}")));

    private static async Task<T> WithOwnerAsync<T>(string? connectionString, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString); // of the owner, whom not every process knows
        var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await using var dispose = owner.ConfigureAwait(false);
        await owner.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await work(owner).ConfigureAwait(false);
    }
}
