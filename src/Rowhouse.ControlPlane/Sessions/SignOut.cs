using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>Ends the session that the request came with.</summary>
internal static class SignOut
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapDelete("/api/session", HandleAsync)
            .WithoutTenant()
            .WithName(nameof(SignOut))
            .WithSummary("Ends the session.");

    private static async Task<NoContent> HandleAsync(
        HttpContext context, PlatformDbContext db, SessionCache cache, SessionCookie cookie, AuditTrail audit, CancellationToken cancellationToken)
    {
        // Admission lets nobody pass without one.
        var signedIn = SignedIn.Of(context)!;
        var hash = signedIn.Session.ToBytes();
        audit.Add(AuditActions.SignedOut);
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await db.Sessions.Where(session => session.Hash == hash).ExecuteDeleteAsync(cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        cache.Forget(signedIn.Session);
        cookie.Remove(context.Response);
        return TypedResults.NoContent();
    }
}
