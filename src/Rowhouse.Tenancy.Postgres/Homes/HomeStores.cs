using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>
/// The servers on which dedicated homes are, as an operator handles them: make ready, verify. Safe for concurrent use once the database is open; what changes something
/// on a server waits for whoever else does.
/// </summary>
public sealed class HomeStores
{
    private const int AtATime = 1000;

    private readonly PostgresStore store;
    private readonly SqlMigrations migrations;
    private readonly TenantModels models;
    private readonly Func<IDedicatedHomes?> homes;

    internal HomeStores(PostgresStore store, SqlMigrations migrations, TenantModels models, Func<IDedicatedHomes?> homes)
    {
        this.store = store;
        this.migrations = migrations;
        this.models = models;
        this.homes = homes;
    }

    /// <summary>Makes on the server of a store the template of this program's schema, from which homes are made there, and brings the homes that are there to that schema.</summary>
    /// <param name="at">The store.</param>
    /// <param name="cancellationToken">Stops; done again it goes on.</param>
    /// <exception cref="InvalidOperationException">A connection of the store is missing, refused or works as another role.</exception>
    /// <exception cref="MigrationException">The schema cannot be brought to where the program is.</exception>
    public async Task PrepareAsync(HomeStore at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(at);
        if (at.Unreadable is { } why)
        {
            throw new InvalidOperationException(why);
        }

        try
        {
            await new HomeTemplate(migrations, models, store.Connections.Roles, at).EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Unreachable.Is(exception))
        {
            throw new InvalidOperationException($"The store {at.Name} cannot be brought to this version's schema: {exception.Message}{(exception is PostgresException failed && store.Connections.Roles.IsMissing(failed) ? $" {RoleNames.HowToMakeMissing}" : "")}", exception);
        }
    }

    /// <summary>Does what <see cref="PrepareAsync"/> does for each store that was added, one after the other. What fails in one keeps none of the others from it.</summary>
    /// <param name="cancellationToken">Stops; done again it goes on.</param>
    /// <returns>The stores for which it failed, and why.</returns>
    public async Task<IReadOnlyDictionary<string, string>> PrepareAddedAsync(CancellationToken cancellationToken = default)
    {
        var failures = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var at in (await ListAsync(cancellationToken).ConfigureAwait(false)).Where(at => at.Name != Placement.DedicatedStore))
        {
            try
            {
                await PrepareAsync(at, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidOperationException exception)
            {
                failures[at.Name] = exception.Message; // of the others nothing depends on this one
            }
        }

        return failures;
    }

