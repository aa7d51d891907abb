using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.Plans;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>The tenants of the platform, page by page.</summary>
internal static class ListTenants
{
    public static PageSorts<RegisteredTenant> Sorts { get; } = new()
    {
        { "name", tenant => ValueTuple.Create(tenant.NameKey, tenant.Id) },
        { "slug", tenant => ValueTuple.Create(tenant.Slug, tenant.Id) },
        { "createdAt", tenant => ValueTuple.Create(tenant.CreatedAt, tenant.Id) },
    };

    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapGet("", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(ListTenants) + suffix)
            .WithSummary("The tenants of the platform. Sorted by name, slug or createdAt.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<TenantResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, HttpContext context, PlatformDbContext db, StoreNames stores, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "name", out var order, out var problem))
        {
            return problem;
        }

        if (!filter.TryApply(db.Tenants.AsNoTracking(), context, out var tenants, out problem))
        {
            return problem;
        }

        if (filter.Store is { Length: > 0 } store)
        {
            if (await stores.ExplainAsync(store, cancellationToken) is { } wrong)
            {
                var errors = new FieldErrors();
                errors.Add("store", wrong);
                return errors.ToProblem();
            }

            tenants = tenants.Where(tenant => tenant.Store == store);
        }

        var rows = await order.PageOfFiltered(tenants)
            .Include(tenant => tenant.Identifiers)
            .Include(tenant => tenant.Subscriptions)
            .Include(tenant => tenant.Products.Where(product => product.State == ProductState.PendingCredentials))
            .AsSplitQuery()
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(
            rows,
            tenant => tenant.ToResponse(withAccount: true),
            order.Count ? await tenants.LongCountAsync(cancellationToken) : null));
    }

    internal readonly record struct Filter
    {
        [FromQuery(Name = "search"), Description("Part of the name, slug or an external id.")]
        public string? Search { get; init; }

        [FromQuery(Name = "status"), Description("A state, for example suspended.")]
        public string? Status { get; init; }

        [FromQuery(Name = "plan"), Description("The plan of its products, for example starter.")]
        public string? Plan { get; init; }

        [FromQuery(Name = "product"), Description("A product that the tenant subscribes to.")]
        public string? Product { get; init; }

        [FromQuery(Name = "store"), Description("The store in which it lives, or lived until it was purged.")]
        public string? Store { get; init; }

        public bool TryApply(IQueryable<RegisteredTenant> all, HttpContext context, out IQueryable<RegisteredTenant> tenants, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out ProblemHttpResult? problem)
        {
            tenants = all;
            problem = null;
            if (!string.IsNullOrWhiteSpace(Search))
            {
                var pattern = $"%{Escape(Search.Trim().ToLowerInvariant())}%";
                tenants = tenants.Where(tenant => EF.Functions.Like(tenant.NameKey, pattern, "\\")
                    || tenant.Identifiers.Any(identifier => EF.Functions.Like(identifier.Value, pattern, "\\")));
            }

            if (!string.IsNullOrEmpty(Product))
            {
                var product = Product;
                tenants = tenants.Where(tenant => tenant.Subscriptions.Any(subscription => subscription.Product == product));
            }

            if (!string.IsNullOrEmpty(Plan))
            {
                if (PlanCatalogue.Explain(Plan) is { } wrong)
                {
                    var errors = new FieldErrors();
                    errors.Add("plan", wrong);
                    problem = errors.ToProblem();
                    return false;
                }

                var plan = Plan;
                tenants = tenants.Where(tenant => tenant.Plan == plan);
            }

            if (!string.IsNullOrEmpty(Status))
            {
                if (!Enum.TryParse<TenantStatus>(Status, ignoreCase: true, out var status) || !Status.All(char.IsAsciiLetter))
                {
                    var errors = new FieldErrors();
                    errors.Add("status", $"A status is one of {string.Join(", ", Enum.GetValues<TenantStatus>().Select(TenantWords.Of))}.");
                    problem = errors.ToProblem();
                    return false;
                }

                tenants = tenants.ShownAs(status, context);
            }

            return true;
        }

        private static string Escape(string text) =>
            text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
    }
}
