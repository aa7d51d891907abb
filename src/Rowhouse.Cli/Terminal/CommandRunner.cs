using System.CommandLine;
using System.Text.Json;
using Rowhouse.Client;
using Rowhouse.Cli.Sessions;

namespace Rowhouse.Cli.Terminal;

/// <summary>Runs what a command does: gives it a client and an output, and turns refusals into words and exit codes.</summary>
internal sealed class CommandRunner(CliEnvironment environment, SharedOptions shared)
{
    private const string DefaultUrl = "http://localhost:5080";

    public CliEnvironment Environment { get; } = environment;

    /// <summary>The address that the command was given by <c>--url</c>.</summary>
    public Uri? GivenUrlOf(ParseResult parsed) => parsed.GetValue(shared.Url);

    /// <summary>The address of the server that a command talks to.</summary>
    public Uri UrlOf(ParseResult parsed) => FindUrl(parsed) ?? throw new InvalidOperationException("The command began without the address of a server.");

    public Output OutputOf(ParseResult parsed) => new(Environment, parsed.GetValue(shared.Json));

    /// <summary>Makes a command talk to the server over HTTP.</summary>
    public void OverHttp(Command command, Func<ParseResult, RowhouseClient, Output, CancellationToken, Task<int>> action) =>
        command.SetAction((parsed, cancellationToken) => OverHttpAsync(parsed, action, cancellationToken));

    private string ConfiguredUrl => Environment.Variable("ROWHOUSE_URL") ?? DefaultUrl;

    private Uri? FindUrl(ParseResult parsed) => GivenUrlOf(parsed) ?? SharedOptions.ReadUrl(ConfiguredUrl);

    private async Task<int> OverHttpAsync(ParseResult parsed, Func<ParseResult, RowhouseClient, Output, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        if (FindUrl(parsed) is not { } url)
        {
            await Environment.Error.WriteLineAsync($"ROWHOUSE_URL '{ConfiguredUrl}' is not the address of a server, such as {DefaultUrl}.");
            return ExitCodes.Usage;
        }

        using var http = new HttpClient(Environment.CreateHandler()) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        var client = new RowhouseClient(http);
        try
        {
            if ((Environment.Variable("ROWHOUSE_TOKEN") ?? Credentials.Of(Environment).Find(url)) is { } token)
            {
                client.UseToken(token);
            }

            return await action(parsed, client, OutputOf(parsed), cancellationToken);
        }
        catch (RowhouseProblemException problem)
        {
            await ExplainAsync(problem);
            return ExitCodes.Refused;
        }
        catch (HttpRequestException unreachable)
        {
            await Environment.Error.WriteLineAsync($"Cannot reach {url}: {unreachable.Message}\nStart the server with './rowhouse up', or name another with --url or ROWHOUSE_URL.");
            return ExitCodes.Unreachable;
        }
        catch (JsonException)
        {
            await Environment.Error.WriteLineAsync($"{url} does not answer like a Rowhouse server. Check --url or ROWHOUSE_URL.");
            return ExitCodes.Unreachable;
        }
        catch (IOException file)
        {
            await Environment.Error.WriteLineAsync(file.Message);
            return ExitCodes.Refused;
        }
        catch (UnauthorizedAccessException file)
        {
            await Environment.Error.WriteLineAsync(file.Message);
            return ExitCodes.Refused;
        }
    }

    private async Task ExplainAsync(RowhouseProblemException problem)
    {
        await Environment.Error.WriteLineAsync(problem.Message);
        foreach (var (field, messages) in problem.Errors)
        {
            await Environment.Error.WriteLineAsync($"  {field}: {string.Join(" ", messages)}");
        }

        if (problem.Status is System.Net.HttpStatusCode.Unauthorized)
        {
            await Environment.Error.WriteLineAsync("Sign in with 'rowhouse login', or give a token in ROWHOUSE_TOKEN.");
        }

        if (problem.TraceId is not null)
        {
            await Environment.Error.WriteLineAsync($"  trace {problem.TraceId}");
        }
    }
}