    /// <summary>Asks over the connections of a store who they are to PostgreSQL, as <see cref="PostgresDatabase.VerifyConnectionsAsync"/> does of the installation's own.</summary>
    /// <param name="at">The store.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <exception cref="InvalidOperationException">Its server cannot be reached.</exception>
    public async Task<IsolationReport> VerifyConnectionsAsync(HomeStore at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(at);
        var roles = store.Connections.Roles;
        List<WorkingConnection> working = [];
        try
        {
            Add("platform", at.Platform, roles.Platform);
            Add("provisioner", at.Provisioner, roles.Provisioner);
            Add("owner", at.Owner, roles.Owner);
            Add("mover", at.Mover, roles.Mover);
            return new(0, 0, await SessionRules.CheckAsync(roles, working, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (Unreachable.Is(exception))
        {
            throw new InvalidOperationException($"The server cannot be asked: {exception.Message}", exception);
        }
        finally
        {
            foreach (var connection in working)
            {
                await connection.Source.DisposeAsync().ConfigureAwait(false);
            }
        }

        void Add(string what, string? connection, string role)
        {
            if (connection is not null)
            {
                working.Add(new($"store {at.Name}, {what}", SeveralHosts.BuildPrimary(OnServer(connection).ConnectionString), role, IsOutside: true));
            }
        }
    }

    /// <summary>What homes there are on the server of a store, whoever made them.</summary>
    /// <param name="at">The store.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>Their names.</returns>
    /// <exception cref="InvalidOperationException">Its server cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> FindHomesAsync(HomeStore at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(at);
        try
        {
            var connection = new NpgsqlConnection(OnServer(at.Platform).ConnectionString);
            await using var dispose = connection.ConfigureAwait(false);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return await connection.ScalarAsync<string[]>("select array(select datname::text from pg_database where starts_with(datname, $1) order by 1)", cancellationToken, store.Connections.Roles.HomePrefix).ConfigureAwait(false) ?? [];
        }
        catch (Exception exception) when (Unreachable.Is(exception))
        {
            throw new InvalidOperationException($"The server cannot be asked: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Looks whether the dedicated homes are as they were made and have this program's schema. One query to the shared catalogue of each server tells of all that it has, and
    /// none is connected to. An added store whose server cannot be asked is a fault of that store.
    /// </summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>What is wrong; without a control database there are no homes.</returns>
    public async Task<HomesReport> VerifyHomesAsync(CancellationToken cancellationToken = default)
    {
        var report = new HomesReport(0, [], [], []);
        if (!migrations.NeedControl)
        {
            return report;
        }

        // Before the look: a home that is lived in by now is whole by then.
        var livedIn = await FindLivedInAsync(cancellationToken).ConfigureAwait(false);
        var stores = await ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var at in stores)
        {
            var found = await LookAsync(at, livedIn[at.Name].ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
            report = new(report.Homes + found.Homes, [.. report.Findings, .. found.Findings], [.. report.Faults, .. found.Faults], [.. report.Behind, .. found.Behind]);
        }

        var nowhere = livedIn.Where(homes => !stores.Any(at => at.Name == homes.Key)).Select(homes => Fault(homes.Key, "tenants live there, and there is no such store.", "Add it again under this name: `rowhouse stores add`."));
        return report with { Faults = [.. report.Faults, .. nowhere] };
    }

    private async Task<HomesReport> LookAsync(HomeStore at, IReadOnlySet<string> livedIn, CancellationToken cancellationToken)
    {
        if (at.Unreadable is { } why)
        {
            return new(0, [], [Fault(at.Name, why, "Give this process what the servers have.")], []);
        }

        var isAdded = at.Name != Placement.DedicatedStore;
        var connection = isAdded ? new NpgsqlConnection(OnServer(at.Platform).ConnectionString) : store.Control.CreateConnection();
        await using var dispose = connection.ConfigureAwait(false);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return await HomesCheck.RunAsync(connection, store.Connections.Roles, migrations.StoreFingerprint, isAdded ? at.Name : null, livedIn, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (isAdded && Unreachable.Is(exception))
        {
            return new(0, [], [Fault(at.Name, $"its server cannot be asked: {exception.Message}", $"Mend it, or lead the store elsewhere: `rowhouse stores change {at.Name} --connections …`.")], []);
        }
    }

    private static IsolationFinding Fault(string at, string what, string mend) => new("store", $"store {at}", what, mend);

    // Where the control database is not migrated, or lost rights, that is found where it is looked at: what is in it is not known then.
    private async Task<IReadOnlyList<HomeStore>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return homes() is { } known ? await known.ListStoresAsync(cancellationToken).ConfigureAwait(false) : [];
        }
        catch (PostgresException exception) when (IsUnknown(exception))
        {
            return [HomeStore.Of(store.Connections)];
        }
    }

    private async Task<ILookup<string, string>> FindLivedInAsync(CancellationToken cancellationToken)
    {
        List<Placement> found = [];
        try
        {
            TenantId? last = null;
            while (homes() is { } known && await known.FindAsync(last, AtATime, cancellationToken).ConfigureAwait(false) is { Count: > 0 } some)
            {
                found.AddRange(some.Select(one => one.Home));
                last = some[^1].Tenant;
            }
        }
        catch (PostgresException exception) when (IsUnknown(exception))
        {
            // As above.
        }

        return found.ToLookup(home => home.Store, home => home.Database, StringComparer.Ordinal);
    }

    private static bool IsUnknown(PostgresException exception) => exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InsufficientPrivilege;

    private static NpgsqlConnectionStringBuilder OnServer(string connection) => new(connection) { Database = "postgres", Pooling = false, Timeout = 5, CommandTimeout = 15 };
}
