using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Changes one tenant: found, unchanged since the caller read it, recorded, saved, and known to this node when the caller hears of it.</summary>
internal sealed class TenantChange(PlatformDbContext db, TenantDirectory directory, AuditTrail audit)
{
    private const int Attempts = 5;

    /// <summary>Changes something of a tenant, which is there and not gone.</summary>
    public Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> ApplyAsync(
        string idOrSlug, HttpContext context, string action, string? subject, Func<RegisteredTenant, ProblemHttpResult?> change, CancellationToken cancellationToken) =>
        ApplyAsync(idOrSlug, context, action, subject, StatusOf, tenant => Task.FromResult(change(tenant)), cancellationToken);

    /// <summary>Changes something of a tenant, which is there and not gone, and records how it described itself before and after.</summary>
    public Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> ApplyAsync(
        string idOrSlug,
        HttpContext context,
        string action,
        string? subject,
        Func<RegisteredTenant, object> describe,
        Func<RegisteredTenant, Task<ProblemHttpResult?>> change,
        CancellationToken cancellationToken) =>
        SaveAsync(idOrSlug, context, action, subject, describe, async tenant => tenant.IsGone ? TenantStates.RefuseGone(tenant.Status) : await change(tenant), cancellationToken);

    /// <summary>Changes where a tenant is in its life; one that is gone, too.</summary>
    public Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> MoveAsync(
        string idOrSlug, HttpContext context, string action, Func<RegisteredTenant, ProblemHttpResult?> move, CancellationToken cancellationToken) =>
        SaveAsync(idOrSlug, context, action, subject: null, StatusOf, tenant => Task.FromResult(move(tenant)), cancellationToken);

    /// <summary>The same where what it can become has to be looked for.</summary>
    public Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> MoveAsync(
        string idOrSlug, HttpContext context, string action, Func<RegisteredTenant, Task<ProblemHttpResult?>> move, CancellationToken cancellationToken) =>
        SaveAsync(idOrSlug, context, action, subject: null, StatusOf, move, cancellationToken);

    /// <summary>Changes the tenant, and records what the change was.</summary>
    /// <param name="idOrSlug">The tenant, as the caller names it.</param>
    /// <param name="context">The request.</param>
    /// <param name="action">What it is called where it is recorded.</param>
    /// <param name="subject">What of the tenant is changed; the tenant itself where it is none.</param>
    /// <param name="describe">What is recorded of the tenant, before and after.</param>
    /// <param name="change">Changes it, or says why not. One that leaves it as it is leaves no record either.</param>
    /// <param name="cancellationToken">Stops before it is saved.</param>
    private async Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> SaveAsync(
        string idOrSlug,
        HttpContext context,
        string action,
        string? subject,
        Func<RegisteredTenant, object> describe,
        Func<RegisteredTenant, Task<ProblemHttpResult?>> change,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            if (await db.FindTenantAsync(idOrSlug, cancellationToken) is not { } tenant)
            {
                return (null, TenantStateAdmission.UnknownTenant());
            }

            var before = describe(tenant);
            if (EntityTag.Check(context.Request, tenant.Version) is { } changed)
            {
                return (null, changed);
            }

            if (await change(tenant) is { } refusal)
            {
                return (null, refusal);
            }

            if (!db.ChangeTracker.HasChanges())
            {
                EntityTag.Set(context.Response, tenant.Version);
                return (tenant.ToResponse(withAccount: true), null);
            }

            audit.Add(action, tenant.Id, subject ?? tenant.Slug.Value, details: new { before, after = describe(tenant) });
            try
            {
                await db.SaveChangesAsync(CancellationToken.None); // given up at the COMMIT, nobody would know how it ended
            }
            catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
            {
                if (attempt < Attempts)
                {
                    continue;
                }

                return (null, RequestProblems.ChangedMeanwhile.With("The tenant is being changed by others at the same time. Read it again and decide anew."));
            }

            db.AfterCommit(() => directory.Apply(tenant.ToEntry()));
            EntityTag.Set(context.Response, tenant.Version);
            return (tenant.ToResponse(withAccount: true), null);
        }
    }

    private static string StatusOf(RegisteredTenant tenant) => TenantWords.Of(tenant.Status);
}
