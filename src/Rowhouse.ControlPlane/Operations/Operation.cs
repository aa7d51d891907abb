using System.Text.Json;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>
/// Long work on one tenant, as it is kept: which step is next, and what was decided so far. Whoever holds its lease works on it, and every write names
/// the lease's token.
/// </summary>
internal sealed class Operation
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>The product that it is about; none where it is about the tenant's home.</summary>
    public string? Product { get; init; }

    /// <summary>What the steps need to know, names of what they make among it: each is here before the thing is there.</summary>
    public required JsonDocument Data { get; set; }

    public OperationState State { get; set; }

    /// <summary>The names of its steps, in order: those that its kind had when it began.</summary>
    public required string[] Steps { get; init; }

    /// <summary>The step to do next; while undoing, the one to undo next. Steps are counted from 0; after the last comes their count, and while undoing −1 after the first.</summary>
    public int Step { get; set; }

    /// <summary>Who works on it; none while nobody does.</summary>
    public Guid? Token { get; set; }

    /// <summary>When somebody else may take it over, by the database's clock.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>How often somebody began the step and was not heard of again, the one who is at it now among them.</summary>
    public int Attempts { get; set; }

    /// <summary>How often the step has failed.</summary>
    public int Failures { get; set; }

    /// <summary>When it is tried again, by the database's clock; at once where it is none.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>Why it failed or waits, for people.</summary>
    public string? Reason { get; set; }

    /// <summary>Whether somebody has asked for it to be undone.</summary>
    public bool IsCancelled { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Raised by every change that people see; of two changes of what was read one is made.</summary>
    public long Version { get; set; } = 1;

    public List<OperationAttempt> History { get; init; } = [];

    /// <summary>Whether it will go on by itself.</summary>
    public bool IsUnderWay => State is OperationState.Running or OperationState.Undoing;

    /// <summary>The name of the step to do or undo next; none where all are done, or undone.</summary>
    public string? NextStep => Step >= 0 && Step < Steps.Length ? Steps[Step] : null;

    /// <summary>The step that was next is done, or undone, and whoever did it goes on.</summary>
    /// <param name="data">What the steps know after it.</param>
    public void EndStep(JsonDocument data)
    {
        Data = data;
        Step += State is OperationState.Undoing ? -1 : 1;
        Attempts = 1;
        Failures = 0;
        Reason = State is OperationState.Undoing ? Reason : null;
    }

    /// <summary>Lets what was done be undone, from the step that was next back: it may be half done.</summary>
    /// <param name="reason">Why.</param>
    public void TurnAround(string reason)
    {
        State = OperationState.Undoing;
        Step = Math.Min(Step, Steps.Length - 1);
        Attempts = 1;
        Failures = 0;
        Reason = reason;
    }

    /// <summary>Nothing is left to do, or to undo.</summary>
    public void End(DateTimeOffset now)
    {
        State = State is OperationState.Running ? OperationState.Succeeded : IsCancelled ? OperationState.Cancelled : OperationState.Failed;
        EndedAt = now;
        Token = null;
        LeaseUntil = null;
    }

    /// <summary>Lets go of it: until it is tried again, or where that is in vain, until somebody mends what the reason names and retries.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="until">When it is tried again.</param>
    public void Wait(OperationFailure failure, DateTimeOffset until)
    {
        Reason = State is OperationState.Undoing && !failure.IsForGood ? Reason ?? failure.Reason : failure.Reason;
        State = failure.IsForGood ? OperationState.Stuck : State;
        Failures += failure.IsDelay ? 0 : 1;
        Attempts--; // this worker is heard of; whoever died before it is not
        NotBefore = until;
        Token = null;
        LeaseUntil = null;
    }

    /// <summary>Lets it go on from where it stands, forwards. What is half undone is done again: steps make it so.</summary>
    /// <returns>Whether it had stopped, or was about to.</returns>
    public bool Retry()
    {
        if (State is OperationState.Running or OperationState.Succeeded or OperationState.Cancelled)
        {
            return false;
        }

        State = OperationState.Running;
        Step = Math.Max(Step, 0);
        Attempts = 0;
        Failures = 0;
        NotBefore = null;
        Reason = null;
        IsCancelled = false;
        EndedAt = null;

        // Whoever still works on the undoing finds that the token is not theirs.
        Token = null;
        LeaseUntil = null;
        Version++;
        return true;
    }
}

/// <summary>A step that was begun, for people.</summary>
internal sealed class OperationAttempt
{
    public required Guid OperationId { get; init; }

    /// <summary>From 1 on, in the order in which they were begun.</summary>
    public required int Number { get; init; }

    public required int Step { get; init; }

    public required string Name { get; init; }

    /// <summary>Whether the step was undone.</summary>
    public required bool IsUndo { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; open where it is being done, or whoever did it has died.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Why it failed, for people.</summary>
    public string? Error { get; set; }
}

/// <summary>Where an operation stands. The numbers are stored; do not change them.</summary>
internal enum OperationState
{
    /// <summary>Its steps are done one after another.</summary>
    Running = 0,

    /// <summary>A step failed for good, or somebody cancelled: what was done is undone, from that step back.</summary>
    Undoing = 1,

    Succeeded = 2,

    /// <summary>A step failed for good, and nothing is left of what was done.</summary>
    Failed = 3,

    /// <summary>Somebody cancelled, and nothing is left of what was done.</summary>
    Cancelled = 4,

    /// <summary>It was tried often and cannot go on: somebody has to mend what the reason names, and then retry.</summary>
    Stuck = 5,
}
