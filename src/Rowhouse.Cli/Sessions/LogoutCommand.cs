using System.CommandLine;
using System.Net;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;

namespace Rowhouse.Cli.Sessions;

internal static class LogoutCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("logout", "End the session that 'rowhouse login' opened.");
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var url = runner.UrlOf(parsed);
            try
            {
                await client.SignOutAsync(cancellationToken);
            }
            catch (RowhouseProblemException problem) when (problem.Status is HttpStatusCode.Unauthorized)
            {
                // The session has ended already, which is what was asked for.
            }

            Credentials.Of(runner.Environment).Forget(url);
            output.Say($"Signed out of {url.GetLeftPart(UriPartial.Authority)}.");
            return ExitCodes.Done;
        });
        return command;
    }
}
