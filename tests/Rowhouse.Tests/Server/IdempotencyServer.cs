using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.CardVault.Collections;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Idempotency;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>A server with a product whose endpoint does what a test tells it to, after it has saved a collection.</summary>
public sealed class IdempotencyServer : ServerFixture, IAsyncLifetime
{
    private static readonly Permission Edit = new("probe.edit", Role.Member);

    internal TestTenant Smith { get; private set; } = null!;

    internal TestTenant Jones { get; private set; } = null!;

    /// <summary>What the endpoint does between its effect and its answer.</summary>
    internal Func<Task> Meanwhile { get; set; } = () => Task.CompletedTask;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Smith = await CreateTenantAsync("Smith Keys", "cardvault", "probe");
        Jones = await CreateTenantAsync("Jones Keys", "cardvault", "probe");
    }

    protected override void Configure(WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(new Module(
            new("probe", "Probe", [Edit]),
            api => api.MapPost("/things", SaveAsync).RequirePermission(Edit).WithIdempotency<CardVaultDbContext>().WithName("AddThing").WithSummary("Does what a test says."),
            _ => { }));

    private async Task<Results<Created<Thing>, Conflict>> SaveAsync(Thing thing, CardVaultDbContext db, Caller caller, CancellationToken cancellationToken)
    {
        db.Collections.Add(new Collection(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), thing.Name, caller.PersonId, DateTimeOffset.UnixEpoch));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            (await db.Collections.AnyAsync(cancellationToken)).ShouldBeTrue();
            return TypedResults.Conflict();
        }

        await Meanwhile();
        return TypedResults.Created($"/api/probe/things/{thing.Name}", thing);
    }

    public sealed record Thing(string Name);
}
