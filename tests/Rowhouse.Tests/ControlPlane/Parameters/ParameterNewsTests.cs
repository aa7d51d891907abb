using Microsoft.Extensions.Time.Testing;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.Tenancy;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Parameters;

/// <summary>What a server tells its watchers to look at.</summary>
public sealed class ParameterNewsTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly ParameterFeed feed = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_told_often_is_looked_at_once()
    {
        using var news = feed.Follow(Scope("/"));
        var (one, other) = (Id(1), Id(2));
        feed.TellTenants([one]);
        feed.TellTenants([other, one]);
        feed.TellPlatform();
        feed.TellPlatform();

        var told = await NextAsync(news);

        told.Tenants.ShouldBe([one, other], ignoreOrder: true);
        (told.Everything, told.Platform).ShouldBe((false, true));
        var next = NextAsync(news);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldSatisfyAllConditions(nothing => nothing.Tenants.ShouldBeEmpty(), nothing => nothing.Platform.ShouldBeFalse(), nothing => nothing.Everything.ShouldBeFalse());
    }

    [Fact]
    public async Task Each_is_told_of_what_it_watches()
    {
        using var ofOne = feed.Follow(Scope($"/accounts/{Id(1).Value}/cloud-type"));
        using var ofPlatform = feed.Follow(Scope("/platform/"));
        feed.TellTenants([Id(1), Id(2)]);
        feed.TellPlatform();

        (await NextAsync(ofOne)).ShouldSatisfyAllConditions(told => told.Tenants.ShouldBe([Id(1)]), told => told.Platform.ShouldBeFalse());
        (await NextAsync(ofPlatform)).ShouldSatisfyAllConditions(told => told.Tenants.ShouldBeEmpty(), told => told.Platform.ShouldBeTrue());
    }

    [Fact]
    public async Task One_that_is_slow_looks_at_everything_and_keeps_nothing()
    {
        using var slow = feed.Follow(Scope("/accounts/"));
        for (var i = 1; i <= 20_000; i++)
        {
            feed.TellTenants([Id(i)]);
        }

        (await NextAsync(slow)).ShouldSatisfyAllConditions(told => told.Everything.ShouldBeTrue(), told => told.Tenants.ShouldBeEmpty());
    }

    [Fact]
    public async Task Whoever_has_gone_is_told_nothing()
    {
        var gone = feed.Follow(Scope("/"));
        gone.Dispose();
        feed.Begin();

        var next = NextAsync(gone);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await next).Everything.ShouldBeFalse();
    }

    [Fact]
    public async Task When_the_database_is_heard_again_everything_is_looked_at()
    {
        using var news = feed.Follow(Scope("/platform/"));
        feed.IsInContact.ShouldBeFalse();
        feed.Begin();
        feed.IsInContact.ShouldBeTrue();
        feed.Lose();
        feed.IsInContact.ShouldBeFalse();

        (await NextAsync(news)).Everything.ShouldBeTrue();
    }

    private Task<ParameterChanges> NextAsync(ParameterNews news) => news.NextAsync(TimeSpan.FromSeconds(1), clock, Cancelled);

    private static ParameterScope Scope(string text) => ParameterScope.TryRead(text, out var scope, out _) ? scope : throw new ArgumentException("This is no path.", nameof(text));

    private static TenantId Id(int number) => new(new Guid(number, 0, 0, new byte[8]));
}
