namespace Rowhouse.Contracts;

/// <summary>An event that waits to be delivered or was set aside. What it says is shown to nobody.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Place">Where it lies: <c>tenant</c>, in its tenant's home, or <c>platform</c>, in the control database. Two places may have an event of one id.</param>
/// <param name="Tenant">Whose it is; <see langword="null"/>: the platform's.</param>
/// <param name="Kind">What happened, for example <c>settings.changed</c>.</param>
/// <param name="State"><c>waiting</c>, or <c>failed</c> where it was set aside.</param>
/// <param name="Attempts">How often it was brought to its handlers and failed.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="NextTryAt">When it is brought again at the earliest; <see langword="null"/> where it was set aside.</param>
/// <param name="FailedAt">When it was set aside; <see langword="null"/> while it waits.</param>
/// <param name="Error">Which handler failed last and by what: kinds of exceptions and SQLSTATE, never what they say.</param>
public sealed record EventResponse(
    Guid Id,
    string Place,
    EventTenant? Tenant,
    string Kind,
    string State,
    int Attempts,
    DateTimeOffset PublishedAt,
    DateTimeOffset? NextTryAt,
    DateTimeOffset? FailedAt,
    string? Error);

/// <summary>Whose an event is.</summary>
/// <param name="Id">The tenant's id.</param>
/// <param name="Slug">Its slug; <see langword="null"/> where no tenant has the id any more.</param>
/// <param name="Name">Its name; <see langword="null"/> where no tenant has the id any more.</param>
public sealed record EventTenant(Guid Id, string? Slug, string? Name);

/// <summary>How many events wait or were set aside, counted only as far as that is quick.</summary>
/// <param name="Waiting">How many wait; <c>most</c>: as many or more.</param>
/// <param name="Failed">How many were set aside; <c>most</c>: as many or more.</param>
/// <param name="Most">How far they are counted.</param>
/// <param name="OldestWaitingAt">When the oldest that waits was published; <see langword="null"/> where none waits.</param>
public sealed record EventSummaryResponse(int Waiting, int Failed, int Most, DateTimeOffset? OldestWaitingAt);
