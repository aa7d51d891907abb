using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Members;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Demo;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Demo;

/// <summary>Keeps two demo tenants with a person of each role and whatever the products show. What is there already is left as it is.</summary>
internal sealed partial class DemoTenants(
    IServiceScopeFactory scopes,
    ITenantScopes tenants,
    IEnumerable<Module> modules,
    ControlPlaneOptions options,
    FirstPassword firstPassword,
    ILogger<DemoTenants> logger) : IHostedService
{
    private static readonly (string Slug, string Name)[] Tenants = [("smith", "Smith Cards"), ("harbor", "Harbor City Collectors")];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Demo)
        {
            return;
        }

        foreach (var (slug, name) in Tenants)
        {
            if (await MakeAsync(slug, name, cancellationToken) is not { } demo)
            {
                continue;
            }

            await using var entered = await tenants.EnterAsync(demo.Tenant, cancellationToken);
            foreach (var data in entered.Get<IEnumerable<IDemoData>>())
            {
                await data.SeedAsync(new(entered.Tenant, demo.People), cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<(TenantId Tenant, IReadOnlyList<DemoPerson> People)?> MakeAsync(string slug, string name, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        if (await db.FindTenantAsync(slug, cancellationToken) is { } known)
        {
            if (known.Status is not TenantStatus.Active)
            {
                LeftAlone(logger, slug, known.Status);
                return null;
            }

            return (known.Id, await PeopleAsync(scope.ServiceProvider, db, known.Id, slug, cancellationToken));
        }

        var request = new CreateTenantRequest { Name = name, Slug = slug, Products = [.. modules.Select(module => module.Info.Name)] };
        var (made, problem) = await scope.ServiceProvider.GetRequiredService<CreateTenant>().ExecuteAsync(request, cancellationToken);
        if (made is null)
        {
            throw new InvalidOperationException($"The demo tenant {slug} cannot be made: {problem?.ProblemDetails.Detail}");
        }

        var id = new TenantId(made.Id);
        Made(logger, slug);
        return (id, await PeopleAsync(scope.ServiceProvider, db, id, slug, cancellationToken));
    }

    private async Task<IReadOnlyList<DemoPerson>> PeopleAsync(IServiceProvider services, PlatformDbContext db, TenantId tenant, string slug, CancellationToken cancellationToken)
    {
        if (await PeopleOfAsync(db, tenant, cancellationToken) is { Count: > 0 } people)
        {
            return people;
        }

        await AddPeopleAsync(services, db, tenant, slug, cancellationToken);
        return await PeopleOfAsync(db, tenant, cancellationToken);
    }

    private async Task AddPeopleAsync(IServiceProvider services, PlatformDbContext db, TenantId tenant, string slug, CancellationToken cancellationToken)
    {
        var password = options.AdminPassword ?? firstPassword.Read();
        if (password is null)
        {
            NoPeople(logger, slug);
            return;
        }

        var book = services.GetRequiredService<PersonBook>();
        foreach (var role in Enum.GetValues<Role>().Reverse())
        {
            var email = $"{RoleWords.Of(role)}@{slug}.localhost";
            if (await book.FindAsync(email, cancellationToken) is { } person)
            {
                book.Join(person, tenant, role, isNew: false);
                continue;
            }

            var (made, result) = await book.MakeAsync(email, $"{char.ToUpperInvariant(slug[0])}{slug[1..]} {RoleWords.Of(role)}", password);
            if (!result.Succeeded)
            {
                throw new InvalidOperationException($"The demo person {email} cannot be made: {string.Join(' ', result.Errors.Select(error => error.Description))}");
            }

            book.Join(made, tenant, role, isNew: true);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<DemoPerson>> PeopleOfAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken) =>
        await db.Memberships.AsNoTracking()
            .Where(membership => membership.TenantId == tenant)
            .OrderByDescending(membership => membership.Role).ThenBy(membership => membership.PersonId)
            .Select(membership => new DemoPerson(membership.PersonId, membership.Person!.Name, membership.Role))
            .ToListAsync(cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Made the demo tenant {Slug}")]
    private static partial void Made(ILogger logger, string slug);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo tenant {Slug} is {Status} and left as it is")]
    private static partial void LeftAlone(ILogger logger, string slug, TenantStatus status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo tenant {Slug} gets no people: the first password has been changed. Add them on its members page")]
    private static partial void NoPeople(ILogger logger, string slug);
}
