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
internal sealed class PlatformAdmission(Caller caller) : ITenantAdmission
{
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
        if (resolution.Outcome is TenantResolutionOutcome.Conflicting || (!mayKnow && resolution is { Tenant: not null, SpelledDifferently: true }))
        {
            // Nobody's attempts are not written down: they would fill the table for free.
            if (signedIn is not null)
            {
                await RecordAsync(context, AuditActions.TenantRefused, signedIn, resolution.Tenant?.Id, AuditOutcome.Refused, cancellationToken);
            }

            return TenantStateAdmission.JudgeNaming(resolution with { Outcome = TenantResolutionOutcome.Conflicting, Tenant = null });
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

        if (TenantStateAdmission.JudgeNaming(resolution) is { } misnamed)
        {
            return misnamed;
        }

        // Found, or the naming would have been refused.
        var tenant = resolution.Tenant!;
        if (!mayKnow)
        {
            await RecordAsync(context, AuditActions.TenantRefused, signedIn, tenant.Id, AuditOutcome.Refused, cancellationToken);
            return TenantStateAdmission.UnknownTenant();
        }

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

    // Its own unit of work: the entry is kept whatever becomes of the request.
    private static async Task RecordAsync(HttpContext context, string action, SignedIn signedIn, TenantId? tenant, AuditOutcome outcome, CancellationToken cancellationToken)
    {
        var services = context.RequestServices;
        services.GetRequiredService<AuditTrail>().Add(action, tenant, $"{context.Request.Method} {context.Request.Path}", outcome, signedIn.PersonId);
        await services.GetRequiredService<PlatformDbContext>().SaveChangesAsync(cancellationToken);
    }

    private static bool IsChange(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
}
