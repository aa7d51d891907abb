using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Server.Hosting;

/// <summary>Why a server could not start, for the person who started it. Everything else is a fault of ours and keeps its stack trace.</summary>
internal static class StartFailure
{
    public static string? Explain(Exception exception, ServerSettings settings) => exception switch
    {
        ServerSettingsException or PlatformKeyException or MigrationException or IsolationException or EmbeddedPostgresException => exception.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{settings.Url} is in use by another program. Stop that one, or listen elsewhere: set ROWHOUSE_URL, for example to http://localhost:5081.",
        SocketException refused => $"{settings.Url} cannot be listened on: {refused.Message}. Set ROWHOUSE_URL to an address and a port that this machine has and this user may take.",
        UnauthorizedAccessException or IOException when exception.Message.Contains(settings.DataFolder, StringComparison.Ordinal) =>
            $"{exception.Message} The data folder is '{settings.DataFolder}': it has to be one that this user may write to, with room left. Mend it, or name another (ROWHOUSE_DATA).",
        OptionsValidationException { OptionsName: nameof(TenantCacheOptions.Redis) } => $"ROWHOUSE_REDIS: {exception.Message}",
        PostgresException refused => $"The database refused: {refused.MessageText} ({refused.SqlState}). Check ROWHOUSE_DATABASE and its companions.",
        NpgsqlException unreachable => $"The database cannot be reached: {unreachable.Message}. Check ROWHOUSE_DATABASE and its companions.",
        InvalidOperationException { TargetSite.DeclaringType.Namespace: { } place } when place.StartsWith("Rowhouse.", StringComparison.Ordinal) => exception.Message,
        _ => null,
    };
}
