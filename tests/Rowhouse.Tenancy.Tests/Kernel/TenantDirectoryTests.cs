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

    // It is counted apart: a change of the tenant that was read before the settings' change may come after it.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_version_of_a_tenants_settings_never_goes_back(int version)
    {
        var smith = Tenants.Make("smith");
        directory.Apply(new(smith with { SettingsVersion = 5 }, []));

        directory.Apply(new(smith with { Name = "Changed", Version = version, SettingsVersion = 4 }, []));

        var known = Find("smith").ShouldNotBeNull();
        known.Name.ShouldBe("Changed");
        known.SettingsVersion.ShouldBe(5);
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

    [Theory]
    [InlineData(TenantStatus.Purged)]
    [InlineData(TenantStatus.Erased)]
    public void A_tenant_that_is_gone_for_good_is_found_by_nothing_and_its_names_lead_to_others(TenantStatus status)
    {
        var first = Tenants.Make("smith") with { Version = 3 };
        directory.Apply(new(first, [new(IdentifierKind.Host, "cards.smith.example")]));

        directory.Apply(new(first with { Status = status, Version = 4 }, []));

        Find("smith").ShouldBeNull();
        Find(first.Id.ToString()).ShouldBeNull();
        Find("cards.smith.example", IdentifierKind.Host).ShouldBeNull();
        directory.Count.ShouldBe(0);
        var second = Tenants.Make("smith");
        directory.Apply(new(second, [new(IdentifierKind.Host, "cards.smith.example")]));
        Find("smith").ShouldBe(second);
        Find("cards.smith.example", IdentifierKind.Host).ShouldBe(second);

        // Told once more, it takes nothing from whoever has its names by now.
        directory.Apply(new(first with { Status = status, Version = 4 }, []));
        Find("smith").ShouldBe(second);
    }

    [Fact]
    public void A_late_notice_that_a_tenant_is_gone_for_good_changes_nothing()
    {
        var smith = Tenants.Make("smith") with { Version = 3 };
        directory.Apply(new(smith, []));

        directory.Apply(new(smith with { Status = TenantStatus.Purged, Version = 2 }, []));

        Find("smith").ShouldBe(smith);
    }

    [Fact]
    public void An_identifier_that_two_tenants_claim_is_asked_for_until_one_lets_go()
    {
        var first = Tenants.Make("first");
        var second = Tenants.Make("second");
        directory.Apply(new(first, [new(IdentifierKind.Name, "number")]));
        directory.Apply(new(second, [new(IdentifierKind.Name, "number")]));

        Find("number").ShouldBeNull();
        directory.MightContain(IdentifierKind.Name, "number").ShouldBeTrue();
        directory.Apply(new(first with { Version = 2 }, []));
        directory.Apply(new(second with { Version = 2 }, [new(IdentifierKind.Name, "number")]));
        directory.Apply(new(first with { Version = 3 }, []));

        Find("number").ShouldNotBeNull().Id.ShouldBe(second.Id);
    }

    [Fact]
    public void A_kind_of_identifier_that_only_a_newer_release_knows_is_left_out()
    {
        directory.Apply(new(Tenants.Make("smith"), [new((IdentifierKind)99, "from-tomorrow"), new(IdentifierKind.Host, "cards.smith.example")]));

        Find("smith").ShouldNotBeNull();
        Find("cards.smith.example", IdentifierKind.Host).ShouldNotBeNull();
    }

    [Fact]
    public void What_was_read_before_a_change_came_in_is_not_taken_in_after_it()
    {
        var smith = Tenants.Make("smith");
        var since = directory.Changes;
        directory.Apply(new(smith, [new(IdentifierKind.PhoneNumber, "+16505550100")]));

        directory.TryApply([new(smith, [])], since).ShouldBeFalse();
        Find("+16505550100", IdentifierKind.PhoneNumber).ShouldNotBeNull();
        directory.TryApply([new(smith, [])], directory.Changes).ShouldBeTrue();
        Find("+16505550100", IdentifierKind.PhoneNumber).ShouldBeNull();
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
        small.TryApply([new(Tenants.Make("fourth"), [])], small.Changes).ShouldBeTrue();

        small.Count.ShouldBe(3);
        small.TryFind(IdentifierKind.Name, "first", out _).ShouldBeTrue();
        small.TryFind(IdentifierKind.Name, "second", out _).ShouldBeFalse();
        small.TryFind(IdentifierKind.Host, "second.example", out _).ShouldBeFalse();
        small.MightContain(IdentifierKind.Host, "second.example").ShouldBeTrue();
        small.MightContain(IdentifierKind.Name, "second").ShouldBeTrue();
        small.MightContain(IdentifierKind.Host, "second").ShouldBeFalse();
    }

    [Fact]
    public void When_memory_is_full_a_change_elsewhere_takes_nobodys_place()
    {
        var small = new TenantDirectory(new() { Capacity = 1 });
        small.Apply(new(Tenants.Make("first"), []));

        small.Apply(new(Tenants.Make("second"), [new(IdentifierKind.Host, "second.example")]));

        small.TryFind(IdentifierKind.Name, "first", out _).ShouldBeTrue();
        small.TryFind(IdentifierKind.Name, "second", out _).ShouldBeFalse();
        small.MightContain(IdentifierKind.Host, "second.example").ShouldBeTrue();
    }

    [Theory]
    [InlineData("+1a227d7-ea59-7b5d-98ef-b4f24ec18b73")]
    [InlineData("0x1a27d7-ea59-7b5d-98ef-b4f24ec18b73")]
    [InlineData("01A227D7-EA59-7B5D-98EF-B4F24EC18B73")]
    public void An_id_is_known_by_its_own_form_only(string text)
    {
        directory.Apply(new(Tenants.Make("smith") with { Id = new(new Guid("01a227d7-ea59-7b5d-98ef-b4f24ec18b73")) }, []));

        Find("01a227d7-ea59-7b5d-98ef-b4f24ec18b73").ShouldNotBeNull();
        Find(text).ShouldBeNull();
    }

    [Property]
    public Property However_tenants_come_go_are_purged_and_asked_for_memory_has_at_most_its_size_and_all_are_known_to_exist() =>
        Prop.ForAll(Gen.ListOf(Gen.Choose(0, 19).Zip(Gen.Choose(0, 3))).ToArbitrary(), Gen.Choose(1, 8).ToArbitrary(), (steps, capacity) =>
        {
            var small = new TenantDirectory(new() { Capacity = capacity });
            var tenants = Enumerable.Range(0, 20).Select(number => Tenants.Make($"tenant-{number}")).ToArray();
            var known = new HashSet<int>();
            var gone = new HashSet<int>();
            foreach (var (number, act) in steps)
            {
                if (act == 0)
                {
                    small.Apply(new(tenants[number] with { Status = TenantStatus.Purged, Version = 2 }, []));
                    gone.Add(number);
                    small.TryFind(tenants[number].Id, out _).ShouldBeFalse();
                    small.TryFind(IdentifierKind.Name, tenants[number].Slug.Value, out _).ShouldBeFalse();
                }
                else if (act < 3 && !gone.Contains(number))
                {
                    small.TryApply([new(tenants[number], [])], small.Changes);
                    known.Add(number);
                    small.TryFind(tenants[number].Id, out _).ShouldBeTrue();
                }
                else
                {
                    small.TryFind(tenants[number].Id, out _);
                }
            }

            // Who was purged leaves room that the next one takes who is asked for.
            return small.Count <= Math.Min(known.Except(gone).Count(), capacity)
                && (gone.Count > 0 || small.Count == Math.Min(known.Count, capacity))
                && known.All(number => small.MightContain(IdentifierKind.Name, tenants[number].Id.ToString()))
                && Enumerable.Range(0, 20).Except(known).All(number => !small.TryFind(tenants[number].Id, out _) && !small.MightContain(IdentifierKind.Name, tenants[number].Id.ToString()));
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
