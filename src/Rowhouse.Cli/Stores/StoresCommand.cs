using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;

namespace Rowhouse.Cli.Stores;

/// <summary>Where tenants can live.</summary>
internal static class StoresCommand
{
    private const string FromInput = "-";

    public static Command Create(CommandRunner runner) => new("stores", "Where tenants can live (super-admin).") { List(runner), Add(runner), Change(runner), Remove(runner) };

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "List stores, and how many tenants each has.");
        runner.OverHttp(command, async (_, client, output, cancellationToken) =>
        {
            output.PrintTable(
                await Pages.ReadAllAsync(after => client.Stores.ListAsync(after, limit: 200, cancellationToken)),
                ("Name", store => store.Name),
                ("Kind", store => store.Kind),
                ("Region", store => store.Region ?? ""),
                ("Open", store => store.Open ? "yes" : "no"),
                ("Tenants", store => store.Tenants.ToString(CultureInfo.InvariantCulture)),
                ("Ready", store => store.PooledHomes.ToString(CultureInfo.InvariantCulture)),
                ("Capacity", store => store.Capacity?.ToString(CultureInfo.InvariantCulture) ?? ""),
                ("Address", store => store.Address ?? ""));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Add(CommandRunner runner)
    {
        var name = new Argument<string>("name") { Description = "What it is called: lower-case letters, digits and dashes." };
        var connections = ConnectionsOption(required: true);
        var region = new Option<string?>("--region") { Description = "Where it is: new tenants may ask for it." };
        var capacity = new Option<int?>("--capacity") { Description = "How many tenants it takes; as many as come when left out." };
        var closed = new Option<bool>("--closed") { Description = "Place no tenants there yet." };
        var command = new Command("add", "Add a server on which private tenants can live. It is checked and made ready first.") { name, connections, region, capacity, closed };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            if (await ReadAsync(runner, parsed.GetRequiredValue(connections), cancellationToken) is not { } read)
            {
                return ExitCodes.Refused;
            }

            var request = new AddStoreRequest
            {
                Name = parsed.GetRequiredValue(name),
                Region = parsed.GetValue(region),
                Capacity = parsed.GetValue(capacity),
                Open = !parsed.GetValue(closed),
                Connections = read,
            };
            output.Print(await client.Stores.AddAsync(request, cancellationToken), Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Change(CommandRunner runner)
    {
        var name = NameArgument();
        var connections = ConnectionsOption(required: false);
        var region = new Option<string?>("--region") { Description = "Where it is; an empty one takes it away." };
        var capacity = new Option<int?>("--capacity") { Description = "How many tenants it takes; 0 for as many as come. Those that are there stay." };
        var open = new Option<bool>("--open") { Description = "Place new tenants there." };
        var closed = new Option<bool>("--closed") { Description = "Place no new tenants there." };
        var command = new Command("change", "Change a store. Tenants that live there stay.") { name, connections, region, capacity, open, closed };
        command.Validators.Add(result =>
        {
            if (result.GetValue(open) && result.GetValue(closed))
            {
                result.AddError("A store is open or closed: give one of --open and --closed.");
            }
        });
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var changes = new Dictionary<string, object?>();
            if (parsed.GetValue(connections) is { } file)
            {
                if (await ReadAsync(runner, file, cancellationToken) is not { } read)
                {
                    return ExitCodes.Refused;
                }

                changes["connections"] = read;
            }

            if (parsed.GetValue(region) is { } place)
            {
                changes["region"] = place.Length is 0 ? null : place;
            }

            if (parsed.GetValue(capacity) is { } most)
            {
                changes["capacity"] = most is 0 ? null : most;
            }

            if (parsed.GetValue(open) || parsed.GetValue(closed))
            {
                changes["open"] = parsed.GetValue(open);
            }

            output.Print(await client.Stores.ChangeAsync(parsed.GetRequiredValue(name), changes, cancellationToken), Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Remove(CommandRunner runner)
    {
        var name = NameArgument();
        var command = new Command("remove", "Forget a store in which no tenant lives. Homes that were made ahead there are removed, where its server can be reached.") { name };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            await client.Stores.RemoveAsync(parsed.GetRequiredValue(name), cancellationToken);
            output.Print(parsed.GetRequiredValue(name), removed => $"{removed} is removed.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> NameArgument() => new("name") { Description = "Its name." };

    private static Option<string> ConnectionsOption(bool required) => new("--connections")
    {
        Description = $"The file that 'rowhouse database homes' has printed; '{FromInput}' reads it from standard input.",
        Required = required,
    };

    private static async Task<StoreConnectionsRequest?> ReadAsync(CommandRunner runner, string file, CancellationToken cancellationToken)
    {
        var text = file is FromInput ? await runner.Environment.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
        try
        {
            if (JsonSerializer.Deserialize<StoreConnectionsRequest>(text, JsonSerializerOptions.Web) is { } read)
            {
                return read;
            }
        }
        catch (JsonException)
        {
            // Said below, without what was read: it may hold a password.
        }

        await runner.Environment.Error.WriteLineAsync($"{(file is FromInput ? "What was read" : file)} is not what 'rowhouse database homes' prints: {{\"platform\": …, \"provisioner\": …, \"owner\": …, \"mover\": …}}.");
        return null;
    }

    private static string Describe(StoreResponse store) =>
        $"{store.Name}  {store.Kind}, {(store.Open ? "open" : "closed")}{(store.Address is { } address ? $", {address}" : "")}{(store.Region is { } region ? $", {region}" : "")}, {store.Tenants} of {store.Capacity?.ToString(CultureInfo.InvariantCulture) ?? "any number of"} tenants, {store.PooledHomes} homes ready";
}
