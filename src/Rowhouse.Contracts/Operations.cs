namespace Rowhouse.Contracts;

/// <summary>Long work on a tenant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What is done: <c>provision</c>, for example.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Product">The product of the tenant that is set up; <see langword="null"/> where it is the tenant's home that is worked on.</param>
/// <param name="Status"><c>running</c>; <c>undoing</c> after a failure or a cancellation; <c>succeeded</c>, <c>failed</c> or <c>cancelled</c> at its end; <c>stuck</c> while it waits for somebody who mends what the reason names and retries.</param>
/// <param name="Step">The name of the step that is being done or undone; <see langword="null"/> at its end.</param>
/// <param name="Steps">All steps, in order.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Reason">Why it failed, waits or was cancelled, and what to do.</param>
/// <param name="CreatedAt">When somebody asked for it.</param>
/// <param name="EndedAt">When it came to its end.</param>
/// <param name="CanBeUndone">Whether it is of a kind that can be undone: others cannot be cancelled.</param>
public sealed record OperationResponse(
    Guid Id,
    string Kind,
    Guid TenantId,
    string? Product,
    string Status,
    string? Step,
    IReadOnlyList<OperationStepResponse> Steps,
    OperationProgress Progress,
    string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt,
    bool CanBeUndone);

/// <summary>A step of an operation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status"><c>pending</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>undoing</c> or <c>undone</c>. One that succeeded and was never begun was done before the operation.</param>
/// <param name="StartedAt">When it was last begun.</param>
/// <param name="EndedAt">When that ended.</param>
/// <param name="Error">Why that failed.</param>
public sealed record OperationStepResponse(string Name, string Status, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? Error);

/// <summary>How far an operation is, in steps.</summary>
/// <param name="Done">Steps that are done.</param>
/// <param name="Total">All steps.</param>
public sealed record OperationProgress(int Done, int Total);
