using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Sets a parameter of the platform, or puts its default back.</summary>
internal sealed class ChangeParameter(PlatformDbContext db, StoreNames stores, AuditTrail audit, TimeProvider clock)
{
    private const int Attempts = 5;

    public async Task<Results<Ok<ParameterResponse>, ProblemHttpResult>> SetAsync(string? path, string? value, HttpContext context, CancellationToken cancellationToken)
    {
        if (!TryFind(path, out var known, out var problem))
        {
            return problem;
        }

        var errors = new FieldErrors();
        if ((ParameterPath.ExplainValue(value) ?? await stores.ExplainAsync(known.Kind, value!, cancellationToken)) is { } wrong) // one that is not there was explained
        {
            errors.Add("value", wrong);
            return errors.ToProblem();
        }

        return await ApplyAsync(known, value, context, cancellationToken);
    }

    public async Task<Results<Ok<ParameterResponse>, ProblemHttpResult>> UnsetAsync(string? path, HttpContext context, CancellationToken cancellationToken) =>
        TryFind(path, out var known, out var problem) ? await ApplyAsync(known, value: null, context, cancellationToken) : problem;

    private static bool TryFind(
        string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out KnownParameter? known, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        known = null;
        problem = null;
        if (!ParameterPath.TryParse(text, null, out var path))
        {
            problem = ParameterScope.Refuse(text);
        }
        else if (path == AccountParameters.Root || path.IsBelow(AccountParameters.Root))
        {
            problem = ControlPlaneProblems.ReadOnlyParameter.With(
                "What is below /accounts is what the tenant's own record says. Change the tenant instead, at /api/tenants: retry, suspend, resume, delete or revive it; its parameters say so at once.");
        }
        else if ((known = PlatformParameters.Find(path)) is null)
        {
            var errors = new FieldErrors();
            errors.Add("path", $"There is no such parameter to set. There are: {string.Join(", ", PlatformParameters.All.Select(one => one.Path.Value))}.");
            problem = errors.ToProblem();
        }

        return problem is null;
    }

    // Of two at once the second sees what the first has left.
    private async Task<Results<Ok<ParameterResponse>, ProblemHttpResult>> ApplyAsync(KnownParameter known, string? value, HttpContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            db.ChangeTracker.Clear();
            var stored = await db.Parameters.SingleOrDefaultAsync(parameter => parameter.Path == known.Path.Value, cancellationToken);
            if (EntityTag.Check(context.Request, known.With(stored).Version) is { } stale)
            {
                return stale;
            }

            if (stored?.Value != value)
            {
                var before = stored?.Value;
                stored ??= db.Parameters.Add(new() { Path = known.Path.Value }).Entity;
                stored.Become(value, clock.GetUtcNow());
                audit.Add(value is null ? AuditActions.ParameterUnset : AuditActions.ParameterSet, subject: known.Path.Value, details: new { before, after = value });
                try
                {
                    await db.SaveChangesAsync(CancellationToken.None); // given up at the COMMIT, nobody would know how it ended
                }
                catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
                {
                    continue;
                }
            }

            var parameter = known.With(stored);
            EntityTag.Set(context.Response, parameter.Version);
            return TypedResults.Ok(parameter.ToResponse());
        }

        return RequestProblems.ChangedAtOnce.With("Others are changing the same parameter at this moment. Send the change again.");
    }
}
