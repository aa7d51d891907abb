using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class FingerprintSetTests
{
    [Property]
    public Property It_has_what_was_added_and_not_removed() =>
        Prop.ForAll(Gen.ListOf(Gen.Choose(1, 200).Zip(Gen.Elements(true, true, false))).ToArbitrary(), steps =>
        {
            var set = new FingerprintSet();
            var expected = new HashSet<ulong>();
            foreach (var (number, add) in steps)
            {
                // Neighbours in the table, so that they get in each other's way.
                var fingerprint = (ulong)number + 1;
                if (add)
                {
                    set.Add(fingerprint);
                    expected.Add(fingerprint);
                }
                else
                {
                    set.Remove(fingerprint);
                    expected.Remove(fingerprint);
                }
            }

            return set.Count == expected.Count && Enumerable.Range(2, 200).All(number => set.Contains((ulong)number) == expected.Contains((ulong)number));
        });

    [Fact]
    public void A_million_take_at_most_16_MB()
    {
        var set = new FingerprintSet();
        var most = 0.0;
        for (var number = 1; number <= 1_000_000; number++)
        {
            set.Add(set.Of(IdentifierKind.Host, $"shop-{number}.example"));
            most = number > 10_000 ? Math.Max(most, (double)set.Bytes / number) : most;
        }

        set.Count.ShouldBe(1_000_000);
        most.ShouldBeLessThan(16);
        set.Contains(set.Of(IdentifierKind.Host, "shop-77.example")).ShouldBeTrue();
        set.Contains(set.Of(IdentifierKind.Name, "shop-77.example")).ShouldBeFalse();
    }

    [Fact]
    public void What_comes_and_goes_does_not_grow_it()
    {
        var set = new FingerprintSet();
        for (var number = 2UL; number < 1_000_000; number++)
        {
            set.Add(number * 0x9E3779B97F4A7C15);
            set.Remove(number * 0x9E3779B97F4A7C15);
        }

        set.Count.ShouldBe(0);
        set.Bytes.ShouldBeLessThan(10_000);
    }

    [Fact]
    public async Task Who_reads_while_it_changes_misses_nothing_that_stays()
    {
        var set = new FingerprintSet();
        var stays = Enumerable.Range(0, 500).Select(number => set.Of(IdentifierKind.Name, $"stays-{number}")).ToArray();
        Array.ForEach(stays, set.Add);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var missed = 0;
            while (!done.IsCancellationRequested)
            {
                missed += stays.Count(fingerprint => !set.Contains(fingerprint));
            }

            return missed;
        })).ToArray();

        for (var round = 0; round < 20; round++)
        {
            var passing = Enumerable.Range(0, 5_000).Select(number => set.Of(IdentifierKind.Name, $"{round}-{number}")).ToArray();
            Array.ForEach(passing, set.Add);
            Array.ForEach(passing, set.Remove);
        }

        await done.CancelAsync();
        (await Task.WhenAll(readers)).ShouldAllBe(missed => missed == 0);
    }
}
