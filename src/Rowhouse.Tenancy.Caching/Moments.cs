namespace Rowhouse.Tenancy.Caching;

/// <summary>When something last happened to a name, for so many names as there is room for: names share places, and the later one displaces the other.</summary>
internal sealed class Moments
{
    private readonly Moment?[] places = new Moment?[16_384];

    /// <summary>Notes that it happened.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ticks">When, in ticks of UTC.</param>
    public void Note(string name, long ticks)
    {
        var (hash, place) = Place(name);
        if (Volatile.Read(ref places[place]) is not { } known || known.Hash != hash || known.Ticks < ticks)
        {
            Volatile.Write(ref places[place], new(hash, ticks));
        }
    }

    /// <summary>Whether it is known to have happened then or later.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ticks">Then, in ticks of UTC.</param>
    public bool AnySince(string name, long ticks)
    {
        var (hash, place) = Place(name);
        return Volatile.Read(ref places[place]) is { } known && known.Hash == hash && known.Ticks >= ticks;
    }

    private (int Hash, int Place) Place(string name)
    {
        var hash = name.GetHashCode(StringComparison.Ordinal);
        return (hash, (int)((uint)hash % (uint)places.Length));
    }

    private sealed record Moment(int Hash, long Ticks);
}
