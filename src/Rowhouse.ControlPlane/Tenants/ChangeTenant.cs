using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Changes what a tenant says of itself. What it would become is checked as a whole.</summary>
internal sealed class ChangeTenant(PlatformDbContext db, TenantChange tenants, TenantRules rules, IOptions<JsonOptions> json)
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPatch("/{idOrSlug}", (string idOrSlug, ChangeTenant change, HttpContext context, CancellationToken cancellationToken) =>
                change.HandleAsync(idOrSlug, context, cancellationToken))
            .Accepts<ChangeTenantRequest>("application/merge-patch+json", "application/json")
            .RequireSuperAdmin()
            .WithName(nameof(ChangeTenant) + suffix)
            .WithSummary("Changes a tenant: fields that are absent stay, null takes away or goes back to what is usual here (RFC 7396).")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, ControlPlaneProblems.IdentifierTaken, RequestProblems.ChangedMeanwhile, RequestProblems.Invalid, RequestProblems.Malformed);

    private async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> HandleAsync(string idOrSlug, HttpContext context, CancellationToken cancellationToken)
    {
        // Read here, not bound: the document then shows the fields of a tenant instead of any JSON.
        var patch = await MergePatch.ReadAsync(context.Request, cancellationToken);
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return RequestProblems.Malformed.With("A change is a JSON object with the fields to change.");
        }

        var (tenant, problem) = await tenants.ApplyAsync(
            idOrSlug, context, AuditActions.TenantChanged, subject: null, tenant => tenant.ToRequest(), tenant => ChangeAsync(tenant, patch, cancellationToken), cancellationToken);
        return problem is null ? TypedResults.Ok(tenant) : problem;
    }

    private async Task<ProblemHttpResult?> ChangeAsync(RegisteredTenant tenant, JsonElement patch, CancellationToken cancellationToken)
    {
        var unknown = MergePatch.Unknown<ChangeTenantRequest>(patch, json.Value.SerializerOptions);
        if (unknown.ContainsKey("slug"))
        {
            unknown["slug"] = ["A slug never changes."];
        }

        if (unknown.Count > 0)
        {
            return RequestProblems.Invalid.With("The change names fields that cannot be changed here.", unknown);
        }

        var request = MergePatch.Over(tenant.ToRequest(), patch, json.Value.SerializerOptions, out var changes);
        if (!changes)
        {
            return null;
        }

        var errors = new FieldErrors();
        var facts = rules.Read(request, tenant.PlacementKind is PlacementKind.Dedicated, errors);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        if (await db.IsMasterAccountTakenAsync(facts.Account, tenant.Id, cancellationToken))
        {
            errors.Add("masterAccountName", AccountRules.MasterAccountTaken(facts.Account));
            return ControlPlaneProblems.IdentifierTaken.With("Another tenant has a name that this one asks for.", errors.ToDictionary());
        }

        tenant.Describe(facts);

        // A space at the end of a name changes nothing.
        if (db.Entry(tenant).State is EntityState.Modified)
        {
            tenant.Touch();
        }

        return null;
    }
}
