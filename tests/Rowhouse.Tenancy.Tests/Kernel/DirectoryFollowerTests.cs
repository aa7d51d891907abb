using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class DirectoryFollowerTests : IAsyncLifetime
{
    private readonly TestCatalogue catalogue = new();
    private readonly FakeTimeProvider clock = new();
    private readonly IHost host;
    private readonly TenantDirectory directory;

    public DirectoryFollowerTests()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging();
        builder.Services.AddSingleton<ITenantCatalogue>(catalogue);
        builder.AddTenancy(tenancy => tenancy.WithDirectory(new DirectoryOptions { MaxStale = TimeSpan.FromMinutes(2), Clock = clock }));
        host = builder.Build();
        directory = host.Services.GetRequiredService<TenantDirectory>();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        catalogue.Add(Tenants.Make("smith"));
        await host.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }

    [Fact]
    public async Task It_is_filled_before_anything_starts_and_hears_of_changes()
    {
        directory.IsFilled.ShouldBeTrue();
        directory.Count.ShouldBe(1);

        catalogue.Change(Tenants.Make("harbor"));

        await UntilAsync(() => directory.Count == 2);
    }

    [Fact]
    public async Task What_changes_while_the_catalogue_is_read_is_heard_of()
    {
        var late = new TestCatalogue();
        var harbor = Tenants.Make("harbor");
        var asked = 0;
        late.Answering = () =>
        {
            // First it begins to listen, then it reads; the change comes when what is read has been decided.
            if (++asked == 2)
            {
                late.Add(harbor);
                late.Change(harbor with { Version = 2, Status = TenantStatus.Suspended });
                late.Set(harbor);
            }

            return Task.CompletedTask;
        };
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging();
        builder.Services.AddSingleton<ITenantCatalogue>(late);
        builder.AddTenancy(_ => { });
        using var other = builder.Build();

        await other.StartAsync(Token);

        var known = other.Services.GetRequiredService<TenantDirectory>();
        await UntilAsync(() => known.TryFind(harbor.Id, out var tenant) && tenant.Status is TenantStatus.Suspended);
        await other.StopAsync(Token);
    }

    [Fact]
    public async Task An_application_without_a_catalogue_is_never_out_of_reach_of_it()
    {
        var quiet = new FakeTimeProvider();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging();
        builder.AddTenancy(tenancy => tenancy.WithDirectory(new DirectoryOptions { Clock = quiet }));
        using var other = builder.Build();
        await other.StartAsync(Token);

        for (var second = 0; second < 600; second++)
        {
            quiet.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Token);
        }

        await UntilAsync(() => other.Services.GetRequiredService<TenantDirectory>().Contact is DirectoryContact.Connected);
        await other.StopAsync(Token);
    }

    [Fact]
    public async Task Without_contact_it_goes_on_for_a_while_and_then_says_that_nothing_can_be_relied_on()
    {
        catalogue.GoAway();
        await UntilAsync(() => directory.Contact is DirectoryContact.Disconnected);

        await AdvanceAsync(TimeSpan.FromSeconds(110));
        directory.Contact.ShouldBe(DirectoryContact.Disconnected);
        await AdvanceAsync(TimeSpan.FromSeconds(15));
        directory.Contact.ShouldBe(DirectoryContact.Stale);

        var smith = Tenants.Make("lost-notice");
        catalogue.Set(smith);
        catalogue.ComeBack();
        await UntilAsync(() => directory.Contact is DirectoryContact.Connected, advance: true);
        directory.TryFind(smith.Id, out _).ShouldBeTrue("what changed meanwhile is in the first batch");
    }

    [Fact]
    public async Task A_catalogue_that_says_nothing_any_more_is_out_of_reach()
    {
        await AdvanceAsync(TimeSpan.FromSeconds(19));
        directory.Contact.ShouldBe(DirectoryContact.Connected);
        await AdvanceAsync(TimeSpan.FromSeconds(3));
        directory.Contact.ShouldBe(DirectoryContact.Disconnected);

        catalogue.Tell();

        await UntilAsync(() => directory.Contact is DirectoryContact.Connected);
    }

    [Fact]
    public async Task Whoever_enters_a_tenant_without_contact_is_told_whether_it_can_be_relied_on()
    {
        var scopes = host.Services.GetRequiredService<ITenantScopes>();
        var smith = new Identifier(IdentifierKind.Name, "smith");
        catalogue.GoAway();
        await UntilAsync(() => directory.Contact is DirectoryContact.Disconnected);

        await using (var entered = await scopes.EnterAsync(smith, Token))
        {
            entered.Tenant.Slug.Value.ShouldBe("smith");
        }

        await Should.ThrowAsync<CatalogueUnreachableException>(async () => await scopes.EnterAsync(new Identifier(IdentifierKind.Name, "nobody"), Token));
        await AdvanceAsync(TimeSpan.FromMinutes(3));
        await Should.ThrowAsync<CatalogueUnreachableException>(async () => await scopes.EnterAsync(smith, Token));
    }

    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private async Task UntilAsync(Func<bool> holds, bool advance = false)
    {
        for (var tries = 0; !holds(); tries++)
        {
            tries.ShouldBeLessThan(5_000, "it never came to that");
            if (advance)
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
            }

            await Task.Delay(1, Token);
        }
    }
}
