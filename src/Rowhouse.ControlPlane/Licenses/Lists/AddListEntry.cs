using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses.Lists;

/// <summary>Puts an entry on a list. Of two that ask for one id at once one gets it: its key decides.</summary>
internal static class AddListEntry<TEntry, TRequest, TResponse>
    where TEntry : ListEntry, IListEntry<TEntry, TRequest, TResponse>
    where TRequest : class
{
    public static void Map(RouteGroupBuilder list)
    {
        // Apart from where it is mapped: the analyzer of handlers fails over one of a generic type.
        Delegate handler = HandleAsync;
        list.MapPost("", handler)
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .DisableValidation() // which finds no requests of a generic endpoint; the annotations are checked here
            .WithName($"Add{TEntry.Words.Name}")
            .WithSummary($"Adds to the {TEntry.Words.Many} that licenses may name.")
            .WithProblems(ControlPlaneProblems.AlreadyListed);
    }

    private static async Task<Results<Created<TResponse>, ProblemHttpResult>> HandleAsync(TRequest request, HttpResponse response, PlatformDbContext db, AuditTrail audit, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Check(request);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        var entry = TEntry.Of(request);
        if (await db.Set<TEntry>().AnyAsync(other => other.Id == entry.Id, cancellationToken))
        {
            return Listed(entry);
        }

        db.Add(entry);
        audit.Add(TEntry.Words.Added, subject: entry.Id, details: request);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.IsUniqueViolation())
        {
            return Listed(entry);
        }

        EntityTag.Set(response, entry.Version);
        return TypedResults.Created($"{TEntry.Words.Path}/{entry.Id}", entry.ToResponse());
    }

    private static ProblemHttpResult Listed(TEntry entry) => ControlPlaneProblems.AlreadyListed.With($"One of the {TEntry.Words.Many} has the id '{entry.Id}' already. Change that one, or give another id.");
}
