using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class ControlOutboxTests(ControlOutboxTests.Server server) : IClassFixture<ControlOutboxTests.Server>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_platform_publishes_about_a_tenant_is_handled_in_that_tenants_home()
    {
        var one = await server.CreateTenantAsync("Told");
        var other = await server.CreateTenantAsync("Not told");

        await PublishAsync(db => db.PublishAbout(new Recorded(5), new TenantId(one.Id)));
        await Eventually.UntilAsync(async () => (await EnteredAsync(one)).Count > 0, Token);
        await Eventually.UntilAsync(async () => await WaitingAsync() == 0, Token);

        (await EnteredAsync(one)).ShouldBe([5]);
        (await EnteredAsync(other)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_platform_publishes_about_itself_is_handled_once_in_the_control_database_also_where_that_fails_at_first()
    {
        server.FailuresLeft = 2;

        await PublishAsync(db => db.PublishAbout(new Unheard(17), about: null));
        await Eventually.UntilAsync(async () => (await NotedAsync(17)).Count > 0, Token);
        await Eventually.UntilAsync(async () => await WaitingAsync() == 0, Token);

        (await NotedAsync(17)).ShouldBe([null]);
        server.FailuresLeft.ShouldBeLessThan(0);
    }

    [Fact]
    public async Task What_a_tenant_publishes_is_handled_in_the_control_database_as_that_tenants()
    {
        var tenant = await server.CreateTenantAsync("Publishes");

        await using (var scope = await server.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), Token))
        {
            var db = scope.Get<LedgerDb>();
            db.Publish(new Unheard(23));
            await db.SaveChangesAsync(Token);
        }

        await Eventually.UntilAsync(async () => (await NotedAsync(23)).Count > 0, Token);
        (await NotedAsync(23)).ShouldBe([tenant.Id]);
    }

    [Fact]
    public async Task An_event_of_a_transaction_of_the_control_database_that_is_undone_never_was()
    {
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            db.PublishAbout(new Unheard(31), about: null);
            await db.SaveChangesAsync(Token);
            await transaction.RollbackAsync(Token);
        }

        await PublishAsync(db => db.PublishAbout(new Unheard(32), about: null));
        await Eventually.UntilAsync(async () => (await NotedAsync(32)).Count > 0, Token);
        (await NotedAsync(31)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_whose_handler_caught_what_the_control_database_refused_is_not_lost()
    {
        server.FailuresLeft = 1;

        await PublishAsync(db => db.PublishAbout(new Unheard(18), about: null));
        await Eventually.UntilAsync(async () => (await NotedAsync(18)).Count > 0, Token);
        await Eventually.UntilAsync(async () => await WaitingAsync() == 0, Token);

        (await NotedAsync(18)).ShouldBe([null]);
        server.FailuresLeft.ShouldBe(-1, "it was called again");
    }

    [Fact]
    public async Task What_was_set_aside_in_the_control_database_can_be_tried_again_or_dropped()
    {
        Guid[] ids = [Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Guid.CreateVersion7(TimeProvider.System.GetUtcNow())];
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Database;
            for (var i = 0; i < 3; i++)
            {
                await db.ExecuteSqlAsync($"INSERT INTO platform.outbox (id, kind, payload, created_at, attempts, not_before, failed_at) VALUES ({ids[i]}, 'entries.unheard', jsonb_build_object('number', {41 + i}), now(), 12, now(), {(i == 2 ? null : TimeProvider.System.GetUtcNow())})", Token);
            }
        }

        var outbox = server.Services.GetRequiredService<EventOutbox>();
        (await outbox.RetryControlAsync(ids[2], Token)).ShouldBeFalse("it was not set aside");
        (await outbox.DropControlAsync(ids[2], Token)).ShouldBeFalse();
        (await outbox.DropControlAsync(ids[1], Token)).ShouldBeTrue();
        (await outbox.DropControlAsync(ids[1], Token)).ShouldBeFalse();
        (await outbox.RetryControlAsync(ids[0], Token)).ShouldBeTrue();
        await Eventually.UntilAsync(async () => await WaitingAsync() == 0, Token);

        (await NotedAsync(41)).ShouldBe([null]);
        (await NotedAsync(42)).ShouldBeEmpty();
        (await NotedAsync(43)).ShouldBe([null]);
    }

    private async Task PublishAsync(Action<PlatformDbContext> publish)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        publish(db);
        await db.SaveChangesAsync(Token);
    }

    private async Task<List<int>> EnteredAsync(TestTenant tenant)
    {
        await using var scope = await server.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), Token);
        return await scope.Get<LedgerDb>().Entries.Select(entry => entry.Number).ToListAsync(Token);
    }

    private async Task<List<Guid?>> NotedAsync(int number)
    {
        var subject = number.ToString(CultureInfo.InvariantCulture);
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Audit.Where(entry => entry.Action == "test.noted" && entry.Subject == subject).Select(entry => entry.TenantId).ToListAsync(Token);
    }

    private async Task<int> WaitingAsync()
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM platform.outbox").SingleAsync(Token);
    }

    public sealed class Server : ServerFixture
    {
        public int FailuresLeft { get; set; }

        protected override string Template => "rowhouse_ledger";

        protected override void Configure(WebApplicationBuilder builder)
        {
            builder.Services.AddSingleton<LedgerProbe>();
            builder.Services.AddSingleton(this);
            builder.AddTenantDbContext<LedgerDb>().AddEvent<Recorded>("entries.recorded").AddEvent<Unheard>("entries.unheard")
                .AddEventHandler<Recorded, CopyRecorded, LedgerDb>("ledger.copy")
                .AddControlEventHandler<Unheard, NoteUnheard, PlatformDbContext>("test.note")
                .WithOutbox(options => options.FirstPause = TimeSpan.FromMilliseconds(20));
        }
    }

    private sealed class NoteUnheard(PlatformDbContext db, Server server) : IControlEventHandler<Unheard>
    {
        public async Task HandleAsync(Unheard happened, TenantId? tenant, EventInfo info, CancellationToken cancellationToken)
        {
            db.Audit.Add(new AuditEntry
            {
                Id = Guid.CreateVersion7(info.At),
                At = info.At,
                Action = "test.noted",
                TenantId = tenant?.Value,
                Subject = happened.Number.ToString(CultureInfo.InvariantCulture),
                Outcome = AuditOutcome.Done,
            });
            await db.SaveChangesAsync(cancellationToken);
            if (happened.Number == 18 && server.FailuresLeft-- > 0)
            {
                await Should.ThrowAsync<Npgsql.PostgresException>(db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", cancellationToken));
            }

            if (happened.Number == 17 && server.FailuresLeft-- > 0)
            {
                throw new InvalidDataException();
            }
        }
    }
}
