using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Binding;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Tests.Kernel;
using Rowhouse.Testing;

namespace Rowhouse.Tenancy.Tests.Notes;

/// <summary>The application of <see cref="NotesDb"/>, started on a database of its own, with two tenants.</summary>
public sealed class NotesHost : IAsyncDisposable
{
    private readonly IHost host;

    private NotesHost(IHost host) => this.host = host;

    public Tenant Smith { get; } = Tenants.Make("smith");

    public Tenant Harbor { get; } = Tenants.Make("harbor");

    public IServiceProvider Services => host.Services;

    public TestCatalogue Catalogue => (TestCatalogue)Services.GetRequiredService<ITenantCatalogue>();

    public PostgresConnections Connections => Services.GetRequiredService<PostgresStore>().Connections;

    public static async Task<NotesHost> StartAsync(PostgresFixture postgres, Func<PostgresConnections, PostgresConnections>? change = null, TimeProvider? clock = null)
    {
        var connections = await PrepareAsync(postgres);
        return await StartAsync(change is null ? connections : change(connections), clock);
    }

    /// <summary>A migrated database without tenants.</summary>
    public static Task<PostgresConnections> PrepareAsync(PostgresFixture postgres) => postgres.CreateDatabaseAsync("notes", MigrateAsync);

    public static async Task<NotesHost> StartAsync(PostgresConnections connections, TimeProvider? clock = null)
    {
        var notes = new NotesHost(Build(connections, migrate: false, clock));
        notes.Catalogue.Add(notes.Smith);
        notes.Catalogue.Add(notes.Harbor);
        await notes.host.StartAsync();
        await notes.OpenHomeAsync(notes.Smith);
        await notes.OpenHomeAsync(notes.Harbor);
        return notes;
    }

    /// <summary>
    /// The application on a database as it is: without the verification of a start, which knows one login and refuses that
    /// of a tenant's own home.
    /// </summary>
    public static NotesHost Open(PostgresConnections connections, TimeProvider? clock = null, ILoggerProvider? log = null, Action<IServiceCollection>? configure = null)
    {
        var notes = new NotesHost(Build(connections, migrate: false, clock, log, configure));
        notes.Catalogue.Add(notes.Smith);
        notes.Catalogue.Add(notes.Harbor);
        notes.Services.GetRequiredService<PostgresStore>().Open(connections);
        return notes;
    }

    public static IHost Build(PostgresConnections connections, bool migrate, TimeProvider? clock = null, ILoggerProvider? log = null, Action<IServiceCollection>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddLogging(logging =>
        {
            if (log is not null)
            {
                logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
            }
        });
        builder.AddTenancy(tenancy => tenancy.UseCatalogue<TestCatalogue>().OnPostgres(options =>
        {
            options.Connections = connections;
            options.MigrateAtStart = migrate;
        }));
        builder.AddTenantDbContext<NotesDb>();
        configure?.Invoke(builder.Services);
        return builder.Build();
    }

    public async Task OpenHomeAsync(Tenant tenant) =>
        await ExecuteAsync(Connections.Platform, "INSERT INTO tenancy.homes (tenant_id, generation) VALUES ($1, $2)", tenant.Id.Value, tenant.Placement.Generation);

    /// <summary>Changes a tenant's home as the mover does, once all that write to it have committed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="change">What follows <c>UPDATE tenancy.homes SET</c>.</param>
    public Task ChangeHomeAsync(Tenant tenant, string change) =>
        ExecuteAsync(Connections.Mover!, $"BEGIN; CALL tenancy.bind('{tenant.Id}', 1); UPDATE tenancy.homes SET {change} WHERE tenant_id = '{tenant.Id}'; COMMIT");

    /// <summary>Opens the next home of a tenant, in the same database, and lets this node know.</summary>
    public async Task MoveAsync(Tenant tenant)
    {
        await ChangeHomeAsync(tenant, "generation = generation + 1, state = 'open'");
        var moved = tenant with { Version = tenant.Version + 1, Placement = tenant.Placement with { Generation = tenant.Placement.Generation + 1 } };
        Services.GetRequiredService<TenantDirectory>().Apply(new(moved, []));
    }

