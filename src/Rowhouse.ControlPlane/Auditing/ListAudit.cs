using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Auditing;

/// <summary>What was recorded: a tenant's own entries for its admins, all of them for those who run the platform.</summary>
internal static class ListAudit
{
    public static PageSorts<AuditEntry> Sorts { get; } = new() { { "at", entry => ValueTuple.Create(entry.At, entry.Id) } };

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/audit", (
                [AsParameters] PageQuery page, [FromQuery(Name = "action"), Description("An act, for example member.joined.")] string? action, PlatformDbContext db, TenantScope scope, CancellationToken cancellationToken) =>
            {
                var tenant = scope.Tenant.Id.Value;
                return ReadAsync(page, Of(action, db.Audit.Where(entry => entry.TenantId == tenant)), db, showsStrangers: false, cancellationToken);
            })
            .RequirePermission(PlatformPermissions.ReadAudit)
            .WithName("ListAudit")
            .WithTags("Audit")
            .WithSummary("What was done in the tenant, newest first.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);
        endpoints.MapGet("/api/platform/audit", (
                [AsParameters] PageQuery page, [FromQuery(Name = "action"), Description("An act, for example session.refused.")] string? action, PlatformDbContext db, CancellationToken cancellationToken) =>
                ReadAsync(page, Of(action, db.Audit), db, showsStrangers: true, cancellationToken))
            .WithoutTenant()
            .RequireSuperAdmin()
            .WithName("ListPlatformAudit")
            .WithTags("Audit")
            .WithSummary("What was done on the platform and in all tenants, newest first.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);
    }

    private static IQueryable<AuditEntry> Of(string? action, IQueryable<AuditEntry> entries) =>
        string.IsNullOrEmpty(action) ? entries : entries.Where(entry => entry.Action == action);

    private static async Task<Results<Ok<Page<AuditEntryResponse>>, ProblemHttpResult>> ReadAsync(
        PageQuery page, IQueryable<AuditEntry> entries, PlatformDbContext db, bool showsStrangers, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "-at", out var order, out var problem))
        {
            return problem;
        }

        entries = entries.AsNoTracking();
        var rows = await order.PageOfFiltered(entries).ToListAsync(cancellationToken);
        var named = rows.Where(entry => !Hides(entry)).Select(entry => entry.PersonId).OfType<Guid>().ToHashSet();
        var people = await db.People.AsNoTracking().Where(person => named.Contains(person.Id)).ToDictionaryAsync(person => person.Id, cancellationToken);
        return TypedResults.Ok(order.ToPage(
            rows,
            entry => new AuditEntryResponse(
                entry.Id,
                entry.At,
                !Hides(entry) && entry.PersonId is { } id && people.TryGetValue(id, out var person) ? new(person.Id, person.Email, person.Name) : null,
                entry.Action,
                entry.TenantId,
                entry.Subject,
                entry.Outcome is AuditOutcome.Done ? "done" : "refused",
                Hides(entry) ? null : entry.Address,
                entry.TraceId,
                entry.Details?.RootElement),
            order.Count ? await entries.LongCountAsync(cancellationToken) : null));

        // A tenant learns that it was named by somebody who is no member, but not who: that person belongs to others.
        bool Hides(AuditEntry entry) => !showsStrangers && entry.Action == AuditActions.TenantRefused;
    }
}
