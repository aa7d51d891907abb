using System.CommandLine;
using Rowhouse.Cli.Sessions;
using Rowhouse.Client;
using Rowhouse.Server;

namespace Rowhouse.Cli.Installation;

internal static class ServeCommand
{
    public static Command Create(InstallationRunner runner)
    {
        var demo = new Option<bool>("--demo") { Description = "Keep demo tenants with data, and sign the command line in as the super-admin." };
        var command = new Command("serve", "Run the server until it is told to stop.") { demo };
        command.SetAction((parsed, cancellationToken) => runner.ExplainAsync(() =>
        {
            var settings = runner.SettingsOf(parsed) with { Demo = parsed.GetValue(demo) };
            return ServerHost.RunAsync(settings, runner.Environment.Out, address => settings.Demo ? SignInAsync(runner, settings, address) : Task.CompletedTask, cancellationToken);
        }));
        return command;
    }

    // Whoever tries the demo can go on with `rowhouse tenants list` at once.
    private static async Task SignInAsync(InstallationRunner runner, ServerSettings settings, Uri address)
    {
        if (settings.ReadFirstPassword() is not { } password)
        {
            return;
        }

        using var http = new HttpClient { BaseAddress = address };
        try
        {
            var session = await new RowhouseClient(http).SignInAsync(new(settings.AdminEmail, password));
            Credentials.Of(runner.Environment).Keep(settings.LocalUrl(), session.Token!); // SignInAsync refuses a session without one
        }
        catch (Exception failed) when (failed is RowhouseProblemException or HttpRequestException or IOException or UnauthorizedAccessException)
        {
            await runner.Environment.Error.WriteLineAsync($"The command line is not signed in: {failed.Message} Use 'rowhouse login'.");
        }
    }
}
