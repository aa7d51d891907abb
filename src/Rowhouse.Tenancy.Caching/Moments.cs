namespace Rowhouse.Tenancy.Caching;

/// <summary>When something last happened to a name. Names share places, so it may say later than it was; whoever asks has to be right then too.</summary>
internal sealed class Moments
{
    private readonly long[] places = new long[4096];

    /// <summary>Notes that it happened.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ticks">When, in ticks of UTC.</param>
    public void Note(string name, long ticks)
    {
        ref var place = ref Place(name);
        while (Interlocked.Read(ref place) is var known && known < ticks && Interlocked.CompareExchange(ref place, ticks, known) != known)
        {
        }
    }

    /// <summary>Whether it happened then or later.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ticks">Then, in ticks of UTC.</param>
    public bool AnySince(string name, long ticks) => Interlocked.Read(ref Place(name)) >= ticks;

    private ref long Place(string name) => ref places[(uint)name.GetHashCode(StringComparison.Ordinal) % (uint)places.Length];
}
