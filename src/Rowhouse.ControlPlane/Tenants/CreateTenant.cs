using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Licenses;
using Rowhouse.ControlPlane.Members;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Makes a tenant, with its identifiers, subscriptions and first admin: in the shared store at once, or with an operation that makes its home.</summary>
internal sealed class CreateTenant(
    PlatformDbContext db,
    PostgresStore store,
    TenantHomes homes,
    TenantDirectory directory,
    TenantRules rules,
    LicenseRules licenseRules,
    Invitations invitations,
    KeyMaker keys,
    HomePlan homePlan,
    PlacementPolicy placements,
    OperationStarter operations,
    TenantProducts products,
    AuditTrail audit,
    TimeProvider clock)
{
    // Of those that ask for one name at once, one comes through at each attempt.
    private const int Attempts = 50;
    private const int MostNumbered = 1000;

    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("", (CreateTenantRequest request, CreateTenant create, HttpContext context, CancellationToken cancellationToken) =>
                create.HandleAsync(request, context, cancellationToken))
            .DisableValidation() // rules that need the database are told together with the annotations
            .RequireSuperAdmin()
            .WithPreferWait()
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .WithName(nameof(CreateTenant) + suffix)
            .WithSummary("Makes a tenant.")
            .WithProblems(ControlPlaneProblems.IdentifierTaken, ControlPlaneProblems.ProvisioningDisabled, ControlPlaneProblems.NoRoom);

    private async Task<Results<Created<TenantResponse>, Accepted<TenantResponse>, ProblemHttpResult>> HandleAsync(CreateTenantRequest request, HttpContext context, CancellationToken cancellationToken)
    {
        var result = await ExecuteAsync(request, cancellationToken);
        if (result.Tenant is not { } tenant)
        {
            return result.Problem!; // one of the two is there
        }

        EntityTag.Set(context.Response, tenant.Version);
        return result.Operation is { } operation
            ? TypedResults.Accepted($"/api/operations/{operation}", tenant)
            : TypedResults.Created($"/api/tenants/{tenant.Id}", tenant);
    }

    /// <summary>Makes the tenant. Of two that ask for the same name or the last place of a store at once one gets it: the database decides, and the other looks again.</summary>
    public async Task<MadeTenant> ExecuteAsync(CreateTenantRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            try
            {
                if (await TryAsync(request, cancellationToken) is { } made)
                {
                    return made;
                }

                if (attempt == Attempts)
                {
                    return ControlPlaneProblems.NoRoom.With("Many tenants that ask for the last places are being made at once. Try again.");
                }
            }
            catch (DbUpdateException exception) when (exception.IsUniqueViolation())
            {
                // Look again: what was free a moment ago is taken now, and is named as such.
                if (attempt == Attempts)
                {
                    return ControlPlaneProblems.IdentifierTaken.With("Many tenants that ask for this name are being made at once. Try again, or give a slug.");
                }
            }
        }
    }

    // Null where others have taken the place meanwhile.
    private async Task<MadeTenant?> TryAsync(CreateTenantRequest request, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var plan = rules.Read(request, errors);
        await licenseRules.CheckAsync(request.Licenses ?? [], errors, cancellationToken);
        var (place, noPlace) = await placements.ChooseAsync(plan.IsPrivate ? PlacementKind.Dedicated : PlacementKind.Shared, plan.Store, plan.Region, errors, cancellationToken);
        var taken = new FieldErrors();
        var slug = await FindTakenAsync(plan, taken, cancellationToken);
        if (!errors.IsEmpty || slug is null && taken.IsEmpty)
        {
            foreach (var (field, messages) in taken.ToDictionary())
            {
                errors.Add(field, messages[0]);
            }

            return errors.ToProblem();
        }

        if (slug is not { } free)
        {
            return ControlPlaneProblems.IdentifierTaken.With("Another tenant has a name that this one asks for.", taken.ToDictionary());
        }

        if (place is null)
        {
            return noPlace!; // nothing is wrong with the request, so one of the two is there
        }

        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        if (!await placements.HoldAsync(place, cancellationToken))
        {
            return null;
        }

        var id = TenantId.New(clock);
        var key = keys.MakeFirst(id);
        var home = plan.IsPrivate ? await homePlan.PlanAsync(db, id, key, place, cancellationToken) : null;
        var tenant = Register(plan, id, free, place, home?.Home);
        db.Licenses.AddRange((request.Licenses ?? []).Select(license => License.Of(license, tenant.Id, clock.GetUtcNow())));
        db.TenantKeys.Add(key);

        // Whoever runs the platform speaks here, and vouches for the address.
        MemberResponse? admin = null;
        if (request.Admin is { } first)
        {
            var (member, link) = invitations.Add(tenant.Id, first.Email, first.Name, Role.Admin, vouched: true);
            admin = member.ToResponse(link);
        }

        audit.Add(AuditActions.TenantCreated, tenant.Id, free.Value, details: new { plan.Facts.Name, plan.ExternalIds, plan.Products, Plan = plan.PlanName, Licenses = request.Licenses?.Count ?? 0 });
        var operation = await SaveAsync(tenant, home, cancellationToken);

        // In this order: whoever works on the products enters the tenant.
        db.AfterCommit(() => directory.Apply(tenant.ToEntry()));
        operations.Wake();
        await transaction.CommitAsync(cancellationToken);
        return new(tenant.ToResponse(admin, withAccount: true), Operation: operation);
    }

    /// <summary>The slug to use, free at the moment; none where it or an external id is taken, which <paramref name="taken"/> then names.</summary>
    private async Task<Slug?> FindTakenAsync(TenantPlan plan, FieldErrors taken, CancellationToken cancellationToken)
    {
        if (await db.IsMasterAccountTakenAsync(plan.Facts.Account, but: null, cancellationToken))
        {
            taken.Add("masterAccountName", AccountRules.MasterAccountTaken(plan.Facts.Account));
        }

        var wanted = plan.ExternalIds.ToList();
        if (plan.Slug is { } slug)
        {
            wanted.Add(slug.Value);
        }

        var found = await db.Identifiers.AsNoTracking()
            .Where(identifier => identifier.Kind == IdentifierKind.Name && wanted.Contains(identifier.Value))
            .Select(identifier => identifier.Value)
            .ToListAsync(cancellationToken);
        foreach (var (index, externalId) in plan.ExternalIds.Index())
        {
            if (found.Contains(externalId))
            {
                taken.Add($"externalIds[{index}]", $"'{externalId}' leads to a tenant already.");
            }
        }

        if (plan.Slug is not { } asked || !found.Contains(asked.Value))
        {
            return taken.IsEmpty ? plan.Slug : null;
        }

        if (plan.SlugIsGiven)
        {
            taken.Add("slug", $"'{asked}' leads to a tenant already.");
            return null;
        }

        if (!taken.IsEmpty)
        {
            return null;
        }

        var numbered = await NumberAsync(asked, cancellationToken);
        if (numbered is null)
        {
            taken.Add("slug", $"'{asked}' and all of its numbers lead to tenants already. Give a slug.");
        }

        return numbered;
    }

    // A home is in another database. Its tenant is in the control database before, so that one whose names are taken gets none. In the shared store
    // it is opened before the tenant is seen: whatever ends this half-way, no tenant is without a home.
    private async Task<Guid?> SaveAsync(RegisteredTenant tenant, PlannedHome? home, CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        if (home is null)
        {
            await homes.OpenAsync(tenant.Id, tenant.Generation, cancellationToken);
            return null;
        }

        db.Homes.Add(home.Home);
        var operation = operations.Add(Provision.Plan, tenant.Id, new(home.Home.Name, tenant.Store, tenant.Generation), first: home.IsMade ? Provision.Open : null);
        await db.SaveChangesAsync(cancellationToken);
        return operation.Id;
    }

    private async Task<Slug?> NumberAsync(Slug slug, CancellationToken cancellationToken)
    {
        var numbered = Enumerable.Range(2, MostNumbered).Select(number => string.Create(CultureInfo.InvariantCulture, $"{slug}-{number}")).ToList();
        var taken = await db.Identifiers.AsNoTracking()
            .Where(identifier => identifier.Kind == IdentifierKind.Name && numbered.Contains(identifier.Value))
            .Select(identifier => identifier.Value)
            .ToListAsync(cancellationToken);
        return numbered.Except(taken, StringComparer.Ordinal).Select(text => Slug.Parse(text, CultureInfo.InvariantCulture)).Cast<Slug?>().FirstOrDefault(free => !rules.IsReserved(free!.Value));
    }

    private RegisteredTenant Register(TenantPlan plan, TenantId id, Slug slug, string place, Home? home)
    {
        var now = clock.GetUtcNow();
        var tenant = new RegisteredTenant
        {
            Id = id,
            Slug = slug,
            PlacementKind = home is null ? PlacementKind.Shared : PlacementKind.Dedicated,
            Store = place,
            Database = home?.Name ?? new NpgsqlConnectionStringBuilder(store.Connections.Application).Database ?? "",
            Plan = plan.PlanName,
            CreatedAt = now,
            MembersChangedAt = now,
            Subscriptions = [.. plan.Products.Select(product => new Subscription { TenantId = id, Product = product, Since = now })],
            Identifiers =
            [
                Lead(id.ToString(), IdentifierOrigin.Id),
                Lead(slug.Value, plan.ExternalIds.Contains(slug.Value) ? IdentifierOrigin.SlugAndGiven : IdentifierOrigin.Slug),
                .. plan.ExternalIds.Where(externalId => externalId != slug.Value).Select(externalId => Lead(externalId, IdentifierOrigin.Given)),
            ],
        };
        tenant.Describe(plan.Facts);
        if (home is not null)
        {
            tenant.AwaitHome();
        }

        db.Tenants.Add(tenant);
        products.Begin(db, tenant);
        return tenant;

        TenantIdentifier Lead(string value, IdentifierOrigin origin) => new() { Kind = IdentifierKind.Name, Value = value, TenantId = id, Origin = origin };
    }
}

/// <summary>What has become of a request for a tenant.</summary>
/// <param name="Tenant">The tenant; none where it was refused.</param>
/// <param name="Problem">Why it was.</param>
/// <param name="Operation">The operation that makes its home, where it gets one of its own.</param>
internal sealed record MadeTenant(TenantResponse? Tenant, ProblemHttpResult? Problem = null, Guid? Operation = null)
{
    public static implicit operator MadeTenant(ProblemHttpResult problem) => new(Tenant: null, problem);
}
