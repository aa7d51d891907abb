namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>An event cannot be published as it is. Nothing was written.</summary>
/// <param name="kind">The kind of the event.</param>
/// <param name="reason">Why, as a sentence.</param>
/// <param name="innerException">What the serializer said, if that is why.</param>
public sealed class EventRefusedException(string kind, string reason, Exception? innerException = null)
    : InvalidOperationException($"The event '{kind}' cannot be published: {reason}", innerException)
{
    /// <summary>The kind of the event.</summary>
    public string Kind { get; } = kind;
}
