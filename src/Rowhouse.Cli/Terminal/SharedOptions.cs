using System.CommandLine;

namespace Rowhouse.Cli.Terminal;

/// <summary>Options that every command has.</summary>
internal sealed class SharedOptions
{
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON, as the API answers it.", Recursive = true };

    public Option<Uri?> Url { get; } = new("--url")
    {
        Description = "The server's address; else ROWHOUSE_URL, else http://localhost:5080.",
        Recursive = true,
        CustomParser = result =>
        {
            if (ReadUrl(result.Tokens[0].Value) is { } url)
            {
                return url;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not an address such as http://localhost:5080.");
            return null;
        },
    };

    /// <summary>Reads a server's address.</summary>
    public static Uri? ReadUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 ? url : null;

    /// <summary>The tenant a command works in; a new option for each command that has it.</summary>
    public static Option<string> Tenant() => new("--tenant", "-t") { Description = "The tenant: its id, slug or external id.", Required = true };
}
