using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Tests.Kernel;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>Everybody at once over one connection to the server.</summary>
[Collection<AttackMatrix>]
public sealed class PoolAttacks(AttackServer server)
{
    private const int TenantCount = 50;
    private const int Rounds = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EveryWay]
    public async Task Fifty_tenants_at_once_over_one_connection_see_only_their_own_rows(Way way)
    {
        var ground = await server.OnAsync(way);
        var tenants = Enumerable.Range(0, TenantCount).Select(i => Tenants.Make($"tenant-{i}")).ToList();
        tenants.ForEach(tenant => ground.Host.Catalogue.Add(tenant));
        await AttackGround.ExecuteAsync(ground.Superuser, string.Concat(tenants.Select(tenant => $"INSERT INTO tenancy.homes (tenant_id, generation) VALUES ('{tenant.Id}', 1);")));
        try
        {
            var outcome = await ground.JudgeAsync(async _ =>
            {
                await Parallel.ForEachAsync(Enumerable.Range(0, TenantCount * Rounds), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Token }, (i, cancellationToken) =>
                    new(ground.Host.InAsync(tenants[i % TenantCount], db => WorkAsync(db, $"tenant-{i % TenantCount}", i / TenantCount, cancellationToken))));
                return "";
            });

            outcome.ShouldGiveNothing();
            foreach (var tenant in tenants)
            {
                (await ground.Host.InAsync(tenant, db => db.Labels.Select(label => label.Name).ToListAsync(Token))).ShouldBe(Enumerable.Repeat(tenant.Name, Rounds));
            }
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Superuser, $"SET session_replication_role = replica; DELETE FROM notes.labels WHERE name LIKE 'tenant-%'; DELETE FROM tenancy.homes WHERE tenant_id IN ({string.Join(", ", tenants.Select(tenant => $"'{tenant.Id}'"))})");
        }
    }

    // Each round in another way to get at the connection, and every third one in trouble.
    private static async Task WorkAsync(NotesDb db, string name, int round, CancellationToken cancellationToken)
    {
        (await NamesAsync()).ShouldAllBe(found => found == name);
        switch (round % 3)
        {
            case 0:
                db.Add(new Label { Name = name });
                await db.SaveChangesAsync(cancellationToken);
                break;
            case 1:
                await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
                {
                    db.Add(new Label { Name = name });
                    await db.SaveChangesAsync(cancellationToken);
                    await db.Labels.IgnoreQueryFilters().ExecuteUpdateAsync(set => set.SetProperty(label => label.Name, name), cancellationToken);
                    (await NamesAsync()).ShouldAllBe(found => found == name);
                    await transaction.CommitAsync(cancellationToken);
                }

                break;
            default:
                (await Record.ExceptionAsync(() => db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", cancellationToken))).ShouldNotBeNull();
                db.Add(new Label { Name = name });
                await db.SaveChangesAsync(cancellationToken);
                break;
        }

        var names = await NamesAsync();
        names.ShouldNotBeEmpty();
        names.ShouldAllBe(found => found == name);

        Task<List<string>> NamesAsync() => db.Labels.IgnoreQueryFilters().Select(label => label.Name).ToListAsync(cancellationToken);
    }
}
