using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;
using Rowhouse.Tests.Server;

namespace Rowhouse.Tests.ControlPlane.Outbox;

/// <summary>A server whose events fail until a test mends their handlers, and are set aside after two times.</summary>
public class OutboxServer : ServerFixture
{
    private volatile bool isMended = true;

    protected override string Template => "rowhouse_ledger";

    /// <summary>Whether handlers do their work, or throw and say what nobody may be shown.</summary>
    public bool IsMended
    {
        get => isMended;
        set => isMended = value;
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new LedgerProbe { Before = (_, _, _) => FailAsync() });
        builder.Services.AddSingleton(this);
        builder.AddTenantDbContext<LedgerDb>().AddEvent<Recorded>("entries.recorded").AddEvent<Unheard>("entries.unheard")
            .AddEventHandler<Recorded, CopyRecorded, LedgerDb>("ledger.copy")
            .AddControlEventHandler<Unheard, Hear, PlatformDbContext>("tests.hear")
            .WithOutbox(options =>
            {
                options.FirstPause = TimeSpan.FromMilliseconds(20);
                options.MaxAttempts = 2;
            });
    }

    /// <summary>Publishes an event in a tenant's home.</summary>
    public async Task PublishAsync(TestTenant tenant, int number)
    {
        await using var scope = await Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), TestContext.Current.CancellationToken);
        var db = scope.Get<LedgerDb>();
        db.Publish(new Recorded(number, "secret of the tenant"));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Publishes an event in the control database.</summary>
    public async Task PublishControlAsync(int number)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        db.PublishAbout(new Unheard(number), about: null);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The numbers that reached the tenant's handler.</summary>
    public async Task<List<int>> DeliveredAsync(TestTenant tenant)
    {
        await using var scope = await Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), TestContext.Current.CancellationToken);
        return await scope.Get<LedgerDb>().Entries.Select(entry => entry.Number).ToListAsync(TestContext.Current.CancellationToken);
    }

    public async Task<Page<EventResponse>> ListAsync(string query = "") =>
        await SuperAdmin.GetAsync($"/api/outbox{query}", TestContext.Current.CancellationToken).ReadAsync<Page<EventResponse>>();

    /// <summary>Waits until as many of a kind and of a tenant are set aside.</summary>
    public async Task<IReadOnlyList<EventResponse>> SetAsideAsync(string query, int count = 1)
    {
        IReadOnlyList<EventResponse> items = [];
        await Eventually.UntilAsync(async () => (items = (await ListAsync(query)).Items).Count == count, TestContext.Current.CancellationToken);
        return items;
    }

    /// <summary>The entries of the audit about an event.</summary>
    public async Task<IReadOnlyList<AuditEntryResponse>> RecordedAsync(Guid id, string action) =>
        [.. (await SuperAdmin.GetAsync($"/api/platform/audit?limit=200&action={action}", TestContext.Current.CancellationToken).ReadAsync<Page<AuditEntryResponse>>(HttpStatusCode.OK)).Items.Where(entry => entry.Subject == id.ToString())];

    private Task FailAsync() => IsMended ? Task.CompletedTask : throw new InvalidDataException("secret of the tenant");

    private sealed class Hear(OutboxServer server) : IControlEventHandler<Unheard>
    {
        public Task HandleAsync(Unheard happened, TenantId? tenant, EventInfo info, CancellationToken cancellationToken) => server.FailAsync();
    }
}
