using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Testing.Host.Ledger;

/// <summary>A node that publishes as fast as it can and handles what it published, until it is killed.</summary>
public static class LedgerProcess
{
    /// <summary>The connections of the node, in its environment.</summary>
    public const string Application = "LEDGER_APPLICATION";

    /// <summary>The same, of the platform's role.</summary>
    public const string Platform = "LEDGER_PLATFORM";

    public static async Task RunAsync(IReadOnlyList<Guid> tenants)
    {
        using var host = LedgerHost.Build(new()
        {
            Application = Environment.GetEnvironmentVariable(Application)!, // set by whoever starts it
            Platform = Environment.GetEnvironmentVariable(Platform)!,
        });
        var directory = host.Services.GetRequiredService<TenantDirectory>();
        foreach (var tenant in tenants)
        {
            directory.Apply(new(LedgerHost.Tenant(tenant), []));
        }

        await host.StartAsync();

        // Only once each has published: what is killed before that, on a busy machine after seconds, was killed in the middle of nothing.
        var begun = tenants.Select(_ => new TaskCompletionSource()).ToList();
        var publishing = Task.WhenAll(tenants.Select((tenant, i) => PublishAsync(host.Services.GetRequiredService<ITenantScopes>(), new(tenant), begun[i])));
        await Task.WhenAny(publishing, Task.WhenAll(begun.Select(source => source.Task)));
        Console.WriteLine("ready");
        await publishing;
    }

    // One transaction after the other, so that their order is known. What was committed last is found out, since nobody was told of it.
    private static async Task PublishAsync(ITenantScopes scopes, TenantId tenant, TaskCompletionSource begun)
    {
        int next;
        await using (var scope = await scopes.EnterAsync(tenant))
        {
            next = 1 + (await scope.Get<LedgerDb>().Entries.Where(entry => entry.By == "publisher").MaxAsync(entry => (int?)entry.Number) ?? 0);
        }

        while (true)
        {
            await using var scope = await scopes.EnterAsync(tenant);
            var db = scope.Get<LedgerDb>();
            if (next % 7 == 0)
            {
                var first = next;
                next = await db.InTransactionAsync(async cancelled =>
                {
                    await WriteAsync(db, first, cancelled);
                    await WriteAsync(db, first + 1, cancelled);
                    return first + 2;
                });
            }
            else
            {
                await WriteAsync(db, next++, CancellationToken.None);
            }

            begun.TrySetResult();
        }
    }

    private static Task<int> WriteAsync(LedgerDb db, int number, CancellationToken cancellationToken)
    {
        db.Add(new Entry { Number = number, By = "publisher" });
        db.Publish(new Recorded(number));
        return db.SaveChangesAsync(cancellationToken);
    }
}
