using System.Runtime.CompilerServices;

namespace Rowhouse.Tenancy;

/// <summary>A tenant in memory, with everything but its id that leads to it.</summary>
internal sealed class Resident(Tenant tenant, IEnumerable<Identifier> given)
{
    public Tenant Tenant { get; } = tenant;

    public Identifier[] Identifiers { get; } = [new(IdentifierKind.Name, tenant.Slug.Value), .. given];

    /// <summary>Whether somebody asked for it since the ring last passed.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Where the ring has it.</summary>
    public int Position { get; set; }

    /// <summary>The tenant, for somebody who asked for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Tenant Use()
    {
        // Not written at each look-up: a line of memory that nobody writes to is in every processor's cache.
        if (!IsUsed)
        {
            IsUsed = true;
        }

        return Tenant;
    }
}
