using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses.Lists;

/// <summary>Changes an entry of a list by a JSON merge patch. Of two at once the second is merged into what the first has left.</summary>
internal static class ChangeListEntry<TEntry, TRequest, TResponse>
    where TEntry : ListEntry, IListEntry<TEntry, TRequest, TResponse>
    where TRequest : class
{
    private const int Attempts = 5;

    public static void Map(RouteGroupBuilder list)
    {
        // Apart from where it is mapped: the analyzer of handlers fails over one of a generic type.
        Delegate handler = HandleAsync;
        list.MapPatch("/{id}", handler)
            .Accepts<TRequest>("application/merge-patch+json", "application/json")
            .WithName($"Change{TEntry.Words.Name}")
            .WithSummary($"Changes one of the {TEntry.Words.Many}: fields that are absent stay (RFC 7396). Its id stays.")
            .WithProblems(ControlPlaneProblems.UnknownListEntry, RequestProblems.ChangedMeanwhile, RequestProblems.ChangedAtOnce, RequestProblems.Invalid, RequestProblems.Malformed);
    }

    private static async Task<Results<Ok<TResponse>, ProblemHttpResult>> HandleAsync(
        string id, HttpContext context, PlatformDbContext db, AuditTrail audit, IOptions<JsonOptions> json, CancellationToken cancellationToken)
    {
        var options = json.Value.SerializerOptions;
        var patch = await MergePatch.ReadAsync(context.Request, cancellationToken);
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return RequestProblems.Malformed.With("A change is a JSON object with the fields to change.");
        }

        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            db.ChangeTracker.Clear();
            if (await db.Set<TEntry>().SingleOrDefaultAsync(entry => entry.Id == id, cancellationToken) is not { } entry)
            {
                return ControlPlaneProblems.UnknownListEntry.With($"None of the {TEntry.Words.Many} has this id.");
            }

            if (EntityTag.Check(context.Request, entry.Version) is { } stale)
            {
                return stale;
            }

            if (MergePatch.Unknown<TRequest>(patch, options) is { Count: > 0 } unknown)
            {
                return RequestProblems.Invalid.With("The change names fields that there are not.", unknown);
            }

            var before = entry.ToRequest();
            var request = MergePatch.Over(before, patch, options, out var changes);
            if (changes)
            {
                var errors = new FieldErrors();
                errors.Check(request);
                if (TEntry.IdOf(request) != id && !errors.Has("id"))
                {
                    errors.Add("id", "An id stays as it is: licenses name it.");
                }

                if (!errors.IsEmpty)
                {
                    return errors.ToProblem();
                }

                entry.Become(request);
            }

            // A space at the end of a name changes nothing either.
            if (db.Entry(entry).State is EntityState.Modified)
            {
                entry.Touch();
                audit.Add(TEntry.Words.Changed, subject: id, details: new { before, after = entry.ToRequest() });
                try
                {
                    await db.SaveChangesAsync(cancellationToken);
                }
                catch (DbUpdateConcurrencyException)
                {
                    continue;
                }
            }

            EntityTag.Set(context.Response, entry.Version);
            return TypedResults.Ok(entry.ToResponse());
        }

        return RequestProblems.ChangedAtOnce.With("Others are changing the same entry at this moment. Send the change again.");
    }
}
