using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Subscribes a tenant to a product.</summary>
internal static class Subscribe
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/subscriptions", HandleAsync)
            .RequireSuperAdmin()
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .WithName(nameof(Subscribe) + suffix)
            .WithSummary("Subscribes a tenant to a product.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, ControlPlaneProblems.AlreadySubscribed, RequestProblems.ChangedMeanwhile);

    private static async Task<Results<Created<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug,
        SubscribeRequest request,
        HttpContext context,
        PlatformDbContext db,
        TenantChange tenants,
        TenantProducts products,
        OperationStarter operations,
        IEnumerable<Module> modules,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (!modules.Any(module => module.Info.Name == request.Product))
        {
            var errors = new FieldErrors();
            errors.Add("product", $"There is no such product. This installation has {string.Join(", ", modules.Select(module => module.Info.Name))}.");
            return errors.ToProblem();
        }

        var (tenant, problem) = await tenants.ApplyAsync(
            idOrSlug,
            context,
            AuditActions.Subscribed,
            request.Product,
            tenant =>
            {
                if (!tenant.Subscribe(request.Product, clock.GetUtcNow()))
                {
                    return ControlPlaneProblems.AlreadySubscribed.With($"The tenant subscribes to {request.Product} already.");
                }

                products.Begin(db, tenant);
                return null;
            },
            cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        operations.Wake();
        return TypedResults.Created($"/api/tenants/{tenant!.Id}", tenant); // there is no problem, so it is there
    }
}
