using Npgsql;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Whether the server has cut short what it was sent, as it says itself, without the types of the driver.</summary>
public static class CutShortExtensions
{
    /// <summary>
    /// Whether a server that stops, starts or has crashed has answered (SQLSTATE class 57P), or a pooler that has lost it (08), so that nobody knows whether
    /// what was sent before was done.
    /// </summary>
    /// <param name="exception">What the driver made of the answer. Any other exception says nothing of the kind, also where no answer came.</param>
    public static bool IsCutShort(this Exception exception) =>
        exception is PostgresException { SqlState: var state } && (state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal));
}
