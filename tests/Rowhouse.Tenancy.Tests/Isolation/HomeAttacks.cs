using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What is tried between homes: the wrong database, the wrong login, a tenant that lives elsewhere.</summary>
[Collection<AttackMatrix>]
public sealed class HomeAttacks(AttackServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_login_enters_its_own_home_and_no_other()
    {
        var (store, home, other) = (await server.StoreAsync(), await server.HomeAsync(), await server.HomeAsync());

        foreach (var (login, database) in new[] { (store, home), (home, store), (home, other), (other, home) })
        {
            (await RefusalAsync(login.Application, database.Application)).SqlState.ShouldBe("42501");
        }

        (await RefusalAsync(home.Application, "Database=template1", "CREATE TEMPORARY TABLE loot AS SELECT * FROM notes.notes")).SqlState.ShouldBe("42P01");
        (await NotesHost.ScalarAsync<string>(home.Application, "SELECT current_user::text")).ShouldStartWith("rowhouse_home_");
    }

    [Theory]
    [InlineData(Way.SharedThroughPooler)]
    [InlineData(Way.AttackersHomeThroughPooler)]
    [InlineData(Way.VictimsHomeThroughPooler)]
    public async Task A_pooler_leads_to_its_own_database_and_no_other(Way way)
    {
        var ground = await server.OnAsync(way);
        var elsewhere = await server.StoreAsync();

        (await RefusalAsync(ground.Host.Connections.Application, elsewhere.Application)).SqlState.ShouldBe(PostgresErrorCodes.ProtocolViolation);
    }

    [Theory, EveryWay]
    public async Task A_tenant_without_a_home_in_a_database_is_told_so_and_no_more(Way way)
    {
        var ground = await server.OnAsync(way);
        var stranger = $"SET LOCAL rowhouse.tenant = '{TenantId.New(TimeProvider.System)}'";

        (await ground.SqlAsync($"{stranger}; SELECT text FROM notes.notes")).ShouldGiveNothing();
        var refused = await ground.SqlAsync($"{stranger}; INSERT INTO notes.notebooks VALUES (current_setting('rowhouse.tenant')::uuid, gen_random_uuid(), 'x')");
        refused.ShouldBeRefused(HomeNotWritableException.SqlState);
        refused.Refusal!.Detail.ShouldBe("bound generation 1, home none, state none"); // refused
    }

    [Theory]
    [InlineData(Way.AttackersHome)]
    [InlineData(Way.AttackersHomeThroughPooler)]
    public async Task In_a_home_of_its_own_the_attacker_gains_nothing_by_binding_the_victim(Way way)
    {
        var ground = await server.OnAsync(way);
        string[] bindings =
        [
            AttackGround.Bind(ground.Victim), $"CALL tenancy.bind('{ground.Victim.Id}', 1)",
            $"SELECT set_config('rowhouse.tenant', '{ground.Victim.Id}', true)", $"DO $$ BEGIN EXECUTE 'SET LOCAL rowhouse.tenant = ''{ground.Victim.Id}'''; END $$",
        ];

        foreach (var binding in bindings)
        {
            (await ground.AttackAsync(async db =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(Token);
                await db.Database.ExecuteSqlRawAsync(binding, Token);
                return await db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token);
            })).ShouldGiveNothing();
            (await ground.SqlAsync($"{binding}; DELETE FROM notes.notes")).ShouldBeRefused(HomeNotWritableException.SqlState);
        }
    }

    [Theory, EveryWay]
    public async Task A_home_that_takes_no_writes_takes_none_of_the_attackers(Way way)
    {
        var ground = await server.OnAsync(way);

        foreach (var generation in new[] { 0, 2, int.MaxValue })
        {
            (await ground.SqlAsync($"SET LOCAL rowhouse.generation = {generation}; DELETE FROM notes.notes")).ShouldBeRefused(HomeNotWritableException.SqlState);
        }

        (await ground.SqlAsync($"SET LOCAL rowhouse.mover = '{ground.Rows.Notebook}'; SET LOCAL rowhouse.generation = 0; DELETE FROM notes.notes")).ShouldBeRefused(HomeNotWritableException.SqlState);
    }

    [Theory, EveryWay]
    public async Task The_verification_finds_nothing_on_the_grounds(Way way)
    {
        var ground = await server.OnAsync(way);
        await using var connection = await ground.Superuser.OpenConnectionAsync(Token);

        var report = await IsolationCheck.RunAsync(connection, RoleNames.Default, ground.Host.Services.GetRequiredService<TenantModels>().Tables, Token);

        report.Tables.ShouldBe(4);
        report.Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_context_of_a_private_tenant_works_in_its_home_and_never_in_the_shared_store_or_another_home()
    {
        var (store, home, other) = (await server.StoreAsync(), await server.HomeAsync(), await server.HomeAsync());
        await using var host = NotesHost.Open(store, configure: services => services.AddSingleton<IDedicatedHomes>(new OneHome(HomeStore.Of(store), new NpgsqlConnectionStringBuilder(home.Application).Password!)));
        var placement = new Placement(PlacementKind.Dedicated, Placement.DedicatedStore, NameOf(home), 1);
        var tenant = host.Smith with { Placement = placement };
        (await host.Services.GetRequiredService<TenantHomes>().OpenAsync(tenant.Id, placement, Token)).IsOpen.ShouldBeTrue();

        await InContextAsync(async db => await AddAsync(db));
        await CountAsync(1, 0, 0);

        foreach (var elsewhere in new[] { store, other, other with { Application = other.Platform }, store with { Application = store.Platform } })
        {
            foreach (var work in new Func<NotesDb, Task>[]
            {
                AddAsync,
                db => db.Notes.ToListAsync(Token),
                db => db.Notebooks.ExecuteUpdateAsync(set => set.SetProperty(notebook => notebook.Title, "x"), Token),
                db => db.InTransactionAsync(async cancelled => { await db.Notebooks.CountAsync(cancelled); return await AddAsync(db); }, Token),
            })
            {
                await InContextAsync(async db =>
                {
                    await using var astray = new NpgsqlConnection(elsewhere.Application);
                    db.Database.SetDbConnection(astray);
                    (await Record.ExceptionAsync(() => work(db))).ShouldNotBeNull().GetBaseException().ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("whose home is elsewhere");
                });
            }
        }

        await CountAsync(1, 0, 0);

        async Task InContextAsync(Func<NotesDb, Task> work)
        {
            await using var scope = host.Services.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<TenantScope>().Bind(tenant);
            await work(scope.ServiceProvider.GetRequiredService<NotesDb>());
        }

        async Task CountAsync(params long[] expected)
        {
            foreach (var (database, count) in new[] { home, store, other }.Zip(expected))
            {
                (await NotesHost.ScalarAsync<long>(server.SuperuserOf(database), "SELECT count(*) FROM notes.notebooks")).ShouldBe(count, NameOf(database));
            }
        }

        static Task<int> AddAsync(NotesDb db)
        {
            db.Notebooks.Add(new() { Title = "mine" });
            return db.SaveChangesAsync(Token);
        }
    }

    private static string NameOf(PostgresConnections connections) => new NpgsqlConnectionStringBuilder(connections.Application).Database!;

    private sealed class OneHome(HomeStore at, string password) : IDedicatedHomes
    {
        public HomeStore FindStore(string name) => at;

        public Task<IReadOnlyList<HomeStore>> ListStoresAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<HomeStore>>([at]);

        public ValueTask<string> GetPasswordAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default) => new(password);

        public Task<IReadOnlyList<(TenantId Tenant, Placement Home)>> FindAsync(TenantId? after, int most, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private static Task<PostgresException> RefusalAsync(string login, string to, string sql = "SELECT 1")
    {
        var across = new NpgsqlConnectionStringBuilder(login) { Database = new NpgsqlConnectionStringBuilder(to).Database };
        return Should.ThrowAsync<PostgresException>(NotesHost.ScalarAsync<object>(across.ConnectionString, sql));
    }
}
