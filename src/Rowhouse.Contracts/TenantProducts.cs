namespace Rowhouse.Contracts;

/// <summary>A product of a tenant, and whether it is set up for it.</summary>
/// <param name="Product">The product's name.</param>
/// <param name="State"><c>provisioning</c> while it is set up or waits for the tenant's home; <c>pending-credentials</c> while it waits for what the tenant's owner has to give; <c>ready</c> or <c>failed</c>; <c>stopped</c> where setting it up, or asking it again, was given up because the subscription had ended.</param>
/// <param name="PendingReason">What it waits for.</param>
/// <param name="Error">Why it failed; while it is set up, what hinders it and is tried again.</param>
/// <param name="Since">When it came into its state.</param>
/// <param name="Operation">The id of the operation that sets it up; <see langword="null"/> where that has not begun, or there is nothing to set up.</param>
public sealed record TenantProductResponse(string Product, string State, string? PendingReason, string? Error, DateTimeOffset Since, Guid? Operation);
