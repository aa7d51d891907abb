using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Licenses;
using Rowhouse.ControlPlane.Members;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Makes a tenant in the shared home, with its identifiers, subscriptions and first admin.</summary>
internal sealed class CreateTenant(
    PlatformDbContext db,
    PostgresStore store,
    TenantHomes homes,
    TenantDirectory directory,
    TenantRules rules,
    LicenseRules licenseRules,
    Invitations invitations,
    KeyMaker keys,
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
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .WithName(nameof(CreateTenant) + suffix)
            .WithSummary("Makes a tenant.")
            .WithProblems(ControlPlaneProblems.IdentifierTaken, ControlPlaneProblems.PrivateUnavailable);

    private async Task<Results<Created<TenantResponse>, ProblemHttpResult>> HandleAsync(CreateTenantRequest request, HttpContext context, CancellationToken cancellationToken)
    {
        var result = await ExecuteAsync(request, cancellationToken);
        if (result.Tenant is not { } tenant)
        {
            return result.Problem!; // one of the two is there
        }

        EntityTag.Set(context.Response, tenant.Version);
        return TypedResults.Created($"/api/tenants/{tenant.Id}", tenant);
    }

    /// <summary>Makes the tenant. Of two that ask for the same name at once one gets it: the store decides, and the other looks again.</summary>
    public async Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> ExecuteAsync(CreateTenantRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            try
            {
                return await TryAsync(request, cancellationToken);
            }
            catch (DbUpdateException exception) when (exception.IsUniqueViolation())
            {
                // Look again: what was free a moment ago is taken now, and is named as such.
                if (attempt == Attempts)
                {
                    return (null, ControlPlaneProblems.IdentifierTaken.With("Many tenants that ask for this name are being made at once. Try again, or give a slug."));
                }
            }
        }
    }

    private async Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> TryAsync(CreateTenantRequest request, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var plan = rules.Read(request, errors);
        await licenseRules.CheckAsync(request.Licenses ?? [], errors, cancellationToken);
        var taken = new FieldErrors();
        var slug = await FindTakenAsync(plan, taken, cancellationToken);
        if (!errors.IsEmpty || slug is null && taken.IsEmpty)
        {
            foreach (var (field, messages) in taken.ToDictionary())
            {
                errors.Add(field, messages[0]);
            }

            return (null, errors.ToProblem());
        }

        if (slug is not { } free)
        {
            return (null, ControlPlaneProblems.IdentifierTaken.With("Another tenant has a name that this one asks for.", taken.ToDictionary()));
        }

        if (plan.IsPrivate)
        {
            return (null, ControlPlaneProblems.PrivateUnavailable.With("This installation has only the shared home. Ask for cloudType public, or leave it out."));
        }

        var tenant = Register(plan, free);
        db.Licenses.AddRange((request.Licenses ?? []).Select(license => License.Of(license, tenant.Id, clock.GetUtcNow())));
        db.TenantKeys.Add(keys.MakeFirst(tenant.Id));

        // Whoever runs the platform speaks here, and vouches for the address.
        MemberResponse? admin = null;
        if (request.Admin is { } first)
        {
            var (member, link) = invitations.Add(tenant.Id, first.Email, first.Name, Role.Admin, vouched: true);
            admin = member.ToResponse(link);
        }

        audit.Add(AuditActions.TenantCreated, tenant.Id, free.Value, details: new { plan.Facts.Name, plan.ExternalIds, plan.Products, Plan = plan.PlanName, Licenses = request.Licenses?.Count ?? 0 });
        await SaveAsync(tenant, cancellationToken);
        db.AfterCommit(() => directory.Apply(tenant.ToEntry()));
        return (tenant.ToResponse(admin, withAccount: true), null);
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

    // The home is in another database. Its tenant is in the control database before, so that one whose names are taken gets
    // none, and seen there only after: whatever ends this half-way, no tenant is without a home.
    private async Task SaveAsync(RegisteredTenant tenant, CancellationToken cancellationToken)
    {
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await homes.OpenAsync(tenant.Id, tenant.Generation, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
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

    private RegisteredTenant Register(TenantPlan plan, Slug slug)
    {
        var now = clock.GetUtcNow();
        var id = TenantId.New(clock);
        var tenant = new RegisteredTenant
        {
            Id = id,
            Slug = slug,
            Database = new NpgsqlConnectionStringBuilder(store.Connections.Application).Database ?? "",
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
        db.Tenants.Add(tenant);
        return tenant;

        TenantIdentifier Lead(string value, IdentifierOrigin origin) => new() { Kind = IdentifierKind.Name, Value = value, TenantId = id, Origin = origin };
    }
}
