using System.CommandLine;
using System.Globalization;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;
using Rowhouse.Contracts;

namespace Rowhouse.Cli.Operations;

internal static class OperationsCommand
{
    public static Command Create(CommandRunner runner) => new("operations", "Long work on tenants (super-admin).")
    {
        List(runner),
        Follow(runner),
        Change(runner, "cancel", "Undo an operation that has not come to its end.", (operations, id, cancellationToken) => operations.CancelAsync(id, cancellationToken)),
        Change(runner, "retry", "Let an operation that failed or is stuck go on.", (operations, id, cancellationToken) => operations.RetryAsync(id, cancellationToken)),
    };

    private static Command List(CommandRunner runner)
    {
        var tenant = new Argument<string>("tenant") { Description = "Its id or slug." };
        var command = new Command("list", "List the operations on a tenant, newest first.") { tenant };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            List<OperationResponse> operations = [];
            string? after = null;
            do
            {
                var page = await client.Tenants.OperationsAsync(parsed.GetRequiredValue(tenant), after, limit: 200, cancellationToken);
                operations.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            output.PrintTable(
                operations,
                ("Id", operation => operation.Id.ToString()),
                ("Kind", operation => operation.Kind),
                ("Product", operation => operation.Product ?? ""),
                ("Status", operation => operation.Status),
                ("Began", operation => operation.CreatedAt.ToString("u", CultureInfo.InvariantCulture)),
                ("Reason", operation => operation.Reason ?? ""));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Follow(CommandRunner runner)
    {
        var id = IdArgument();
        var command = new Command("follow", "Wait for an operation to stop; exit code 1 where it failed.") { id };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var ended = await OperationFollower.FollowAsync(client, output, await client.Operations.GetAsync(parsed.GetRequiredValue(id), cancellationToken), cancellationToken);
            output.Print(ended, OperationFollower.Describe);
            return OperationFollower.ExitCodeOf(ended);
        });
        return command;
    }

    private static Command Change(CommandRunner runner, string verb, string description, Func<OperationsClient, Guid, CancellationToken, Task<OperationResponse>> change)
    {
        var id = IdArgument();
        var command = new Command(verb, description) { id };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            output.Print(await change(client.Operations, parsed.GetRequiredValue(id), cancellationToken), OperationFollower.Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<Guid> IdArgument() => new("id") { Description = "The operation's id." };
}
