using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class FingerprintSetTests
{
    [Property]
    public Property It_has_what_was_added_and_nothing_else() =>
        Prop.ForAll(Gen.ListOf(Gen.Choose(1, 200)).ToArbitrary(), numbers =>
        {
            // Neighbours in the table, so that they get in each other's way.
            var set = new FingerprintSet();
            foreach (var number in numbers)
            {
                set.Add((ulong)number);
            }

            return set.Count == numbers.Distinct().Count() && Enumerable.Range(1, 200).All(number => set.Contains((ulong)number) == numbers.Contains(number));
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

        for (var number = 0; number < 300_000; number++)
        {
            set.Add(set.Of(IdentifierKind.Name, $"{number}"));
        }

        await done.CancelAsync();
        (await Task.WhenAll(readers)).ShouldAllBe(missed => missed == 0);
    }
}
