using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class TenantScopeTests
{
    private readonly TestCatalogue catalogue = new();
    private readonly IHost host;

    public TenantScopeTests()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.AddTenancy(_ => { });
        builder.Services.AddSingleton<ITenantCatalogue>(catalogue);
        host = builder.Build();
    }

    private ITenantScopes Scopes => host.Services.GetRequiredService<ITenantScopes>();

    [Fact]
    public void Asking_an_unbound_scope_names_the_place_that_asked()
    {
        using var scope = host.Services.CreateScope();
        var unbound = scope.ServiceProvider.GetRequiredService<TenantScope>();

        Should.Throw<TenantNotBoundException>(() => ReadTenant(unbound)).Message.ShouldContain($"{nameof(ReadTenant)} ({nameof(TenantScopeTests)}.cs:");
    }

    [Fact]
    public async Task A_lambda_and_an_asynchronous_method_are_named_as_they_are_written()
    {
        var unbound = new TenantScope();
        var here = $"{nameof(TenantScopeTests)}.{nameof(A_lambda_and_an_asynchronous_method_are_named_as_they_are_written)} ";

        Should.Throw<TenantNotBoundException>(() => _ = unbound.Tenant).Message.ShouldContain(here);
        (await Should.ThrowAsync<TenantNotBoundException>(async () =>
        {
            await Task.Yield();
            _ = unbound.Tenant;
        })).Message.ShouldContain(here);
        (await Should.ThrowAsync<TenantNotBoundException>(() => ReadTenantLaterAsync(unbound))).Message.ShouldContain($"{nameof(TenantScopeTests)}.{nameof(ReadTenantLaterAsync)} ");
    }

    [Fact]
    public void A_scope_is_bound_once_even_to_the_same_tenant()
    {
        var scope = new TenantScope();
        var tenant = Tenants.Make("smith");
        scope.Bind(tenant);

        Should.Throw<InvalidOperationException>(() => scope.Bind(tenant));
        Should.Throw<InvalidOperationException>(() => scope.Bind(Tenants.Make("other")));
        scope.Tenant.ShouldBe(tenant);
    }

    [Fact]
    public async Task Of_many_who_bind_at_once_one_succeeds()
    {
        var scope = new TenantScope();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() =>
        {
            var tenant = Tenants.Make($"tenant-{number}");
            try
            {
                scope.Bind(tenant);
                return tenant;
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        })));

        outcomes.OfType<Tenant>().ShouldHaveSingleItem().ShouldBe(scope.Tenant);
    }

    [Fact]
    public void A_scope_takes_in_newer_news_of_its_tenant_and_no_older()
    {
        var scope = new TenantScope();
        var smith = Tenants.Make("smith") with { Version = 2 };
        scope.Bind(smith);

        scope.Renew(smith with { Version = 1, Name = "old" });
        scope.Tenant.ShouldBe(smith);
        scope.Renew(smith with { Version = 3, Name = "new" });
        scope.Tenant.Name.ShouldBe("new");
    }

    [Fact]
    public void News_of_another_tenant_never_reach_a_scope()
    {
        var scope = new TenantScope();
        Should.Throw<TenantNotBoundException>(() => scope.Renew(Tenants.Make("first")));
        var smith = Tenants.Make("smith");
        scope.Bind(smith);

        Should.Throw<InvalidOperationException>(() => scope.Renew(Tenants.Make("other") with { Version = 2 })).Message.ShouldContain("another tenant");

        scope.Tenant.ShouldBe(smith);
    }

    [Fact]
    public async Task Entering_a_tenant_gives_a_scope_of_its_own_for_each()
    {
        var first = catalogue.Add(Tenants.Make("first"));
        var second = catalogue.Add(Tenants.Make("second"));

        await using var one = await Scopes.EnterAsync(first.Id, TestContext.Current.CancellationToken);
        await using var two = await Scopes.EnterAsync(second.Id, TestContext.Current.CancellationToken);

        one.Get<TenantScope>().Tenant.ShouldBe(first);
        two.Get<TenantScope>().Tenant.ShouldBe(second);
    }

    [Fact]
    public async Task A_tenant_that_only_the_catalogue_knew_is_known_to_the_node_once_it_was_entered()
    {
        var late = catalogue.Add(Tenants.Make("late"));

        await using (await Scopes.EnterAsync(late.Id, TestContext.Current.CancellationToken))
        {
            host.Services.GetRequiredService<TenantDirectory>().TryFind(IdentifierKind.Name, "late", out var known).ShouldBeTrue();
            known.ShouldBe(late);
        }
    }

    [Fact]
    public async Task A_tenant_that_moves_is_open()
    {
        var moving = catalogue.Add(Tenants.Make("moving", TenantStatus.Moving));

        await using var entered = await Scopes.EnterAsync(moving.Id, TestContext.Current.CancellationToken);

        entered.Tenant.ShouldBe(moving);
    }

    public static TheoryData<TenantStatus> ClosedStatuses => [.. Enum.GetValues<TenantStatus>().Except([TenantStatus.Active, TenantStatus.Moving, TenantStatus.Purged, TenantStatus.Erased])];

    [Theory]
    [MemberData(nameof(ClosedStatuses))]
    public async Task A_tenant_that_is_not_open_cannot_be_entered(TenantStatus status)
    {
        var tenant = catalogue.Add(Tenants.Make("closed", status));

        var refusal = await Should.ThrowAsync<TenantUnavailableException>(async () => await Scopes.EnterAsync(tenant.Id, TestContext.Current.CancellationToken));

        refusal.Status.ShouldBe(status);
        refusal.Message.ShouldContain($"is {status}");
    }

    [Theory]
    [InlineData(TenantStatus.Purged)]
    [InlineData(TenantStatus.Erased)]
    public async Task A_tenant_of_which_nothing_is_left_is_one_that_nobody_knows(TenantStatus status)
    {
        var tenant = catalogue.Add(Tenants.Make("gone", status));

        var refusal = await Should.ThrowAsync<TenantUnavailableException>(async () => await Scopes.EnterAsync(tenant.Id, TestContext.Current.CancellationToken));

        refusal.Status.ShouldBeNull();
    }

    [Fact]
    public async Task A_tenant_that_nobody_knows_cannot_be_entered()
    {
        var refusal = await Should.ThrowAsync<TenantUnavailableException>(async () =>
            await Scopes.EnterAsync(TenantId.New(TimeProvider.System), TestContext.Current.CancellationToken));

        refusal.Status.ShouldBeNull();
        refusal.Message.ShouldContain("There is no tenant");
    }

    private static async Task<Tenant> ReadTenantLaterAsync(TenantScope scope)
    {
        await Task.Yield();
        return scope.Tenant;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tenant ReadTenant(TenantScope scope) => scope.Tenant;
}
