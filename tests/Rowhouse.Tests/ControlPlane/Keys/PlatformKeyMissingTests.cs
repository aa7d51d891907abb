using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Keys;

/// <summary>A server that does not have the key by which another one has wrapped a tenant's.</summary>
public sealed class PlatformKeyMissingTests(PlatformKeyMissingTests.Fixture server) : IClassFixture<PlatformKeyMissingTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_the_platforms_key_is_missing_a_tenant_is_answered_503_with_what_to_do_until_it_is_there()
    {
        var tenant = await server.CreateTenantAsync("Locked Away", "cardvault");
        var control = await new PostgresFixture().SuperuserAsync(server.Database.Control!);
        var known = await HomeWork.ScalarAsync<string>(control, $"SELECT platform_key FROM platform.tenant_keys WHERE tenant_id = '{tenant.Id}'");
        await HomeWork.ExecuteAsync(control, "INSERT INTO platform.platform_keys (id, proof, seen_at) VALUES ('2031-01-newer', '\\x00', now())"); // by a server that has it
        await WrapByAsync("2031-01-newer");

        using (var answer = await tenant.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled))
        {
            answer.Headers.RetryAfter.ShouldNotBeNull();
            var problem = await Task.FromResult(answer).ProblemAsync(HttpStatusCode.ServiceUnavailable, "urn:rowhouse:server:key-missing");
            problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldSatisfyAllConditions(
                detail => detail.ShouldContain("gives all servers the same file"),
                detail => detail.ShouldNotContain("2031-01-newer"), // which keys there are is for those who run the servers
                detail => detail.ShouldNotContain("ROWHOUSE_"));
        }

        await WrapByAsync(known);
        await tenant.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        async Task WrapByAsync(string key)
        {
            await HomeWork.ExecuteAsync(control, $"UPDATE platform.tenant_keys SET platform_key = '{key}' WHERE tenant_id = '{tenant.Id}'");
            server.Services.GetRequiredService<TenantKeyCache>().Forget(new TenantId(tenant.Id)); // as a minute would
        }
    }

    public sealed class Fixture : ServerFixture
    {
        protected override string CloudType => "private";
    }
}
