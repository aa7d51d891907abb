using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>How loudly a context logs what the database refuses.</summary>
public static class FailureLogExtensions
{
    /// <summary>
    /// Logs refused statements for debugging only. What the database refuses is often an answer, such as a name that is
    /// taken; else it is an exception, which is logged by whoever asked.
    /// </summary>
    /// <typeparam name="TBuilder">The builder.</typeparam>
    /// <param name="options">The context's options.</param>
    public static TBuilder LogFailuresForDebugging<TBuilder>(this TBuilder options)
        where TBuilder : DbContextOptionsBuilder
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ConfigureWarnings(events => events.Log((RelationalEventId.CommandError, LogLevel.Debug), (CoreEventId.SaveChangesFailed, LogLevel.Debug)));
        return options;
    }
}
