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
    private const string ByTime = "at";

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
        if (!page.TryRead([ByTime], "-" + ByTime, keys: 2, out var order, out var problem))
        {
            return problem;
        }

        entries = entries.AsNoTracking();
        var rows = await (
            from entry in After(entries, order).Take(order.Take)
            join person in db.People on entry.PersonId equals person.Id into people
            from person in people.DefaultIfEmpty()
            select new { entry, person }).ToListAsync(cancellationToken);

        // A join promises no order.
        rows = order.Descending
            ? [.. rows.OrderByDescending(row => row.entry.At).ThenByDescending(row => row.entry.Id)]
            : [.. rows.OrderBy(row => row.entry.At).ThenBy(row => row.entry.Id)];
        return TypedResults.Ok(order.ToPage(
            rows,
            row => new AuditEntryResponse(
                row.entry.Id,
                row.entry.At,
                row.person is null || Hides(row.entry) ? null : new(row.person.Id, row.person.Email, row.person.Name),
                row.entry.Action,
                row.entry.TenantId,
                row.entry.Subject,
                row.entry.Outcome is AuditOutcome.Done ? "done" : "refused",
                Hides(row.entry) ? null : row.entry.Address,
                row.entry.TraceId,
                row.entry.Details?.RootElement),
            row => [PageOrder.Key(row.entry.At), row.entry.Id.ToString()],
            order.Count ? await entries.LongCountAsync(cancellationToken) : null));

        // A tenant learns that it was named by somebody who is no member, but not who: that person belongs to others.
        bool Hides(AuditEntry entry) => !showsStrangers && entry.Action == AuditActions.TenantRefused;
    }

    private static IQueryable<AuditEntry> After(IQueryable<AuditEntry> entries, PageOrder order)
    {
        if (order.After is not null)
        {
            var at = order.AfterValue<DateTimeOffset>(0);
            var id = order.AfterValue<Guid>(1);
            entries = order.Descending
                ? entries.Where(entry => entry.At < at || (entry.At == at && entry.Id.CompareTo(id) < 0))
                : entries.Where(entry => entry.At > at || (entry.At == at && entry.Id.CompareTo(id) > 0));
        }

        return order.Descending
            ? entries.OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Id)
            : entries.OrderBy(entry => entry.At).ThenBy(entry => entry.Id);
    }
}
