using Rowhouse.Cli.Terminal;
using Rowhouse.Client;
using Rowhouse.Contracts;

namespace Rowhouse.Cli.Operations;

/// <summary>Waits for an operation to stop, with a bar where a person watches.</summary>
internal static class OperationFollower
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for it.</summary>
    /// <returns>The operation as it stopped.</returns>
    public static Task<OperationResponse> FollowAsync(RowhouseClient client, Output output, OperationResponse operation, CancellationToken cancellationToken) =>
        output.WithProgressAsync($"{operation.Kind} {operation.Id}", operation.Progress.Total, async progress =>
        {
            while (operation.Status is "running" or "undoing")
            {
                progress?.Report(operation.Progress.Done);
                await Task.Delay(Look, cancellationToken);
                operation = await client.Operations.GetAsync(operation.Id, cancellationToken);
            }

            progress?.Report(operation.Progress.Done);
            return operation;
        });

    /// <summary>0 where all is done, 1 where it failed.</summary>
    public static int ExitCodeOf(OperationResponse operation) => operation.Status is "succeeded" ? ExitCodes.Done : ExitCodes.Refused;

    public static string Describe(OperationResponse operation)
    {
        var steps = operation.Steps.Select(step => $"\n  {step.Name}: {step.Status}{(step.Error is null ? "" : $" ({step.Error})")}");
        return $"{operation.Kind} {operation.Id}  {operation.Status}{(operation.Reason is null ? "" : $": {operation.Reason}")}{string.Concat(steps)}";
    }
}
