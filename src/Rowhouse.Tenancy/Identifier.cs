namespace Rowhouse.Tenancy;

/// <summary>A (kind, value) pair that leads to one tenant. Values are compared as they are: normalise first.</summary>
/// <param name="Kind">What sort of value it is.</param>
/// <param name="Value">The value in its normal form.</param>
public readonly record struct Identifier(IdentifierKind Kind, string Value);

/// <summary>What sort of value leads to a tenant. The numbers are stored; do not change them.</summary>
public enum IdentifierKind
{
    /// <summary>The tenant's id, slug or an external id: they share one name space.</summary>
    Name = 0,

    /// <summary>A whole host name of the tenant's own.</summary>
    Host = 1,
}
