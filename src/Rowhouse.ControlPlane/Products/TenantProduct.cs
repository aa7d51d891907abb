using System.Linq.Expressions;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Products;

/// <summary>What has become of a product of a tenant. It is kept when the subscription ends: what the product has elsewhere stays until the tenant is removed.</summary>
internal sealed class TenantProduct
{
    public required TenantId TenantId { get; init; }

    public required string Product { get; init; }

    public ProductState State { get; private set; }

    /// <summary>What it waits for, or why it failed, for people. One that waits and is asked again keeps what it waits for until it has answered.</summary>
    public string? Reason { get; private set; }

    /// <summary>When it came into its state.</summary>
    public required DateTimeOffset Since { get; set; }

    /// <summary>The operation that sets it up, or did; none where that has not begun, or there is nothing to set up.</summary>
    public Guid? OperationId { get; private set; }

    /// <summary>Whether the product has said that something changed since its provisioner was last asked: its answer may be older.</summary>
    public bool HasChanged { get; set; }

    /// <summary>Whether the next subscription has nothing to begin: it is ready or failed, or is being set up.</summary>
    public bool IsBegun => State is not ProductState.Stopped && (OperationId is not null || State is not ProductState.Provisioning);

    /// <summary>Those that wait for what the tenant's owner has to give, also while they are asked again.</summary>
    public static Expression<Func<TenantProduct, bool>> Waits { get; } =
        product => product.State == ProductState.PendingCredentials || (product.State == ProductState.Provisioning && product.Reason != null);

    private static readonly Func<TenantProduct, bool> IsAmongThem = Waits.Compile();

    /// <summary>Whether it waits for what the tenant's owner has to give, also while it is asked again.</summary>
    public bool IsWaiting => IsAmongThem(this);

    /// <summary>Is set up by an operation from now on.</summary>
    public void Begin(Guid operation, DateTimeOffset now)
    {
        OperationId = operation;
        Become(ProductState.Provisioning, State is ProductState.PendingCredentials ? Reason : null, now); // what it waits for, until it answers otherwise
    }

    /// <summary>Its provisioner has answered: it is ready, or waits for the owner's credentials.</summary>
    public void Finish(string? pendingReason, DateTimeOffset now) => Become(pendingReason is null ? ProductState.Ready : ProductState.PendingCredentials, pendingReason, now);

    public void Become(ProductState state, string? reason, DateTimeOffset now)
    {
        Since = State == state ? Since : now;
        State = state;
        Reason = reason;
    }
}

/// <summary>How far a product of a tenant is. The numbers are stored; do not change them.</summary>
internal enum ProductState
{
    /// <summary>It is being set up, or waits for the tenant's home.</summary>
    Provisioning = 0,

    /// <summary>It waits for what the tenant's owner has to give.</summary>
    PendingCredentials = 1,

    Ready = 2,

    /// <summary>It could not be set up. The tenant is active all the same.</summary>
    Failed = 3,

    /// <summary>Setting it up, or asking it again, was given up because the subscription had ended; what is there of it stays for the next one, with which it begins anew.</summary>
    Stopped = 4,
}
