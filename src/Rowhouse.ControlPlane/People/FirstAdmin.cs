using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.People;

/// <summary>Makes the first super-admin where there is none.</summary>
internal sealed partial class FirstAdmin(IServiceScopeFactory scopes, ControlPlaneOptions options, TimeProvider clock, ILogger<FirstAdmin> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        if (await db.People.AnyAsync(person => person.SuperAdmin, cancellationToken))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var admin = new Person
        {
            Id = Guid.CreateVersion7(now),
            Email = options.AdminEmail.Trim(),
            EmailKey = Passwords.KeyOf(options.AdminEmail),
            Name = "Platform administrator",
            ProvenAt = now,
            SuperAdmin = true,
            CreatedAt = now,
        };
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var made = await people.CreateAsync(admin, options.AdminPassword ?? PasswordFile.OfFirstAdmin(options.DataFolder).ReadOrMake());
        if (!made.Succeeded)
        {
            throw new InvalidOperationException(
                $"The first super-admin cannot be made of ROWHOUSE_ADMIN_EMAIL and ROWHOUSE_ADMIN_PASSWORD: {string.Join(' ', made.Errors.Select(error => error.Description))}");
        }

        scope.ServiceProvider.GetRequiredService<AuditTrail>().Add(AuditActions.PersonAdded, subject: admin.Id.ToString(), details: new { superAdmin = true });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            AdminMade(logger, admin.Id);
        }
        catch (DbUpdateException exception) when (exception.IsUniqueViolation())
        {
            // Another node started at the same moment and was first.
            AdminIsThere(logger);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Made the first super-admin, person {Person}")]
    private static partial void AdminMade(ILogger logger, Guid person);

    [LoggerMessage(Level = LogLevel.Information, Message = "The first super-admin is there already")]
    private static partial void AdminIsThere(ILogger logger);
}
