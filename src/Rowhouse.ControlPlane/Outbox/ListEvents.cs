using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Outbox;

/// <summary>The events that wait or were set aside, in all tenants' homes and in the control database, page by page.</summary>
internal static class ListEvents
{
    private const string Waiting = "waiting";
    private const string Failed = "failed";

    /// <summary>The tenant is part of the order, since two may have an event of one id: what is copied keeps its ids.</summary>
    public static PageSorts<OutboxEntry> Sorts { get; } = new() { { "publishedAt", entry => ValueTuple.Create(entry.CreatedAt, entry.Id, entry.TenantId ?? Guid.Empty) } };

    public static void Map(RouteGroupBuilder events) =>
        events.MapGet("", HandleAsync)
            .WithName(nameof(ListEvents))
            .WithSummary("The events that were set aside, newest first, or with state=waiting those that wait, oldest first: of all tenants and of the platform. Sorted by publishedAt.")
            .WithProblems(TenancyProblems.Unknown, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<EventResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, EventOutbox outbox, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (!filter.TryReadState(out var waiting, out var problem))
        {
            return problem;
        }

        // What failed last says what is wrong now; of what waits, the oldest says what holds it up.
        if (!page.TryRead(Sorts, waiting ? "publishedAt" : "-publishedAt", out var order, out problem))
        {
            return problem;
        }

        Guid? whose = null;
        if (!string.IsNullOrEmpty(filter.Tenant))
        {
            var tenant = await db.TenantsNamed(filter.Tenant).Select(tenant => (TenantId?)tenant.Id).SingleOrDefaultAsync(cancellationToken);
            if (tenant is null)
            {
                return TenantStateAdmission.UnknownTenant();
            }

            whose = tenant.Value.Value;
        }

        IQueryable<OutboxEntry> Of(IQueryable<OutboxEntry> entries) => filter.Apply(entries, waiting, whose);
        var rows = order.Merge(await outbox.ReadAsync(entries => order.PageOfFiltered(Of(entries)), cancellationToken));
        var tenants = await ReadTenantsAsync(db, rows, cancellationToken);
        return TypedResults.Ok(order.ToPage(
            rows,
            entry => ToResponse(entry, tenants),
            order.Count ? await outbox.CountAsync(Of, cancellationToken) : null));
    }

    private static async Task<Dictionary<Guid, EventTenant>> ReadTenantsAsync(PlatformDbContext db, IReadOnlyList<OutboxEntry> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(entry => entry.TenantId).OfType<Guid>().Distinct().Select(id => new TenantId(id)).ToList();
        var tenants = await db.Tenants.AsNoTracking().Where(tenant => ids.Contains(tenant.Id)).Select(tenant => new { tenant.Id, tenant.Slug, tenant.Name }).ToListAsync(cancellationToken);
        return tenants.ToDictionary(tenant => tenant.Id.Value, tenant => new EventTenant(tenant.Id.Value, tenant.Slug.Value, tenant.Name));
    }

    private static EventResponse ToResponse(OutboxEntry entry, Dictionary<Guid, EventTenant> tenants) => new(
        entry.Id,
        entry.IsControl ? "platform" : "tenant",
        entry.TenantId is { } id ? tenants.GetValueOrDefault(id) ?? new(id, null, null) : null,
        entry.Kind,
        entry.FailedAt is null ? Waiting : Failed,
        entry.Attempts,
        entry.CreatedAt,
        entry.FailedAt is null ? entry.NotBefore : null,
        entry.FailedAt,
        entry.Error);

    internal readonly record struct Filter
    {
        [FromQuery(Name = "state"), Description("failed, which is the default, or waiting.")]
        public string? State { get; init; }

        [FromQuery(Name = "tenant"), Description("A tenant's id, slug or external id: its events, wherever they lie.")]
        public string? Tenant { get; init; }

        [FromQuery(Name = "kind"), Description("What happened, for example settings.changed.")]
        public string? Kind { get; init; }

        public bool TryReadState(out bool waiting, [NotNullWhen(false)] out ProblemHttpResult? problem)
        {
            waiting = State is Waiting;
            if (waiting || State is null or "" or Failed)
            {
                problem = null;
                return true;
            }

            var errors = new FieldErrors();
            errors.Add("state", $"A state is {Waiting} or {Failed}.");
            problem = errors.ToProblem();
            return false;
        }

        public IQueryable<OutboxEntry> Apply(IQueryable<OutboxEntry> entries, bool waiting, Guid? tenant)
        {
            entries = waiting ? entries.Where(entry => entry.FailedAt == null) : entries.Where(entry => entry.FailedAt != null);
            if (tenant is not null)
            {
                entries = entries.Where(entry => entry.TenantId == tenant);
            }

            var kind = Kind;
            return string.IsNullOrEmpty(kind) ? entries : entries.Where(entry => entry.Kind == kind);
        }
    }
}
