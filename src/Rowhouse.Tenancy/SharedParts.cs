using System.Collections.Immutable;

namespace Rowhouse.Tenancy;

/// <summary>Lets tenants share what is equal in most of them, such as the products and the shared home: a third of their memory. Bounded; one thread at a time.</summary>
internal sealed class SharedParts
{
    private const int Most = 1_000;

    private readonly HashSet<string> texts = new(StringComparer.Ordinal);
    private readonly HashSet<Placement> placements = [];
    private readonly Dictionary<string, ImmutableSortedSet<string>> products = new(StringComparer.Ordinal);

    public Tenant Share(Tenant tenant) => tenant with
    {
        Placement = Share(placements, tenant.Placement),
        Products = Share(tenant.Products),
        TimeZone = Share(texts, tenant.TimeZone),
        Currency = Share(texts, tenant.Currency),
        Locale = Share(texts, tenant.Locale),
    };

    private static T Share<T>(HashSet<T> known, T part)
    {
        if (!known.TryGetValue(part, out var shared) && known.Count < Most)
        {
            known.Add(part);
        }

        return shared ?? part;
    }

    private ImmutableSortedSet<string> Share(ImmutableSortedSet<string> set)
    {
        if (set.IsEmpty)
        {
            return [];
        }

        var key = string.Join('\n', set);
        if (!products.TryGetValue(key, out var shared) && products.Count < Most)
        {
            products.Add(key, set);
        }

        return shared ?? set;
    }
}
