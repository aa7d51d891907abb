using Rowhouse.Tenancy.Caching;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Caching;

public sealed class MomentsTests
{
    [Fact]
    public void What_happened_is_known_from_then_on_and_news_that_come_late_change_nothing()
    {
        var moments = new Moments();

        moments.Note("ruth", 10);
        moments.Note("ruth", 5);

        moments.AnySince("ruth", 10).ShouldBeTrue();
        moments.AnySince("ruth", 11).ShouldBeFalse();
        moments.AnySince("cobb", 0).ShouldBeFalse();
    }

    [Fact]
    public void What_happens_to_others_is_not_held_against_a_name()
    {
        var moments = new Moments();

        for (var i = 0; i < 100_000; i++)
        {
            moments.Note($"other {i}", i);
        }

        Enumerable.Range(0, 1000).Count(i => moments.AnySince($"name {i}", 0)).ShouldBeLessThan(2);     // hashes may meet
    }

    [Fact]
    public void What_others_displace_may_still_have_happened()
    {
        var moments = new Moments();
        moments.Note("ruth", 10);

        for (var i = 0; i < 100_000; i++)
        {
            moments.Note($"other {i}", 11);
        }

        moments.AnySince("ruth", 10).ShouldBeFalse();
        moments.MayHaveSince("ruth", 10).ShouldBeTrue();
        moments.MayHaveSince("ruth", 12).ShouldBeFalse();
    }
}
