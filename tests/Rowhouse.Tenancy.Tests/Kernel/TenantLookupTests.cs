using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class TenantLookupTests
{
    private readonly TestCatalogue catalogue = new();
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_in_memory_and_what_does_not_exist_costs_no_query()
    {
        catalogue.Add(Tenants.Make("smith"), new Identifier(IdentifierKind.PhoneNumber, "+16505550100"));
        var (lookup, _) = await FillAsync();

        (await lookup.FindAsync(new Identifier(IdentifierKind.PhoneNumber, "+16505550100"), Token)).ShouldNotBeNull().Slug.Value.ShouldBe("smith");
        for (var number = 0; number < 10_000; number++)
        {
            (await lookup.FindAsync(new Identifier(IdentifierKind.Host, $"{number}.example"), Token)).ShouldBeNull();
        }

        catalogue.Queries.ShouldBe(0);
    }

    [Fact]
    public async Task All_who_ask_within_ten_milliseconds_share_one_query()
    {
        var tenants = Enumerable.Range(0, 50).Select(number => catalogue.Add(Tenants.Make($"tenant-{number}"))).ToList();
        var (lookup, directory) = await FillAsync(capacity: 1);
        directory.Count.ShouldBe(1);
        directory.IdentifierCount.ShouldBe(100);

        var asked = Enumerable.Range(0, 1_000).Select(number => lookup.FindAsync(tenants[number % 50].Id, Token).AsTask()).ToList();
        clock.Advance(TimeSpan.FromMilliseconds(9));
        catalogue.Queries.ShouldBe(0);
        var found = await AdvanceUntilAsync(Task.WhenAll(asked));

        found.Select(tenant => tenant?.Slug.Value).ShouldBe(Enumerable.Range(0, 1_000).Select(number => $"tenant-{number % 50}"));
        catalogue.Queries.ShouldBe(1);
    }

    [Fact]
    public async Task One_who_gives_up_stops_nobody_else()
    {
        var smith = catalogue.Add(Tenants.Make("smith"));
        catalogue.Add(Tenants.Make("other"));
        var (lookup, directory) = await FillAsync(capacity: 1);
        var absent = directory.TryFind(smith.Id, out _) ? "other" : "smith";
        using var impatient = new CancellationTokenSource();

        var first = lookup.FindAsync(new Identifier(IdentifierKind.Name, absent), impatient.Token).AsTask();
        var second = lookup.FindAsync(new Identifier(IdentifierKind.Name, absent), Token).AsTask();
        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(first);
        (await AdvanceUntilAsync(second)).ShouldNotBeNull().Slug.Value.ShouldBe(absent);
        catalogue.Queries.ShouldBe(1);
    }

    [Fact]
    public async Task An_identifier_that_a_tenant_lost_while_it_was_not_in_memory_is_asked_for_once()
    {
        var smith = catalogue.Add(Tenants.Make("smith"), new Identifier(IdentifierKind.Host, "old.example"));
        var (lookup, directory) = await FillAsync(capacity: 1);
        directory.TryApply([new(Tenants.Make("other"), [])], directory.Changes);
        catalogue.Set(smith);

        for (var round = 0; round < 5; round++)
        {
            (await AdvanceUntilAsync(lookup.FindAsync(new Identifier(IdentifierKind.Host, "old.example"), Token).AsTask())).ShouldBeNull();
        }

        catalogue.Queries.ShouldBe(1);
        catalogue.Set(smith, new Identifier(IdentifierKind.Host, "old.example"));
        directory.Apply(new(Tenants.Make("third"), []));
        (await AdvanceUntilAsync(lookup.FindAsync(new Identifier(IdentifierKind.Host, "old.example"), Token).AsTask())).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_changes_while_it_is_asked_for_is_not_undone_by_the_answer()
    {
        var smith = catalogue.Add(Tenants.Make("smith"), new Identifier(IdentifierKind.PhoneNumber, "+16505550100"));
        var (lookup, directory) = await FillAsync(capacity: 1);
        directory.TryApply([new(Tenants.Make("other"), [])], directory.Changes);
        var times = 0;
        catalogue.Answering = () =>
        {
            // The answer is on its way, and the notice of a number that moves away overtakes it.
            if (times++ == 0)
            {
                catalogue.Set(smith);
                directory.Apply(new(smith, []));
                directory.Apply(new(Tenants.Make("third"), []));
            }

            return Task.CompletedTask;
        };

        (await AdvanceUntilAsync(lookup.FindAsync(new Identifier(IdentifierKind.PhoneNumber, "+16505550100"), Token).AsTask())).ShouldBeNull();
        directory.TryFind(IdentifierKind.PhoneNumber, "+16505550100", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task More_than_fit_into_a_query_are_asked_for_in_several()
    {
        const int count = (2 * ITenantCatalogue.MostAtOnce) + 2; // one of them is in memory
        var tenants = Enumerable.Range(0, count).Select(number => catalogue.Add(Tenants.Make($"tenant-{number}"))).ToList();
        var (lookup, _) = await FillAsync(capacity: 1);

        var found = await AdvanceUntilAsync(Task.WhenAll(tenants.Select(tenant => lookup.FindAsync(tenant.Id, Token).AsTask())));

        found.Select(tenant => tenant?.Id).ShouldBe(tenants.Select(tenant => (TenantId?)tenant.Id));
        catalogue.Queries.ShouldBe(3);
    }

    [Fact]
    public async Task A_catalogue_that_does_not_answer_is_waited_for_three_seconds()
    {
        var smith = catalogue.Add(Tenants.Make("smith"));
        var (lookup, directory) = await FillAsync(capacity: 1);
        directory.TryApply([new(Tenants.Make("other"), [])], directory.Changes);
        catalogue.Silent = true;

        var asking = lookup.FindAsync(smith.Id, Token).AsTask();
        for (var passed = 0; passed < 4_000 && !asking.IsCompleted; passed += 10)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(1, Token);
        }

        await Should.ThrowAsync<CatalogueUnreachableException>(asking.WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    [Fact]
    public async Task Without_contact_what_led_nowhere_before_is_not_known_to()
    {
        var smith = catalogue.Add(Tenants.Make("smith"), new Identifier(IdentifierKind.Host, "old.example"));
        var (lookup, directory) = await FillAsync();
        directory.Apply(new(smith, []));
        catalogue.Set(smith);
        (await AdvanceUntilAsync(lookup.FindAsync(new Identifier(IdentifierKind.Host, "old.example"), Token).AsTask())).ShouldBeNull();
        directory.Contact = DirectoryContact.Disconnected;
        catalogue.GoAway();

        await Should.ThrowAsync<CatalogueUnreachableException>(AdvanceUntilAsync(lookup.FindAsync(new Identifier(IdentifierKind.Host, "old.example"), Token).AsTask()));
    }

    [Fact]
    public async Task A_catalogue_that_fails_is_told_to_all_who_wait_and_asked_again_by_the_next()
    {
        var smith = catalogue.Add(Tenants.Make("smith"));
        var (lookup, directory) = await FillAsync(capacity: 1);
        directory.TryApply([new(Tenants.Make("other"), [])], directory.Changes);
        catalogue.GoAway();

        var asked = Enumerable.Range(0, 3).Select(_ => lookup.FindAsync(smith.Id, Token).AsTask()).ToList();
        await Should.ThrowAsync<CatalogueUnreachableException>(AdvanceUntilAsync(Task.WhenAll(asked)));
        asked.ShouldAllBe(ask => ask.IsFaulted);
        catalogue.ComeBack();

        (await AdvanceUntilAsync(lookup.FindAsync(smith.Id, Token).AsTask())).ShouldBe(smith);
        catalogue.Queries.ShouldBe(2);
    }

    private async Task<(TenantLookup Lookup, TenantDirectory Directory)> FillAsync(int capacity = 1_000)
    {
        var directory = new TenantDirectory(new() { Capacity = capacity });
        await directory.FillAsync(catalogue, Token);
        return (new(directory, catalogue, new() { Clock = clock }), directory);
    }

    private async Task<T> AdvanceUntilAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Delay(1, Token);
        }

        return await task;
    }
}
