using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Binding;

public sealed class TenantOptionsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_user_adds_to_a_context_is_asked_once_and_holds_in_every_scope()
    {
        var asked = 0;
        var executed = new ConcurrentQueue<string>();
        await using var host = NotesHost.Open(await NotesHost.PrepareAsync(postgres), configure: services => services.ConfigureDbContext<NotesDb>((_, options) =>
        {
            asked++;
            options.AddInterceptors(new Commands(command => executed.Enqueue(command.CommandText)));
        }));

        foreach (var tenant in new[] { host.Smith, host.Harbor, host.Smith })
        {
            (await host.InAsync(tenant, db => db.Notes.CountAsync(Token))).ShouldBe(0);
        }

        asked.ShouldBe(1);
        executed.Count.ShouldBe(3);
        executed.ShouldAllBe(text => text.Contains("CALL tenancy.bind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_scope_has_options_with_its_own_services_and_connection()
    {
        await using var host = NotesHost.Open(await NotesHost.PrepareAsync(postgres));
        await using var smith = await host.EnterAsync(host.Smith);
        await using var harbor = await host.EnterAsync(host.Harbor);

        var (one, two) = (smith.Get<NotesDb>(), harbor.Get<NotesDb>());

        one.Database.GetDbConnection().ShouldNotBeSameAs(two.Database.GetDbConnection());
        one.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()!.ApplicationServiceProvider!.GetRequiredService<TenantScope>().ShouldBeSameAs(smith.Get<TenantScope>());
        two.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()!.ApplicationServiceProvider!.GetRequiredService<TenantScope>().ShouldBeSameAs(harbor.Get<TenantScope>());
        smith.Get<DbContextOptions>().ShouldBeSameAs(smith.Get<DbContextOptions<NotesDb>>());
    }
}
