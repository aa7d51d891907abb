using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.Tenancy.AspNetCore.Admission;

/// <summary>The kernel's own admission: a tenant that is needed must be named, known and open.</summary>
public sealed class TenantStateAdmission : ITenantAdmission
{
    /// <inheritdoc/>
    public ValueTask<ProblemHttpResult?> AdmitAsync(HttpContext context, TenantResolution resolution, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Judge(context, resolution));

    /// <inheritdoc/>
    public async ValueTask<ProblemHttpResult?> AdmitBodyAsync(HttpContext context, CancellationToken cancellationToken) =>
        await TenantNowAsync(context, cancellationToken).ConfigureAwait(false) is { } tenant ? JudgeState(context, tenant) : null;

    /// <summary>What has become of the tenant that the request was bound to; <see langword="null"/> where it is in none. Where nobody can say, what is known of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static async ValueTask<Tenant?> TenantNowAsync(HttpContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var scope = context.RequestServices.GetRequiredService<TenantScope>();
        if (!scope.IsBound)
        {
            return null;
        }

        try
        {
            return await context.RequestServices.GetRequiredService<TenantLookup>().FindAsync(scope.Tenant.Id, cancellationToken).ConfigureAwait(false)
                ?? scope.Tenant with { Status = TenantStatus.Deleted };
        }
        catch (CatalogueUnreachableException)
        {
            return scope.Tenant;
        }
    }

    /// <summary>The judgement, for admissions that put their own refusals before and after it.</summary>
    /// <param name="context">The request; a refusal that waiting helps gets its <c>Retry-After</c>.</param>
    /// <param name="resolution">Where its identifiers lead.</param>
    public static ProblemHttpResult? Judge(HttpContext context, TenantResolution resolution)
    {
        ArgumentNullException.ThrowIfNull(context);
        return JudgeNaming(context, resolution) ?? (resolution is { Required: true, Tenant: { } tenant } ? JudgeState(context, tenant) : null);
    }

    /// <summary>Whether the request names one tenant where it has to.</summary>
    /// <param name="context">The request; a refusal that waiting helps gets its <c>Retry-After</c>.</param>
    /// <param name="resolution">Where its identifiers lead.</param>
    public static ProblemHttpResult? JudgeNaming(HttpContext context, TenantResolution resolution)
    {
        ArgumentNullException.ThrowIfNull(context);
        return resolution switch
        {
            { Outcome: TenantResolutionOutcome.Conflicting, ByCredential: true } or { Required: false, SpelledDifferently: true, ByCredential: true } =>
                TenancyProblems.BoundCredential.With("The key or token belongs to one tenant, and the request names another. Leave the others out, or name the same one."),

            // An endpoint that works in no tenant has no use for two spellings, and would confirm to anybody that they belong together.
            { Outcome: TenantResolutionOutcome.Conflicting } or { Required: false, SpelledDifferently: true } =>
                TenancyProblems.Conflicting.With("All places of a request that name a tenant must lead to the same one. Name it once, or the same in each."),
            { Required: false } => null,
            { Outcome: TenantResolutionOutcome.None } =>
                TenancyProblems.NoTenant.With("Name the tenant in one of the places that this application reads, such as its host, the path /t/{tenant}/… or the header X-Tenant-Id."),
            { Outcome: TenantResolutionOutcome.Unreachable } => Unreachable(context),
            { Outcome: TenantResolutionOutcome.Unknown } => UnknownTenant(),
            _ => null,
        };
    }

    /// <summary>Whether the tenant is open.</summary>
    /// <param name="context">The request; a refusal that waiting helps gets its <c>Retry-After</c>.</param>
    /// <param name="tenant">The tenant.</param>
    public static ProblemHttpResult? JudgeState(HttpContext context, Tenant tenant)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(tenant);
        switch (tenant.Status)
        {
            case TenantStatus.Active or TenantStatus.Moving:
                return null;
            case TenantStatus.Suspended:
                return TenancyProblems.Suspended.With("The tenant is suspended and nothing of it is lost. The platform's operator can resume it.");
            case TenantStatus.Pending or TenantStatus.Creating or TenantStatus.Failed:
                context.Response.Headers.RetryAfter = "5";
                return TenancyProblems.Provisioning.With("The tenant's home is being made. Try again in a few seconds.");
            default:
                return DeletedTenant();
        }
    }

    /// <summary>
    /// The one answer for a tenant that does not exist and for one that the caller may not know of: without contact to the catalogue
    /// nobody can say that a tenant does not exist, so the other is answered alike.
    /// </summary>
    /// <param name="context">The request; a refusal that waiting helps gets its <c>Retry-After</c>.</param>
    /// <param name="resolution">Where its identifiers lead.</param>
    public static ProblemHttpResult UnknownTenant(HttpContext context, TenantResolution resolution)
    {
        ArgumentNullException.ThrowIfNull(context);
        return resolution.Contact is DirectoryContact.Connected && resolution.Outcome is not TenantResolutionOutcome.Unreachable ? UnknownTenant() : Unreachable(context);
    }

    /// <summary>The one answer for a tenant that does not exist and for one that the caller may not know of, where the catalogue itself was asked.</summary>
    public static ProblemHttpResult UnknownTenant() => TenancyProblems.Unknown.With("No tenant has this id, slug or host, or you are not a member of it.");

    /// <summary>The answer to its members for a tenant that is gone.</summary>
    public static ProblemHttpResult DeletedTenant() => TenancyProblems.Deleted.With("The tenant was deleted.");

    private static ProblemHttpResult Unreachable(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        return TenancyProblems.CatalogueUnreachable.With("Which tenant this is cannot be looked up at the moment. Nothing was done. Try again in a few seconds.");
    }
}
