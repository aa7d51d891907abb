using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Rowhouse.Cli;
using Rowhouse.Cli.Terminal;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>The command line as somebody types it, before a whole server.</summary>
public class CommandLineFixture : ServerFixture
{
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("rowhouse-cli-");

    public string CredentialsFile => Path.Combine(home.FullName, "rowhouse", "credentials.json");

    /// <summary>Runs a command.</summary>
    /// <param name="args">The command, without options that are the same each time.</param>
    /// <param name="input">What the person types when asked.</param>
    /// <param name="url">The server; the fixture's by default.</param>
    /// <param name="token">What <c>ROWHOUSE_TOKEN</c> holds.</param>
    /// <param name="installation">What <c>ROWHOUSE_INSTALLATION</c> holds.</param>
    public async Task<CommandResult> RunAsync(string[] args, string input = "", string? url = null, string? token = null, string? installation = null)
    {
        using var standardOutput = new StringWriter();
        using var error = new StringWriter();
        using var file = new MemoryStream();
        var status = await CommandLine.RunAsync(args, new CliEnvironment
        {
            Out = standardOutput,
            Error = error,
            In = new StringReader(input),
            OpenOut = () => file,
            IsInteractive = false,
            Configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ROWHOUSE_URL"] = url ?? Address.ToString(),
                ["ROWHOUSE_TOKEN"] = token,
                ["ROWHOUSE_INSTALLATION"] = installation,
                ["XDG_CONFIG_HOME"] = home.FullName,
            }).Build(),
            CreateHandler = () => new SocketsHttpHandler(),
        });
        return new(status, standardOutput.ToString(), error.ToString(), file.ToArray());
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        home.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Signs the super-admin in, as the next commands need it.</summary>
    public async Task SignInAsync() => (await RunAsync(["login", "--email", AdminEmail], Password)).Status.ShouldBe(0);
}

/// <summary>What a command said.</summary>
public sealed record CommandResult(int Status, string Out, string Error, byte[] File)
{
    /// <summary>Reads what <c>--json</c> printed.</summary>
    public T Json<T>()
        where T : class => JsonSerializer.Deserialize<T>(Out, JsonSerializerOptions.Web).ShouldNotBeNull();
}
