using Microsoft.AspNetCore.Identity;
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
    TimeProvider clock,
    ILogger<DemoTenants> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Demo)
        {
            return;
        }

        foreach (var (slug, name) in DemoPeople.Tenants)
        {
            if (await FindOrMakeAsync(slug, name, cancellationToken) is not { } demo)
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

    private async Task<(TenantId Tenant, IReadOnlyList<DemoPerson> People)?> FindOrMakeAsync(string slug, string name, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        var tenant = await db.FindTenantAsync(slug, cancellationToken) ?? await MakeAsync(scope.ServiceProvider, db, slug, name, cancellationToken);
        if (tenant.Status is not TenantStatus.Active)
        {
            LeftAlone(logger, slug, tenant.Status);
            return null;
        }

        if (tenant.Identifiers.TrueForAll(identifier => identifier.Value != MarkOf(slug)))
        {
            SomebodyElses(logger, slug);
            return null;
        }

        return (tenant.Id, await PeopleAsync(scope.ServiceProvider, db, tenant.Id, slug, cancellationToken));
    }

    private async Task<RegisteredTenant> MakeAsync(IServiceProvider services, PlatformDbContext db, string slug, string name, CancellationToken cancellationToken)
    {
        var request = new CreateTenantRequest { Name = name, Slug = slug, ExternalIds = [MarkOf(slug)], Products = [.. modules.Select(module => module.Info.Name)] };
        var (made, problem, _) = await services.GetRequiredService<CreateTenant>().ExecuteAsync(request, cancellationToken);
        if (made is not null)
        {
            Made(logger, slug);
        }

        // Where another server that starts at the same moment was first, it has made the same.
        return await db.FindTenantAsync(slug, cancellationToken)
            ?? throw new InvalidOperationException($"The demo tenant {slug} cannot be made: {problem?.ProblemDetails.Detail}");
    }

    /// <summary>An external id by which the demo knows its own tenants: somebody's own that is called the same is left alone.</summary>
    private static string MarkOf(string slug) => $"rowhouse-demo-{slug}";

    private async Task<IReadOnlyList<DemoPerson>> PeopleAsync(IServiceProvider services, PlatformDbContext db, TenantId tenant, string slug, CancellationToken cancellationToken)
    {
        if (await PeopleOfAsync(db, tenant, cancellationToken) is { Count: > 0 } people)
        {
            return people;
        }

        // Servers that start at the same moment wait for each other here, and the second finds the first one's people.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockMembersAsync(tenant, clock.GetUtcNow(), cancellationToken);
        if (await PeopleOfAsync(db, tenant, cancellationToken) is { Count: 0 })
        {
            await AddPeopleAsync(services, db, tenant, slug, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await PeopleOfAsync(db, tenant, cancellationToken);
    }

    private async Task AddPeopleAsync(IServiceProvider services, PlatformDbContext db, TenantId tenant, string slug, CancellationToken cancellationToken)
    {
        // A password of their own: whoever is shown the demo must not thereby run the platform.
        var password = PasswordFile.OfDemoPeople(options.DataFolder).ReadOrMake();
        var people = services.GetRequiredService<UserManager<Person>>();
        var now = clock.GetUtcNow();
        foreach (var role in Enum.GetValues<Role>().Reverse())
        {
            var email = DemoPeople.AddressOf(role, slug);
            var person = new Person
            {
                Id = Guid.CreateVersion7(now),
                Email = email,
                EmailKey = Passwords.KeyOf(email),
                Name = $"{char.ToUpperInvariant(slug[0])}{slug[1..]} {RoleWords.Of(role)}",
                OnlyTenantId = tenant,
                CreatedAt = now,
            };
            var made = await people.CreateAsync(person, password);
            if (!made.Succeeded)
            {
                throw new InvalidOperationException($"The demo person {email} cannot be made: {string.Join(' ', made.Errors.Select(error => error.Description))}");
            }

            var member = new Member
            {
                Id = Guid.CreateVersion7(now),
                TenantId = tenant,
                Email = email,
                EmailKey = person.EmailKey,
                Name = person.Name,
                Role = role,
                InvitedAt = now,
            };
            member.Join(person, now);
            db.Members.Add(member);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<DemoPerson>> PeopleOfAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken) =>
        await db.Members.AsNoTracking()
            .Where(member => member.TenantId == tenant && member.PersonId != null)
            .OrderByDescending(member => member.Role).ThenBy(member => member.PersonId)
            .Select(member => new DemoPerson(member.PersonId!.Value, member.Name, member.Role)) // only those who have joined
            .ToListAsync(cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Made the demo tenant {Slug}")]
    private static partial void Made(ILogger logger, string slug);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tenant {Slug} was not made by the demo and is left as it is")]
    private static partial void SomebodyElses(ILogger logger, string slug);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo tenant {Slug} is {Status} and left as it is")]
    private static partial void LeftAlone(ILogger logger, string slug, TenantStatus status);
}
