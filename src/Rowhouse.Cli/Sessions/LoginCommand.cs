using System.CommandLine;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli.Sessions;

internal static class LoginCommand
{
    public static Command Create(CommandRunner runner)
    {
        var email = new Option<string?>("--email") { Description = "Your e-mail address; asked for when left out." };
        var passwordFile = new Option<FileInfo?>("--password-file") { Description = "A file with your password; asked for when left out, so that it stands in no history." };
        var command = new Command("login", "Sign in and keep the session for the next commands.") { email, passwordFile };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var url = runner.UrlOf(parsed);
            var who = parsed.GetValue(email) ?? Ask(runner.Environment, "E-mail: ");
            var password = parsed.GetValue(passwordFile) is { } file
                ? (await File.ReadAllTextAsync(file.FullName, cancellationToken)).TrimEnd('\r', '\n')
                : AskHidden(runner.Environment, "Password: ");
            var session = await client.SignInAsync(new(who, password), cancellationToken);
            Credentials.Of(runner.Environment).Keep(url, session.Token!); // SignInAsync refuses a session without one
            output.Print(
                session with { Token = null },
                result => $"Signed in to {url.GetLeftPart(UriPartial.Authority)} as {result.Person.Email}{(result.SuperAdmin ? " (super-admin)" : "")}, member of {(result.Tenants.Count == 1 ? "one tenant" : $"{result.Tenants.Count} tenants")}.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Ask(CliEnvironment environment, string question)
    {
        environment.Error.Write(question);
        return environment.In.ReadLine() ?? "";
    }

    private static string AskHidden(CliEnvironment environment, string question)
    {
        if (!environment.IsInteractive || Console.IsInputRedirected)
        {
            return Ask(environment, question);
        }

        environment.Error.Write(question);
        var password = new System.Text.StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key is not ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key is ConsoleKey.Backspace)
            {
                password.Length = Math.Max(0, password.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                password.Append(key.KeyChar);
            }
        }

        environment.Error.WriteLine();
        return password.ToString();
    }
}
