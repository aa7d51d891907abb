namespace Rowhouse.ControlPlane.Operations;

/// <summary>
/// One step of an operation. Both directions are "make it so": they look what is there and do what is missing, so they may be done any number of times,
/// from whatever a crash left.
/// </summary>
/// <typeparam name="TData">What the operation's steps know.</typeparam>
internal interface IOperationStep<TData>
    where TData : class
{
    /// <summary>Does the step.</summary>
    /// <exception cref="OperationRefusedException">It cannot be done, now or later: what was done is undone, this step included.</exception>
    Task DoAsync(OperationRun<TData> run, CancellationToken cancellationToken);

    /// <summary>Leaves nothing of what the step did, or had begun to do. By default it does nothing that outlives it.</summary>
    Task UndoAsync(OperationRun<TData> run, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A step cannot be done, now or later; the message says why, to people.</summary>
/// <param name="reason">Why, and what to do.</param>
/// <param name="innerException">What was refused.</param>
internal sealed class OperationRefusedException(string reason, Exception? innerException = null) : Exception(reason, innerException);

/// <summary>A step cannot be done just now, or not here, or has to be done again; the message says why, to people.</summary>
/// <param name="reason">Why, and what to do.</param>
internal sealed class OperationDelayedException(string reason) : Exception(reason)
{
    /// <summary>Whether this server will not be able to do it later either. It is looked at again after the longest pause, by whichever server comes first.</summary>
    public bool IsElsewhere { get; init; }
}

/// <summary>The operation is somebody else's by now, or will be, so this worker does nothing more.</summary>
/// <param name="reason">Why.</param>
/// <param name="innerException">What it was seen by.</param>
internal sealed class OperationLostException(string reason = "Another worker has taken the operation over.", Exception? innerException = null) : Exception(reason, innerException);
