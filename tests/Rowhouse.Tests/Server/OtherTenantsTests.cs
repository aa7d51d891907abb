using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>
/// Walks every operation that the document describes as an admin of one tenant, with the ids of what another one owns and
/// with bodies that are good: the same ones succeed for the owner, so that nothing dies in validation before it is refused.
/// </summary>
public sealed class OtherTenantsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>In everything that the victim owns, and in nothing that is sent.</summary>
    private const string Mark = "Zanzibar";

    private readonly ApiWalk walk = new(server);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_operation_shows_or_changes_anything_of_another_tenant()
    {
        var victim = await walk.MakeEstateAsync(Mark);
        var attacker = await walk.MakeEstateAsync("Attackers");
        var before = await StateAsync(victim);
        before.ShouldContain(Mark);
        List<string> wrong = [];
        var attempts = 0;

        foreach (var operation in await walk.OperationsAsync())
        {
            foreach (var (tenant, path) in Attempts(operation, victim, attacker))
            {
                attempts++;
                using var answer = await ApiWalk.SendAsync(attacker.Tenant.Admin.Client, operation, path, tenant, victim);

                // What was sent may come back: the path stands in the answer to an unknown address.
                var body = (await answer.Content.ReadAsStringAsync(Cancelled)).Replace(victim.Tenant.Slug, "", StringComparison.Ordinal);
                var hidden = tenant == victim.Tenant.Slug || path != operation.Path || operation.NamesOthers;
                if ((int)answer.StatusCode >= 500 || body.Contains(Mark, StringComparison.OrdinalIgnoreCase) || (operation.NeedsTenant && hidden && answer.IsSuccessStatusCode && !operation.IsShared))
                {
                    wrong.Add($"{operation.Method} {path} in {tenant ?? "no tenant"}: {(int)answer.StatusCode} {body}");
                }
            }
        }

        attempts.ShouldBeGreaterThan(100);
        wrong.ShouldBeEmpty();
        (await StateAsync(victim)).ShouldBe(before);
    }

    [Fact]
    public async Task Each_request_of_the_walk_succeeds_for_whoever_owns_what_it_names()
    {
        List<string> wrong = [];
        foreach (var operation in (await walk.OperationsAsync()).Where(operation => operation.NeedsTenant))
        {
            var owner = await walk.MakeEstateAsync("Owners");
            var answers = new List<string>();
            foreach (var path in operation.Path.Contains('{', StringComparison.Ordinal) ? owner.Ids.Concat(await walk.SharedIdsAsync(owner)).Select(operation.With) : [operation.Path])
            {
                using var answer = await ApiWalk.SendAsync(owner.Tenant.Admin.Client, operation, path, owner.Tenant.Slug, owner);
                answers.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancelled)}");
            }

            if (!answers.Exists(answer => answer[0] == '2'))
            {
                wrong.Add($"{operation.Method} {operation.Path}: {string.Join(" | ", answers)}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    // Everything in the victim's tenant, and in the attacker's own and in none with the victim's ids.
    private static IEnumerable<(string? Tenant, string Path)> Attempts(ApiOperation operation, Estate victim, Estate attacker)
    {
        string[] paths = operation.Path.Contains('{', StringComparison.Ordinal) ? [.. victim.Ids.Select(operation.With)] : [operation.Path];
        return paths.SelectMany(path => new[] { victim.Tenant.Slug, victim.Tenant.Id.ToString(), attacker.Tenant.Slug, null }.Select(tenant => (tenant, path)));
    }

    /// <summary>All that a tenant's admin sees of it.</summary>
    private static async Task<string> StateAsync(Estate estate)
    {
        var client = estate.Tenant.Admin.Client;
        var parts = new[] { "/api/members?limit=200", "/api/domains?limit=200", "/api/cardvault/collections?limit=200", "/api/cardvault/cards?limit=200", "/api/cardvault/cards/export", $"/api/tenants/{estate.Tenant.Slug}", $"/api/tenants/{estate.Tenant.Slug}/licenses?limit=200" };
        return string.Join('\n', await Task.WhenAll(parts.Select(part => client.GetStringAsync(part, Cancelled))));
    }
}
