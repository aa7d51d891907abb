using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>Everything that an application logs, at every level.</summary>
internal sealed class RecordingLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();

    public ILogger CreateLogger(string categoryName) => this;

    /// <summary>What was logged since the last time.</summary>
    public string Take()
    {
        List<string> taken = [];
        while (lines.TryDequeue(out var line))
        {
            taken.Add(line);
        }

        return string.Join('\n', taken);
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
        // Nothing is held.
    }
}
