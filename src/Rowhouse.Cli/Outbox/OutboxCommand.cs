using System.CommandLine;
using System.Globalization;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;

namespace Rowhouse.Cli.Outbox;

internal static class OutboxCommand
{
    public static Command Create(CommandRunner runner) => new("outbox", "Events that wait or were set aside (super-admin).")
    {
        List(runner),
        Change(runner, "retry", "Let an event that was set aside be tried again.", "is tried again", (platform, id, tenant, cancellationToken) => platform.RetryEventAsync(id, tenant, cancellationToken)),
        Change(runner, "drop", "Delete an event that was set aside; handlers that have not seen it never learn of it.", "is dropped", (platform, id, tenant, cancellationToken) => platform.DropEventAsync(id, tenant, cancellationToken)),
    };

    private static Command List(CommandRunner runner)
    {
        var state = new Option<string?>("--state") { Description = "failed (when left out): those that were set aside, newest first; or waiting, oldest first." };
        var tenant = new Option<string?>("--tenant", "-t") { Description = "Only those of this tenant: its id, slug or external id." };
        var kind = new Option<string?>("--kind") { Description = "Only those of this kind, for example settings.changed." };
        var limit = new Option<int>("--limit") { Description = "How many at most, up to 200.", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "List events.") { state, tenant, kind, limit };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            // One page and not all: what waits after an outage is more than anybody reads.
            var page = await client.Platform.EventsAsync(parsed.GetValue(state), parsed.GetValue(tenant), parsed.GetValue(kind), limit: parsed.GetValue(limit), cancellationToken: cancellationToken);
            output.PrintTable(
                page.Items,
                ("Place", happened => happened.Place),
                ("Tenant", happened => happened.Tenant is { } whose ? whose.Slug ?? whose.Id.ToString() : ""),
                ("Kind", happened => happened.Kind),
                ("Published", happened => Time(happened.PublishedAt)),
                ("Failures", happened => happened.Attempts.ToString(CultureInfo.InvariantCulture)),
                ("Next try", happened => Time(happened.NextTryAt)),
                ("Set aside", happened => Time(happened.FailedAt)),
                ("Error", happened => happened.Error ?? ""),
                ("Id", happened => happened.Id.ToString()));
            if (page.Next is not null)
            {
                output.Say("There are more. Name a tenant or a kind, or raise --limit.");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Change(CommandRunner runner, string name, string description, string done, Func<PlatformClient, Guid, string?, CancellationToken, Task> changeAsync)
    {
        var id = new Argument<Guid>("id") { Description = "The event's id." };
        var tenant = new Option<string?>("--tenant", "-t") { Description = "The tenant in whose home it lies, for an event whose place is tenant; left out for one whose place is platform." };
        var command = new Command(name, description) { id, tenant };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            await changeAsync(client.Platform, parsed.GetRequiredValue(id), parsed.GetValue(tenant), cancellationToken);
            output.Say($"Event {parsed.GetRequiredValue(id)} {done}.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Time(DateTimeOffset? at) => at is { } time ? time.ToString("u", CultureInfo.InvariantCulture) : "";
}
