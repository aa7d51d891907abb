using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class TenantDirectoryTests
{
    private readonly TenantDirectory directory = new();

    [Fact]
    public void A_tenant_is_found_by_id_slug_and_every_identifier()
    {
        var smith = Tenants.Make("smith");
        directory.Apply(new(smith, [new(IdentifierKind.Name, "org-123"), new(IdentifierKind.Host, "cards.smith.example")]));

        Find("smith").ShouldBe(smith);
        Find(smith.Id.ToString()).ShouldBe(smith);
        Find("org-123").ShouldBe(smith);
        Find("cards.smith.example", IdentifierKind.Host).ShouldBe(smith);
        Find("cards.smith.example").ShouldBeNull();
    }

    [Fact]
    public void A_change_replaces_the_tenant_under_all_its_identifiers_and_forgets_the_ones_it_lost()
    {
        var smith = Tenants.Make("smith");
        directory.Apply(new(smith, [new(IdentifierKind.Name, "old"), new(IdentifierKind.Name, "kept")]));

        directory.Apply(new(smith with { Status = TenantStatus.Suspended, Version = 2 }, [new(IdentifierKind.Name, "kept")]));

        Find("smith").ShouldNotBeNull().Status.ShouldBe(TenantStatus.Suspended);
        Find("kept").ShouldNotBeNull().Status.ShouldBe(TenantStatus.Suspended);
        Find("old").ShouldBeNull();
    }

    [Fact]
    public void A_late_notice_changes_nothing()
    {
        var smith = Tenants.Make("smith");
        directory.Apply(new(smith with { Name = "New", Version = 3 }, []));

        directory.Apply(new(smith with { Name = "Old", Version = 2 }, [new(IdentifierKind.Name, "stale")]));

        Find("smith").ShouldNotBeNull().Name.ShouldBe("New");
        Find("stale").ShouldBeNull();
    }

    [Fact]
    public void An_identifier_that_moved_to_another_tenant_stays_with_it_when_the_first_one_lets_go_late()
    {
        var first = Tenants.Make("first");
        var second = Tenants.Make("second");
        directory.Apply(new(first, [new(IdentifierKind.Name, "number")]));
        directory.Apply(new(second, [new(IdentifierKind.Name, "number")]));

        directory.Apply(new(first with { Version = 2 }, []));

        Find("number").ShouldBe(second);
    }

    [Fact]
    public void A_removed_tenant_is_not_found_any_more()
    {
        var smith = Tenants.Make("smith");
        directory.Apply(new(smith, [new(IdentifierKind.Name, "org-123")]));

        directory.Remove(smith.Id);

        Find("smith").ShouldBeNull();
        Find("org-123").ShouldBeNull();
        Find(smith.Id.ToString()).ShouldBeNull();
    }

    [Fact]
    public void When_memory_is_full_whoever_was_not_asked_for_gives_way_and_is_known_to_exist()
    {
        var small = new TenantDirectory(new() { Capacity = 3 });
        foreach (var slug in new[] { "first", "second", "third" })
        {
            small.Apply(new(Tenants.Make(slug), [new(IdentifierKind.Host, $"{slug}.example")]));
        }

        small.TryFind(IdentifierKind.Host, "first.example", out _).ShouldBeTrue();
        small.Apply(new(Tenants.Make("fourth"), []));

        small.Count.ShouldBe(3);
        small.TryFind(IdentifierKind.Name, "first", out _).ShouldBeTrue();
        small.TryFind(IdentifierKind.Name, "second", out _).ShouldBeFalse();
        small.TryFind(IdentifierKind.Host, "second.example", out _).ShouldBeFalse();
        small.MayLead(IdentifierKind.Host, "second.example").ShouldBeTrue();
        small.MayLead(IdentifierKind.Name, "second").ShouldBeTrue();
        small.MayLead(IdentifierKind.Host, "second").ShouldBeFalse();
    }

    [Property]
    public Property However_tenants_come_go_and_are_asked_for_memory_has_at_most_its_size_and_all_are_known_to_exist() =>
        Prop.ForAll(Gen.ListOf(Gen.Choose(0, 19).Zip(Gen.Choose(0, 3))).ToArbitrary(), Gen.Choose(1, 8).ToArbitrary(), (steps, capacity) =>
        {
            var small = new TenantDirectory(new() { Capacity = capacity });
            var tenants = Enumerable.Range(0, 20).Select(number => Tenants.Make($"tenant-{number}")).ToArray();
            var known = new HashSet<int>();
            foreach (var (number, what) in steps)
            {
                switch (what)
                {
                    case 0:
                        small.Remove(tenants[number].Id);
                        known.Remove(number);
                        break;
                    case 1:
                        small.TryFind(tenants[number].Id, out _);
                        break;
                    default:
                        small.Apply(new(tenants[number], []));
                        known.Add(number);
                        small.TryFind(tenants[number].Id, out _).ShouldBeTrue();
                        break;
                }
            }

            return small.Count <= capacity
                && small.Count >= Math.Min(known.Count > 0 ? 1 : 0, capacity)
                && known.All(number => small.MayLead(IdentifierKind.Name, tenants[number].Id.ToString()))
                && Enumerable.Range(0, 20).Except(known).All(number => !small.TryFind(tenants[number].Id, out _) && !small.MayLead(IdentifierKind.Name, tenants[number].Id.ToString()));
        });

    [Property]
    public Property Notices_in_any_order_end_in_the_newest_state() =>
        Prop.ForAll(Gen.Shuffle(Enumerable.Range(1, 8)).ToArbitrary(), order =>
        {
            var any = new TenantDirectory();
            var smith = Tenants.Make("smith");
            foreach (var version in order)
            {
                any.Apply(new(smith with { Version = version, Name = $"v{version}" }, [new(IdentifierKind.Name, $"only-in-{version}")]));
            }

            return any.TryFind(IdentifierKind.Name, "only-in-8", out var found)
                && found.Name == "v8"
                && Enumerable.Range(1, 7).All(version => !any.TryFind(IdentifierKind.Name, $"only-in-{version}", out _));
        });

    [Fact]
    public async Task A_directory_is_filled_once_the_whole_catalogue_has_been_read()
    {
        var smith = Tenants.Make("smith");
        var broken = true;

        await Should.ThrowAsync<IOException>(directory.FillAsync(new Catalogue(ReadAsync), TestContext.Current.CancellationToken));
        directory.IsFilled.ShouldBeFalse();
        broken = false;
        await directory.FillAsync(new Catalogue(ReadAsync), TestContext.Current.CancellationToken);

        directory.IsFilled.ShouldBeTrue();
        directory.Count.ShouldBe(2);
        Find("smith").ShouldBe(smith);
        Find("harbor").ShouldNotBeNull();

        async IAsyncEnumerable<CatalogueEntry> ReadAsync()
        {
            await Task.Yield();
            yield return new(smith, []);
            if (broken)
            {
                throw new IOException();
            }

            yield return new(Tenants.Make("harbor"), []);
        }
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        directory.Apply(new(Tenants.Make("smith"), []));
        Find("smith");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            directory.TryFind(IdentifierKind.Name, "smith".AsSpan(), out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private Tenant? Find(string value, IdentifierKind kind = IdentifierKind.Name) => directory.TryFind(kind, value, out var tenant) ? tenant : null;

    private sealed class Catalogue(Func<IAsyncEnumerable<CatalogueEntry>> readAsync) : ITenantCatalogue
    {
        public IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default) => readAsync();

        public ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
