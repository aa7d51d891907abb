using Rowhouse.Testing;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Holds writes to a control database where a test says, so that something can happen just then.</summary>
internal static class ControlHold
{
    private static int placed;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Lets a write wait, where it is about a tenant. A server that starts meanwhile would refuse a database that is not as it was made.</summary>
    /// <param name="control">A connection string that may do anything.</param>
    /// <param name="when">The beginning of a trigger, from <c>BEFORE</c> on.</param>
    /// <param name="tenant">The tenant's name, which is known before it is made.</param>
    public static Task PlaceAsync(string control, string when, string tenant) => HomeWork.ExecuteAsync(
        control,
        $"""
        CREATE OR REPLACE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            written jsonb := coalesce(to_jsonb(new), to_jsonb(old));
            tenant text := coalesce(written->>'tenant_id', (SELECT tenant_id::text FROM platform.operations WHERE id = (written->>'operation_id')::uuid), written->>'id');
        BEGIN
            IF EXISTS (SELECT FROM platform.tenants WHERE id = tenant::uuid AND name = TG_ARGV[0]) THEN
                PERFORM pg_sleep(600);
            END IF;
            RETURN coalesce(new, old);
        END $$;
        CREATE TRIGGER hold_{Interlocked.Increment(ref placed)} {when} EXECUTE FUNCTION public.hold('{tenant}');
        """);

    /// <summary>Waits until so many wait.</summary>
    public static Task UntilHeldAsync(string control, long count = 1) =>
        Eventually.UntilAsync(async () => await HomeWork.ScalarAsync<long>(control, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'") == count, Cancelled);

    /// <summary>Ends whoever waits, and lets nobody wait any more.</summary>
    public static async Task ReleaseAsync(string control)
    {
        await HomeWork.ExecuteAsync(control, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
        await HomeWork.ExecuteAsync(control, "DROP FUNCTION IF EXISTS public.hold() CASCADE");
    }
}
