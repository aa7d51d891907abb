namespace Rowhouse.ControlPlane.Operations;

/// <summary>Tells this server's workers that there is an operation to work on.</summary>
internal sealed class OperationSignal : WorkSignal;
