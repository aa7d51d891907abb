namespace Rowhouse.Tenancy.Caching;

/// <summary>When something last happened to a name, for so many names as there is room for: names share places, and what is later displaces what was there.</summary>
internal sealed class Moments
{
    private readonly Moment?[] places = new Moment?[16_384];

    /// <summary>Notes that it happened.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ticks">When, in ticks of UTC.</param>
    public void Note(string name, long ticks)
    {
        var (hash, place) = Place(name);
        var moment = new Moment(hash, ticks);
        for (var known = Volatile.Read(ref places[place]); known is null || known.Ticks < ticks;)
        {
            var before = Interlocked.CompareExchange(ref places[place], moment, known);
            if (ReferenceEquals(before, known))
            {
                return;
            }

            known = before;
        }
    }

    /// <summary>Whether it is known to have happened then or later. What was displaced is not known.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ticks">Then, in ticks of UTC.</param>
    public bool AnySince(string name, long ticks)
    {
        var (hash, place) = Place(name);
        return Volatile.Read(ref places[place]) is { } known && known.Hash == hash && known.Ticks >= ticks;
    }

    /// <summary>Whether it happened then or later, or may have: what happened to another name of the same place counts too.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ticks">Then, in ticks of UTC; a moment ago, or others will have happened since.</param>
    public bool MayHaveSince(string name, long ticks) => Volatile.Read(ref places[Place(name).Place]) is { } known && known.Ticks >= ticks;

    private (int Hash, int Place) Place(string name)
    {
        var hash = name.GetHashCode(StringComparison.Ordinal);
        return (hash, (int)((uint)hash % (uint)places.Length));
    }

    private sealed record Moment(int Hash, long Ticks);
}
