namespace Rowhouse.Modules.Provisioning;

/// <summary>A product cannot be set up or removed for a tenant; the message says why, to people.</summary>
/// <param name="reason">Why, and what to do. No secrets.</param>
/// <param name="innerException">What was refused.</param>
public sealed class ProvisioningException(string reason, Exception? innerException = null) : Exception(reason, innerException)
{
    /// <summary>Whether it may go right when it is tried again, as it is then by itself; otherwise it waits for somebody who mends what the reason names and retries.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool IsTransient { get; init; }
}
