namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>A tenant's events in one database: they are handled in order, by one node at a time.</summary>
/// <param name="IsControl">Whether they lie in the control database, and not in the tenant's home.</param>
/// <param name="Tenant">The tenant; zeros: the platform.</param>
internal readonly record struct OutboxLane(bool IsControl, Guid Tenant)
{
    /// <summary>The tenant, if there is one.</summary>
    public TenantId? TenantId => Tenant == Guid.Empty ? null : new TenantId(Tenant);
}

/// <summary>How a lane's turn ended.</summary>
/// <param name="After">When it wants the next one; <see langword="null"/>: when somebody wakes it.</param>
internal readonly record struct LaneTurn(TimeSpan? After)
{
    /// <summary>All that could be delivered was.</summary>
    public static LaneTurn Drained => default;

    /// <summary>There may be more.</summary>
    public static LaneTurn More => new(TimeSpan.Zero);

    public static LaneTurn In(TimeSpan pause) => new(pause);
}
