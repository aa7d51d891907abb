using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>Says who is signed in.</summary>
internal static class GetMe
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/me", HandleAsync)
            .WithoutTenant()
            .WithName(nameof(GetMe))
            .WithSummary("Who is signed in, and in which tenants.");

    private static async Task<Ok<MeResponse>> HandleAsync(PlatformDbContext db, Caller caller, Memberships memberships, CancellationToken cancellationToken)
    {
        var id = caller.PersonId;
        var person = await db.People.AsNoTracking().Where(person => person.Id == id).Select(person => new PersonSummary(person.Id, person.Email, person.Name)).SingleAsync(cancellationToken);
        return TypedResults.Ok(new MeResponse(person, caller.IsSuperAdmin, await memberships.OfAsync(id, cancellationToken)));
    }
}
