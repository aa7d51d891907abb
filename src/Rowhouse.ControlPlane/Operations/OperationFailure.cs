using System.Text;
using Npgsql;
using Rowhouse.Modules.Provisioning;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>What went wrong in a step, for people, and whether it may go right when it is tried again.</summary>
internal sealed record OperationFailure(string Reason, bool IsForGood)
{
    /// <summary>Whether it does not count as a failure: another server can do it, or this one later or once more. However often that happens, it is no reason to give up.</summary>
    public bool IsDelay { get; init; }

    /// <inheritdoc cref="OperationDelayedException.IsElsewhere"/>
    public bool IsElsewhere { get; private init; }

    private const int LongestReason = 2_000;

    /// <summary>States in which a server or a pooler could not do it just now, though the driver does not say so of all: it is stopped, recovers, has crashed, was failed over from, or a table has changed since a statement was prepared.</summary>
    private static readonly string[] Passing = ["08", "57", "53300", "25006", "40001", "40P01", "55006", "55P03", "0A000"];

    public static OperationFailure Of(Exception exception) => exception switch
    {
        OperationRefusedException refused => new(refused.Message, IsForGood: true),
        OperationDelayedException delayed => new(delayed.Message, IsForGood: false) { IsDelay = true, IsElsewhere = delayed.IsElsewhere },
        ProvisioningException refused => new(Plain(refused.Message), IsForGood: !refused.IsTransient),
        PostgresException refused => OfServer(refused),
        NpgsqlException => new("The database server cannot be reached, or the connection broke. Look whether it runs and whether its address is right.", IsForGood: false),
        TimeoutException or OperationCanceledException { InnerException: TimeoutException } => new("It did not end in time.", IsForGood: false),
        HttpRequestException => new("A service outside cannot be reached, or refuses. The server's log says more.", IsForGood: false),
        _ => exception.InnerException is NpgsqlException inner ? Of(inner) : new("The server failed in this step; its log says more.", IsForGood: false),
    };

    // What a product says may be what a vendor said: of any length, and with what the database takes for no text.
    private static string Plain(string reason) => string.Concat(reason.EnumerateRunes().Where(rune => rune.Value is '\n' || !Rune.IsControl(rune)).Take(LongestReason));

    private static OperationFailure OfServer(PostgresException refused)
    {
        return refused.SqlState switch
        {
            PostgresErrorCodes.DiskFull => Said("The database server's disk is full. Make room on it, then retry", isForGood: true),
            PostgresErrorCodes.InsufficientPrivilege => Said("The platform's role may not do this on the database server", isForGood: true),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Said("The database server refuses the platform's role", isForGood: true),
            PostgresErrorCodes.InvalidCatalogName => Said("A database that is needed is not there", isForGood: true),
            _ when refused.IsTransient || Passing.Any(state => refused.SqlState.StartsWith(state, StringComparison.Ordinal)) => Said("The database server could not do it just now", isForGood: false),
            _ => Said("The database server refused", isForGood: true),
        };

        // The message names what the statement is about, and no row: DETAIL would.
        OperationFailure Said(string what, bool isForGood) => new($"{what}: {refused.MessageText} ({refused.SqlState}).", isForGood);
    }
}
