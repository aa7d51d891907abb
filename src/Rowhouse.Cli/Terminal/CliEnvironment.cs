using Microsoft.Extensions.Configuration;

namespace Rowhouse.Cli.Terminal;

/// <summary>What a command sees of the process it runs in; tests give their own.</summary>
internal sealed class CliEnvironment
{
    /// <summary>Where results go.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where errors and progress go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where answers come from.</summary>
    public required TextReader In { get; init; }

    /// <summary>The raw output, for files that go to the next program.</summary>
    public required Func<Stream> OpenOut { get; init; }

    /// <summary>Whether a person watches <see cref="Error"/>, so that progress is worth drawing.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>The environment variables.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>Reaches servers.</summary>
    public required Func<HttpMessageHandler> CreateHandler { get; init; }

    /// <summary>An environment variable; <see langword="null"/> where it is not set or empty.</summary>
    public string? Variable(string name) => Configuration[name] is { Length: > 0 } value ? value : null;

    public static CliEnvironment OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        OpenOut = Console.OpenStandardOutput,
        IsInteractive = !Console.IsErrorRedirected,
        Configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build(),
        CreateHandler = () => new SocketsHttpHandler(),
    };
}