    public async Task<EnteredTenant> EnterAsync(Tenant tenant) => await Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant.Id);

    /// <summary>One more context of a scope, of any model.</summary>
    public static TContext Context<TContext>(EnteredTenant scope, Func<DbContextOptions<TContext>, TContext> make, Action<DbContextOptionsBuilder>? configure = null)
        where TContext : TenantDbContext
    {
        var options = new DbContextOptionsBuilder<TContext>().UseApplicationServiceProvider(scope.Get<IServiceProvider>());
        TenantOptions.Use(options, scope.Get<HomeSources>(), scope.Get<TenantBinding>());
        options.UseNpgsql(scope.Get<HomeSources>().Connect(scope.Tenant), contextOwnsConnection: true);
        configure?.Invoke(options);
        return make((DbContextOptions<TContext>)options.Options);
    }

    /// <summary>Work in a scope of one tenant.</summary>
    public async Task<T> InAsync<T>(Tenant tenant, Func<NotesDb, Task<T>> work)
    {
        await using var scope = await EnterAsync(tenant);
        return await work(scope.Get<NotesDb>());
    }

    public async Task InAsync(Tenant tenant, Func<NotesDb, Task> work) => await InAsync(tenant, async db =>
    {
        await work(db);
        return true;
    });

    /// <summary>A notebook with one note, written by its tenant.</summary>
    public async Task<Note> WriteNoteAsync(Tenant tenant, string text = "note") => await InAsync(tenant, async db =>
    {
        var note = new Note { Text = text, Notebook = new() { Title = $"notebook of {text}" } };
        db.Add(note);
        await db.SaveChangesAsync();
        return note;
    });

    /// <summary>Something of the tenant in every table: answers to answers among the notes, changes that were noted, events.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="labels">How many labels beside the first; two at least.</param>
    public async Task FillAsync(Tenant tenant, int labels)
    {
        await InAsync(tenant, async db =>
        {
            var note = new Note { Text = "first", Notebook = new() { Title = "first" }, Labels = { new() { Name = "last" } } };
            for (var answer = 0; answer < 3; answer++)
            {
                db.Add(note);
                note = new() { Text = "answer", Notebook = note.Notebook, AnswerTo = note };
            }

            await db.SaveChangesAsync();
        });
        await InAsync(tenant, db => db.Labels.BulkInsertAsync([.. Enumerable.Range(0, labels).Select(i => new Label { Name = $"{i}" })]));
        await ChangeHomeAsync(tenant, "capturing = true");
        await InAsync(tenant, db => db.Labels.Where(label => label.Name == "1").ExecuteUpdateAsync(set => set.SetProperty(label => label.Name, "one")));
        await ChangeHomeAsync(tenant, "capturing = false");
        await ExecuteAsync(
            Connections.Application,
            $"""
            BEGIN; CALL tenancy.bind('{tenant.Id}', {tenant.Placement.Generation});
            INSERT INTO tenancy.outbox (tenant_id, id, kind, payload, created_at, attempts, not_before) VALUES ('{tenant.Id}', gen_random_uuid(), 'tests.none', '{"{}"}', now(), 0, now());
            INSERT INTO tenancy.seen_events (tenant_id, consumer, event_id, seen_at) VALUES ('{tenant.Id}', 'tests', gen_random_uuid(), now());
            COMMIT
            """);
    }

    public static async Task<int> ExecuteAsync(string connectionString, string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<T?> ScalarAsync<T>(string connectionString, string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        GC.SuppressFinalize(this);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return command;
    }

    /// <summary>Makes the tables in an empty database.</summary>
    public static async Task MigrateAsync(PostgresConnections connections)
    {
        using var migrating = Build(connections, migrate: true);
        await migrating.StartAsync();
        await migrating.StopAsync();
    }
}
