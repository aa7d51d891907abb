using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>Looks for the record that proves a domain of the scope's tenant. Where it is not found the claim stays as it was.</summary>
internal sealed class CheckDomain(PlatformDbContext db, TenantScope scope, IDomainProof proof, DomainChange domains, TimeProvider clock)
{
    private const int UnreachableSeconds = 30;

    /// <summary>How often one domain is looked for.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static void Map(RouteGroupBuilder domains) =>
        domains.MapPost("/{host}/check", (string host, CheckDomain check, HttpResponse response, CancellationToken cancellationToken) => check.HandleAsync(host, response, cancellationToken))
            .RequirePermission(PlatformPermissions.EditDomains)
            .WithName(nameof(CheckDomain))
            .WithSummary("Looks for the DNS record that proves a domain. Once it is found, requests to the host lead to the tenant.")
            .WithProblems(
                ControlPlaneProblems.UnknownDomain,
                ControlPlaneProblems.DomainTaken,
                ControlPlaneProblems.RecordMissing,
                ControlPlaneProblems.RecordWrong,
                ControlPlaneProblems.NameServerUnreachable,
                RequestProblems.TooMany,
                RequestProblems.ChangedAtOnce);

    private async Task<Results<Ok<DomainResponse>, ProblemHttpResult>> HandleAsync(string host, HttpResponse response, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.FindDomainAsync(host, scope.Tenant.Id, now, cancellationToken) is not { } claim)
        {
            return DomainChange.Unknown();
        }

        if (claim.ProvenAt is not null)
        {
            return TypedResults.Ok(claim.ToResponse());
        }

        if (!await TakeTurnAsync(claim, now, cancellationToken))
        {
            return RequestProblems.ComeAgain(response, (int)Pause.TotalSeconds, "The record of this domain was looked for a moment ago. Wait as long as Retry-After says.");
        }

        if (await proof.CheckAsync(claim, cancellationToken) is { } failure)
        {
            await RowOf(claim).ExecuteUpdateAsync(set => set.SetProperty(domain => domain.Failure, failure), cancellationToken);
            return Explain(claim, failure, response);
        }

        var (proven, problem) = await domains.ApplyAsync(
            claim.Host,
            AuditActions.DomainProven,
            (domain, tenant) =>
            {
                // Not one that was removed meanwhile and claimed anew: that one's record is another.
                if (domain.Token != claim.Token || domain.ProvenAt is not null)
                {
                    return false;
                }

                domain.Prove(now);
                tenant.AddHost(domain.Host);
                return true;
            },
            cancellationToken);
        return proven is { ProvenAt: not null } ? TypedResults.Ok(proven.ToResponse()) : problem ?? DomainChange.Contended();
    }

    /// <summary>Takes one of the turns that a claim has; of several at once one gets it.</summary>
    private async Task<bool> TakeTurnAsync(Domain claim, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now - Pause;
        return await RowOf(claim).Where(domain => domain.CheckedAt == null || domain.CheckedAt <= before)
            .ExecuteUpdateAsync(set => set.SetProperty(domain => domain.CheckedAt, now), cancellationToken) == 1;
    }

    private IQueryable<Domain> RowOf(Domain claim) => db.Domains.Where(domain => domain.Host == claim.Host && domain.Token == claim.Token);

    private static ProblemHttpResult Explain(Domain claim, DomainFailure failure, HttpResponse response)
    {
        switch (failure)
        {
            case DomainFailure.RecordMissing:
                return ControlPlaneProblems.RecordMissing.With($"There is no TXT record at {claim.RecordName}. Set the one that the claim names; name servers may take an hour to tell of it.");
            case DomainFailure.RecordWrong:
                return ControlPlaneProblems.RecordWrong.With($"There are TXT records at {claim.RecordName}, and none of them is the one that the claim names. Look at its value; an old one may be told of for an hour.");
            default:
                response.Headers.RetryAfter = UnreachableSeconds.ToString(CultureInfo.InvariantCulture);
                return ControlPlaneProblems.NameServerUnreachable.With("The name servers did not answer, and the claim stands as it did. Try again as soon as Retry-After says.");
        }
    }
}
