using Rowhouse.Contracts;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Operations in the words of the API.</summary>
internal static class OperationWords
{
    public static string Of(OperationState state) => state switch
    {
        OperationState.Running => "running",
        OperationState.Undoing => "undoing",
        OperationState.Succeeded => "succeeded",
        OperationState.Failed => "failed",
        OperationState.Cancelled => "cancelled",
        OperationState.Stuck => "stuck",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The operation as the API shows it, with each step as it stands.</summary>
    public static OperationResponse ToResponse(this Operation operation, bool canBeUndone)
    {
        var steps = operation.Steps.Select((name, index) => StepOf(operation, name, index)).ToList();
        return new(
            operation.Id,
            operation.Kind,
            operation.TenantId.Value,
            operation.Product,
            Of(operation.State),
            operation.IsUnderWay || operation.State is OperationState.Stuck ? operation.NextStep : null,
            steps,
            new(Math.Clamp(operation.State is OperationState.Failed or OperationState.Cancelled ? 0 : operation.Step, 0, steps.Count), steps.Count),
            operation.Reason,
            operation.CreatedAt,
            operation.EndedAt,
            canBeUndone);
    }

    private static OperationStepResponse StepOf(Operation operation, string name, int index)
    {
        var last = operation.History.Where(attempt => attempt.Step == index).MaxBy(attempt => attempt.Number);
        var status = last switch
        {
            null => index < operation.Step && operation.State is not OperationState.Undoing ? "succeeded" : "pending", // done before it began, or passed over
            { Error: not null } => "failed",
            { EndedAt: null } => operation.Step == index && operation.IsUnderWay ? last.IsUndo ? "undoing" : "running" : "pending",
            { IsUndo: true } => "undone",
            _ => "succeeded",
        };
        return new(name, status, last?.StartedAt, last?.EndedAt, last?.Error);
    }
}
