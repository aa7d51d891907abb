using System.CommandLine;
using System.Globalization;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;

namespace Rowhouse.Cli.Parameters;

internal static class ParametersCommand
{
    private const int LargestPage = 200;

    public static Command Create(CommandRunner runner) => new("parameters", "Discovery parameters: where tenants live, and the platform's defaults (super-admin).")
    {
        Get(runner),
        Set(runner),
        Unset(runner),
    };

    private static Command Get(CommandRunner runner)
    {
        var path = new Argument<string>("path") { Description = "A path, for example /accounts/{id}/ or / for all; without a slash at its end the parameter at the path itself too." };
        var watch = new Option<bool>("--watch") { Description = "Go on and print each change, until Ctrl-C." };
        var command = new Command("get", "Print parameters at and below a path; exit code 1 where there is none.") { path, watch };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            if (parsed.GetValue(watch))
            {
                await foreach (var told in client.Parameters.WatchAsync(parsed.GetRequiredValue(path), cancellationToken))
                {
                    output.PrintLine(told, change => change.Value is null ? $"{change.Path} is gone" : $"{change.Path} = {change.Value}");
                }

                return ExitCodes.Done;
            }

            var found = await Pages.ReadAllAsync(after => client.Parameters.ListAsync(parsed.GetRequiredValue(path), after, LargestPage, cancellationToken));
            output.PrintTable(
                found,
                ("Path", parameter => parameter.Path),
                ("Value", parameter => parameter.Value),
                ("Version", parameter => parameter.Version.ToString(CultureInfo.InvariantCulture)));
            return found.Count > 0 ? ExitCodes.Done : ExitCodes.Refused;
        });
        return command;
    }

    private static Command Set(CommandRunner runner)
    {
        var path = SetPath();
        var value = new Argument<string>("value") { Description = "What it is to be." };
        var command = new Command("set", "Set a parameter of the platform; it counts for new tenants.") { path, value };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            output.Print(await client.Parameters.SetAsync(parsed.GetRequiredValue(path), parsed.GetRequiredValue(value), cancellationToken), Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Unset(CommandRunner runner)
    {
        var path = SetPath();
        var command = new Command("unset", "Put the default of a parameter of the platform back.") { path };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            output.Print(await client.Parameters.UnsetAsync(parsed.GetRequiredValue(path), cancellationToken), Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> SetPath() => new("path") { Description = "Its path, for example /platform/postgres/default-dedicated-store." };

    private static string Describe(ParameterResponse parameter) => $"{parameter.Path} = {parameter.Value}";
}
