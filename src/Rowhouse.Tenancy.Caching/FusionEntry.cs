using System.Collections.Concurrent;
using System.Reflection;

namespace Rowhouse.Tenancy.Caching;

/// <summary>Reads what FusionCache keeps in memory. The type is FusionCache's own; a test pins what is read of it here.</summary>
internal static class FusionEntry
{
    private static readonly ConcurrentDictionary<Type, (PropertyInfo? Timestamp, PropertyInfo? Value)> properties = new();

    /// <summary>When making the value began, in ticks of UTC.</summary>
    /// <param name="entry">The entry.</param>
    public static long MadeAt(object? entry) => Properties(entry).Timestamp?.GetValue(entry) is long ticks ? ticks : 0;

    /// <summary>Where it is the mark of a tag: when the tag was removed last, in ticks of UTC, and 0 where it was not.</summary>
    /// <param name="entry">The entry.</param>
    public static long RemovedAt(object? entry) => Properties(entry).Value?.GetValue(entry) is long ticks ? ticks : 0;

    private static (PropertyInfo? Timestamp, PropertyInfo? Value) Properties(object? entry) =>
        entry is null ? default : properties.GetOrAdd(entry.GetType(), static type => (type.GetProperty("Timestamp"), type.GetProperty("Value")));
}
