using System.Collections;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy;

/// <summary>How logs and traces name a tenant.</summary>
internal static class TenantTelemetry
{
    /// <summary>Names the tenant, as <c>Tenant</c>, in all that is logged until the result is disposed.</summary>
    /// <param name="logger">Any logger: a scope is for all of them.</param>
    /// <param name="tenant">The tenant.</param>
    public static IDisposable? BeginTenant(this ILogger logger, TenantId tenant) => logger.BeginScope(new LogScope(tenant));

    /// <summary>Names the tenant, as <c>rowhouse.tenant</c>, in a trace where one is kept.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="tenant">The tenant.</param>
    public static void Tag(Activity? activity, TenantId tenant)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("rowhouse.tenant", tenant.ToString());
        }
    }

    /// <summary>Structured for providers that read pairs, readable for those that print.</summary>
    private sealed class LogScope(TenantId tenant) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 1;

        public KeyValuePair<string, object?> this[int index] =>
            index == 0 ? new("Tenant", tenant) : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => $"Tenant:{tenant}";
    }
}
