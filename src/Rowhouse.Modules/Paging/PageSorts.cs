using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Rowhouse.Modules.Paging;

/// <summary>
/// The orders that a list can be given in. Each is a row of values that are never null, and that no two rows of the list share:
/// what it is sorted by, and then as a rule the id.
/// </summary>
/// <example>
/// <code>
/// private static readonly PageSorts&lt;Collection&gt; sorts = new() { { "name", collection =&gt; ValueTuple.Create(collection.NameKey, collection.Id) } };
/// </code>
/// </example>
/// <typeparam name="TRow">What the list is read from.</typeparam>
[SuppressMessage("Naming", "CA1710", Justification = "It is a collection for the sake of its initializer.")]
public sealed class PageSorts<TRow> : IEnumerable<string>
{
    private readonly Dictionary<string, SortKey<TRow>> keys = new(StringComparer.Ordinal);

    /// <summary>Adds an order.</summary>
    /// <param name="field">The name that callers sort by, in camelCase.</param>
    /// <param name="key">Makes the row of values, by <see cref="ValueTuple.Create{T1, T2}(T1, T2)"/> or one of its kind.</param>
    /// <exception cref="ArgumentException">The expression makes no tuple, one of more than seven values, or one with a value that cannot be read back from text.</exception>
    public void Add(string field, Expression<Func<TRow, ITuple>> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        keys.Add(field, new SortKey<TRow>(key));
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => keys.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool TryFind(string field, [NotNullWhen(true)] out SortKey<TRow>? key) => keys.TryGetValue(field, out key);
}
