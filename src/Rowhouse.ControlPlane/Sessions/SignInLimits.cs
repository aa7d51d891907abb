using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>How often one network may show passwords and one-time secrets, whoever they are for.</summary>
internal static class SignInLimits
{
    private const string Policy = "sign-in";
    private const int PerSecond = 1;

    public static void AddSignInLimits(this IServiceCollection services, int burst) => services.AddRateLimiter(limits =>
    {
        limits.AddPolicy(Policy, context => RateLimitPartition.GetTokenBucketLimiter(
            Networks.Of(context),
            _ => new()
            {
                TokenLimit = burst,
                TokensPerPeriod = PerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        limits.OnRejected = async (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await RequestProblems.TooMany.With("Your network has signed in or used links very often just now. Wait as long as Retry-After says.").ExecuteAsync(rejected.HttpContext);
        };
    });

    /// <summary>Counts the calls of this endpoint by network.</summary>
    public static RouteHandlerBuilder LimitByNetwork(this RouteHandlerBuilder endpoint) =>
        endpoint.RequireRateLimiting(Policy).WithProblems(RequestProblems.TooMany);
}
