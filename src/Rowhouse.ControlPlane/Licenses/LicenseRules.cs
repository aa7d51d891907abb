using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Licenses.Lists;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>What a license may say, and that what it names is on the lists.</summary>
internal sealed class LicenseRules(PlatformDbContext db)
{
    private const int MostOfAnId = 100;

    /// <summary>Checks a license.</summary>
    /// <param name="request">What it is to be.</param>
    /// <param name="before">What it was, where it is changed: what it names already may have become inactive.</param>
    /// <param name="errors">Is told what is wrong.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public async Task CheckAsync(LicenseRequest request, LicenseRequest? before, FieldErrors errors, CancellationToken cancellationToken)
    {
        Check(request, within: null, errors);
        await CheckListsAsync([(null, request)], before, errors, cancellationToken);
    }

    /// <summary>Checks the licenses that a new tenant is to have, each by itself and against the others.</summary>
    public async Task CheckAsync(IReadOnlyList<LicenseRequest?> requests, FieldErrors errors, CancellationToken cancellationToken)
    {
        List<(string? Within, LicenseRequest Request)> there = [];
        if (errors.Has("licenses"))
        {
            return; // there are too many to look at
        }

        foreach (var (index, request) in requests.Index())
        {
            if (request is null)
            {
                errors.Add($"licenses[{index}]", "This is an object.");
                continue;
            }

            Check(request, $"licenses[{index}]", errors);
            if (there.FirstOrDefault(other => Overlap(other.Request, request)) is { Within: { } overlapped })
            {
                errors.Add($"licenses[{index}].startDate", $"{overlapped} is of the same enterprise for the same product and service, and has days in common.");
            }

            there.Add(($"licenses[{index}]", request));
        }

        await CheckListsAsync(there, before: null, errors, cancellationToken);
    }

    private static void Check(LicenseRequest request, string? within, FieldErrors errors)
    {
        errors.Check(request, within);
        if (request.EndDate < request.StartDate)
        {
            errors.Add(Field(within, "endDate"), "A license ends on its first day or later.");
        }

        LicenseScope.Check(request.Scope, Field(within, "scope"), errors);
    }

    /// <summary>Whether two are of one enterprise for one product and service, and have a day in common. The days of grace are no days of a license.</summary>
    internal static bool Overlap(LicenseRequest one, LicenseRequest other) =>
        one.EnterpriseId == other.EnterpriseId && one.ProductId == other.ProductId && one.ServiceId == other.ServiceId && one.StartDate <= other.EndDate && other.StartDate <= one.EndDate;

    private async Task CheckListsAsync(IReadOnlyList<(string? Within, LicenseRequest Request)> licenses, LicenseRequest? before, FieldErrors errors, CancellationToken cancellationToken)
    {
        await CheckListAsync(db.Enterprises, "enterpriseId", "enterprise", "/api/enterprises", request => request.EnterpriseId);
        await CheckListAsync(db.LicensedProducts, "productId", "licensed product", "/api/licensed-products", request => request.ProductId);
        await CheckListAsync(db.LicensedServices, "serviceId", "licensed service", "/api/licensed-services", request => request.ServiceId);

        async Task CheckListAsync<TEntry>(IQueryable<TEntry> list, string part, string what, string where, Func<LicenseRequest, string> idOf)
            where TEntry : ListEntry
        {
            // One that is missing was named before, unless there was more to name than is told at once.
            var named = licenses.Where(license => !string.IsNullOrEmpty(idOf(license.Request)) && !errors.Has(Field(license.Within, part))).ToList();
            var ids = named.Select(license => idOf(license.Request)).Distinct().ToList();
            var active = ids.Count == 0 ? [] : await list.AsNoTracking().Where(entry => ids.Contains(entry.Id)).Select(entry => new { entry.Id, entry.Active }).ToDictionaryAsync(entry => entry.Id, entry => entry.Active, cancellationToken);
            foreach (var (within, request) in named)
            {
                var id = idOf(request);
                var shown = id.Length > MostOfAnId ? id[..MostOfAnId] : id;
                if (!active.TryGetValue(id, out var isActive))
                {
                    errors.Add(Field(within, part), $"There is no {what} '{shown}'. GET {where} lists those that there are.");
                }
                else if (!isActive && (before is null || idOf(before) != id))
                {
                    errors.Add(Field(within, part), $"The {what} '{shown}' is not active: no new license may name it.");
                }
            }
        }
    }

    private static string Field(string? within, string part) => within is null ? part : $"{within}.{part}";
}
