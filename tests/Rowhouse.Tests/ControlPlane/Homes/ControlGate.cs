using Npgsql;
using Rowhouse.Testing;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Lets transactions of a control database wait at their COMMIT where a test says, and then go on.</summary>
internal static class ControlGate
{
    private const int Key = 20_406;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Lets transactions that have written this wait until what is returned is disposed of.</summary>
    /// <param name="control">A connection string that may do anything.</param>
    /// <param name="table">The table whose rows are changed.</param>
    /// <param name="when">The condition of a trigger.</param>
    public static async Task<IAsyncDisposable> PlaceAsync(string control, string table, string when)
    {
        await HomeWork.ExecuteAsync(
            control,
            $"""
            CREATE OR REPLACE FUNCTION public.gate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared({Key}); RETURN null; END';
            CREATE CONSTRAINT TRIGGER gate AFTER UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION public.gate();
            """);
        var keeper = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(control) { Pooling = false }.ConnectionString);
        await keeper.OpenAsync(Cancelled);
        await using var close = new NpgsqlCommand($"SELECT pg_advisory_lock({Key})", keeper);
        await close.ExecuteNonQueryAsync(Cancelled);
        return keeper;
    }

    /// <summary>Waits until so many wait.</summary>
    public static Task UntilHeldAsync(string control, long count = 1) => Eventually.UntilAsync(
        async () => await HomeWork.ScalarAsync<long>(control, $"SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE datname = current_database() AND locktype = 'advisory' AND objid = {Key} AND NOT granted") == count, Cancelled);

    /// <summary>Lets nobody wait any more.</summary>
    public static Task RemoveAsync(string control) => HomeWork.ExecuteAsync(control, "DROP FUNCTION IF EXISTS public.gate() CASCADE");
}
