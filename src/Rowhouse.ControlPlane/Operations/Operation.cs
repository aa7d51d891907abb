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

    /// <summary>The step to do next; while undoing, the one to undo next. Steps are counted from 0.</summary>
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

    /// <summary>Takes in what another copy of it has become.</summary>
    public void CopyFrom(Operation other)
    {
        Data = other.Data;
        State = other.State;
        Step = other.Step;
        Attempts = other.Attempts;
        Failures = other.Failures;
        Reason = other.Reason;
        IsCancelled = other.IsCancelled;
        Version = other.Version;
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
