namespace Rowhouse.Modules.Provisioning;

/// <summary>What has become of setting a product up for a tenant.</summary>
public sealed record ProvisioningResult
{
    private const int Longest = 200;

    private ProvisioningResult(string? pendingReason) => PendingReason = pendingReason;

    /// <summary>The product is ready for the tenant.</summary>
    public static ProvisioningResult Ready { get; } = new(pendingReason: null);

    /// <summary>What it waits for, in words for people; <see langword="null"/> where it is ready.</summary>
    public string? PendingReason { get; }

    /// <summary>All is there but what the tenant's owner has to give. <see cref="ProvisioningExtensions.PublishChanged{TModule}"/> says when it is given.</summary>
    /// <param name="what">What it waits for, in words for people: <c>ChannelEngine API credentials</c>. A line of at most 200 characters.</param>
    /// <exception cref="ArgumentException">There are no words, too many, or characters that are none.</exception>
    public static ProvisioningResult PendingCredentials(string what)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(what);
        if (what.Length > Longest || what.Any(char.IsControl))
        {
            throw new ArgumentException($"What it waits for is said in a line of at most {Longest} characters.", nameof(what));
        }

        return new(what);
    }
}
