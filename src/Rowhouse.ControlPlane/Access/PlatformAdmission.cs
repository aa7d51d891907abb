using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Access;

/// <summary>
/// Who may go on. The order of refusals is part of the promise: nobody signed in, whatever is named; identifiers that disagree;
/// no such tenant, with the same answer for those who may not know of it; a tenant that is not open; a product it does not
/// have; a role that does not allow it.
/// </summary>
internal sealed class PlatformAdmission(Caller caller, RefusalLimit limit, SessionReader sessions) : ITenantAdmission
{
    /// <summary>A path may have thousands of characters; this many say where somebody was.</summary>
    private const int LongestSubject = 200;

    public async ValueTask<ProblemHttpResult?> AdmitAsync(HttpContext context, TenantResolution resolution, CancellationToken cancellationToken)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var anonymous = metadata?.GetMetadata<IAllowAnonymous>() is not null;
        var signedIn = SignedIn.Of(context);
        if (signedIn is null && !anonymous)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return AccessProblems.SignInRequired.With("Nobody is signed in, or the session has ended. Sign in by POST /api/session.");
        }

        if (signedIn is { ByCookie: true } && !anonymous && IsChange(context.Request) && !SessionCookie.IsFromConsole(context.Request))
        {
            return AccessProblems.CrossSite.With("A change by cookie needs the header X-Rowhouse-Request: 1 and an Origin that is this server. Programs use a token: Authorization: Bearer.");
        }

        var role = resolution.Tenant is { } named ? signedIn?.RoleIn(named.Id) : null;
        var mayKnow = role is not null || signedIn is { SuperAdmin: true };
        if (signedIn is not null && resolution.Required && (resolution.Outcome is TenantResolutionOutcome.Unreachable || (!mayKnow && resolution.Contact is not DirectoryContact.Connected)))
        {
            // Whatever is named, and nothing is written down: the audit is beside the catalogue.
            return TenantStateAdmission.UnknownTenant(context, resolution);
        }

        if (resolution.Outcome is TenantResolutionOutcome.Conflicting || (resolution.SpelledDifferently && (!resolution.Required || (!mayKnow && resolution.Tenant is not null))))
        {
            // Nobody's attempts are not written down: they would fill the table for free.
            var conflict = TenantStateAdmission.JudgeNaming(context, resolution with { Outcome = TenantResolutionOutcome.Conflicting, Tenant = null });
            return signedIn is null ? conflict : await RefuseAsync(context, signedIn, resolution.Tenant, conflict, cancellationToken);
        }

        if (signedIn is null)
        {
            return TenantStateAdmission.Judge(context, resolution);
        }

        if (!resolution.Required)
        {
            caller.Identify(signedIn.PersonId, role: null, signedIn.SuperAdmin);
            return metadata?.GetMetadata<SuperAdminMetadata>() is not null && !signedIn.SuperAdmin
                ? AccessProblems.NotAllowed.With("Only those who run the platform may do this.")
                : null;
        }

        if (resolution.Outcome is TenantResolutionOutcome.Unknown || (resolution.Tenant is not null && !mayKnow))
        {
            return await RefuseAsync(context, signedIn, resolution.Tenant, TenantStateAdmission.UnknownTenant(), cancellationToken);
        }

        if (TenantStateAdmission.JudgeNaming(context, resolution) is { } misnamed)
        {
            return misnamed;
        }

        // Found, or the naming would have been refused.
        var tenant = resolution.Tenant!;

        // A member acts with the member's role, also one who runs the platform: those rights do not count on top of it.
        caller.Identify(signedIn.PersonId, role ?? Role.Admin, superAdmin: signedIn.SuperAdmin && role is null);
        if (Judge(context, tenant, metadata) is { } refusal)
        {
            return refusal;
        }

        if (signedIn.SuperAdmin)
        {
            await RecordAsync(context, AuditActions.StaffEntered, signedIn, tenant.Id, AuditOutcome.Done, cancellationToken);
        }

        return null;
    }

    public async ValueTask<ProblemHttpResult?> AdmitBodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (SignedIn.Of(context) is not { } before || metadata?.GetMetadata<IAllowAnonymous>() is not null)
        {
            return null;
        }

        if (await sessions.FindAsync(before.Session, cancellationToken) is not { } now)
        {
            return AccessProblems.SignInRequired.With("The session ended while the request was being sent; nothing was done. Sign in by POST /api/session.");
        }

        var tenant = await TenantStateAdmission.TenantNowAsync(context, cancellationToken);
        if (now.SuperAdmin != before.SuperAdmin || (tenant is not null && now.RoleIn(tenant.Id) != before.RoleIn(tenant.Id)))
        {
            return AccessProblems.NotAllowed.With("Your rights changed while the request was being sent; nothing was done. Send it again.");
        }

        return tenant is null ? null : Judge(context, tenant, metadata);
    }

    private ProblemHttpResult? Judge(HttpContext context, Tenant tenant, EndpointMetadataCollection? metadata)
    {
        if (TenantStateAdmission.JudgeState(context, tenant) is { } closed)
        {
            return closed;
        }

        foreach (var product in metadata?.GetOrderedMetadata<ProductMetadata>() ?? [])
        {
            if (!tenant.Products.Contains(product.Product))
            {
                return AccessProblems.NotSubscribed.With($"The tenant does not subscribe to {product.Product}. The platform's operator can add it.");
            }
        }

        foreach (var needed in metadata?.GetOrderedMetadata<PermissionMetadata>() ?? [])
        {
            if (!caller.Can(needed.Permission))
            {
                return AccessProblems.NotAllowed.With($"This needs the permission {needed.Permission.Name}, which your role does not have. An admin of the tenant can change your role.");
            }
        }

        return null;
    }

    /// <summary>Refuses a tenant that is not the caller's. Does the same whether it exists or not.</summary>
    private async Task<ProblemHttpResult?> RefuseAsync(HttpContext context, SignedIn signedIn, Tenant? tenant, ProblemHttpResult? refusal, CancellationToken cancellationToken)
    {
        if (!limit.Take(signedIn.PersonId))
        {
            return RequestProblems.ComeAgain(context.Response, seconds: 10, "You have named tenants that are not yours very often just now. Wait as long as Retry-After says.");
        }

        await RecordAsync(context, AuditActions.TenantRefused, signedIn, tenant?.Id, AuditOutcome.Refused, cancellationToken);
        return refusal;
    }

    // Its own unit of work: the entry is kept whatever becomes of the request.
    private static async Task RecordAsync(HttpContext context, string action, SignedIn signedIn, TenantId? tenant, AuditOutcome outcome, CancellationToken cancellationToken)
    {
        var services = context.RequestServices;
        var subject = $"{context.Request.Method} {context.Request.Path}";
        services.GetRequiredService<AuditTrail>().Add(action, tenant, subject[..Math.Min(subject.Length, LongestSubject)], outcome, signedIn.PersonId);
        await services.GetRequiredService<PlatformDbContext>().SaveChangesAsync(cancellationToken);
    }

    private static bool IsChange(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
}
