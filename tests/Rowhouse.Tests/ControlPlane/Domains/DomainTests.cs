using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Client;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Domains;

/// <summary>Who may claim which host, and for how long.</summary>
public sealed class DomainTests(DomainServer server) : IClassFixture<DomainServer>
{
    private const string Unknown = "urn:rowhouse:domains:unknown-domain";
    private const string Taken = "urn:rowhouse:domains:taken";

    private static readonly string Label60 = new('a', 60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_claim_says_which_record_to_set_and_when_it_lapses()
    {
        var smith = await server.CreateTenantAsync("Says Record");

        var claim = await smith.AddDomainAsync("Shop.Says.Example").ReadAsync<DomainResponse>(HttpStatusCode.Created);

        (claim.Host, claim.Status, claim.ProvenAt, claim.CheckedAt, claim.Failure).ShouldBe(("shop.says.example", "claimed", null, null, null));
        (claim.Record.Type, claim.Record.Name).ShouldBe(("TXT", "_rowhouse-challenge.shop.says.example"));
        claim.Record.Value.ShouldMatch("^rowhouse-domain-verification=[0-9a-f]{32}$");
        claim.ExpiresAt.ShouldBe(claim.AddedAt.AddDays(7));
        (await smith.DomainAsync()).ShouldBe(claim);
    }

    [Fact]
    public async Task The_same_host_in_any_spelling_is_the_same_claim()
    {
        var smith = await server.CreateTenantAsync("Same Claim");
        var first = await smith.AddDomainAsync("BÜCHER.same.example.").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        first.Host.ShouldBe("xn--bcher-kva.same.example");

        foreach (var spelling in new[] { "bücher.same.example", " bu\u0308cher.same.example ", "XN--BCHER-KVA.SAME.EXAMPLE", "bücher。same．example" })
        {
            (await smith.AddDomainAsync(spelling).ReadAsync<DomainResponse>()).ShouldBe(first, spelling);
        }

        await smith.RemoveDomainAsync("BÜCHER.same.example").ShouldBeAsync(HttpStatusCode.NoContent);
        (await smith.DomainsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("shop")]
    [InlineData("localhost")]
    [InlineData("shop.localhost")]
    [InlineData("printer.local")]
    [InlineData("shop.internal.")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("0x7f.0x1")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    [InlineData("2001:db8::1")]
    [InlineData("shop.refused.example:443")]
    [InlineData("https://shop.refused.example")]
    [InlineData("shop.refused.example/")]
    [InlineData("me@shop.refused.example")]
    [InlineData("*.refused.example")]
    [InlineData("_dmarc.refused.example")]
    [InlineData("-shop.refused.example")]
    [InlineData("shop-.refused.example")]
    [InlineData("shop..example")]
    [InlineData(".refused.example")]
    [InlineData("two words.example")]
    [InlineData("rowhouse.example")]
    [InlineData("ROWHOUSE.example.")]
    [InlineData("smith.rowhouse.example")]
    [InlineData("a.b.rowhouse.example")]
    public async Task A_host_that_can_be_nobodys_domain_is_refused_with_a_reason(string host)
    {
        var smith = await server.CreateTenantAsync("Refused");

        (await smith.AddDomainAsync(host).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["host"]);

        (await smith.DomainsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_is_as_long_as_leaves_room_for_the_record()
    {
        var smith = await server.CreateTenantAsync("Long Host");
        string[] labels = [Label60, Label60, Label60];
        var rest = 233 - (labels.Sum(label => label.Length + 1) + ".example".Length);
        var longest = $"{string.Join('.', labels)}.{new string('b', rest)}.example";
        longest.Length.ShouldBe(233);

        await server.ProveAsync(smith, longest);
        foreach (var host in new[] { $"b{longest}", $"{new string('a', 64)}.long.example", string.Join('.', Enumerable.Repeat(Label60, 10)), new string('ü', 5000) + ".example" })
        {
            await smith.AddDomainAsync(host).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
        }
    }

    [Theory]
    [InlineData("xrowhouse.example")]
    [InlineData("rowhouse.example.com")]
    [InlineData("internal.hosts.example")]
    public async Task A_host_that_only_looks_like_one_of_the_platforms_can_be_claimed(string host) =>
        await (await server.CreateTenantAsync("Looks Like")).AddDomainAsync(host).ShouldBeAsync(HttpStatusCode.Created);

    [Theory]
    [InlineData("""{}""", "host")]
    [InlineData("""{"host":null}""", "host")]
    [InlineData("""{"host":7}""", "host")]
    [InlineData("""{"host":"a.example","tenantId":"x"}""", "tenantId")]
    public async Task What_is_wrong_with_a_request_is_told_by_field(string body, string field)
    {
        var smith = await server.CreateTenantAsync("Domain Fields");

        (await smith.Admin.Client.PostTextAsync("/api/domains", body).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe([field]);
    }

    [Fact]
    public async Task A_host_that_another_tenant_has_is_refused_in_the_same_words_however_it_has_it()
    {
        var smith = await server.CreateTenantAsync("Has Smith");
        var jones = await server.CreateTenantAsync("Has Jones");
        await smith.AddDomainAsync("claimed.has.example").ShouldBeAsync(HttpStatusCode.Created);
        await server.ProveAsync(smith, "proven.has.example");
        await server.ExecuteAsync($"INSERT INTO platform.identifiers (kind, value, tenant_id, origin) VALUES (1, 'given.has.example', '{smith.Id}', 2)");

        HashSet<string> answers = [];
        foreach (var host in new[] { "claimed.has.example", "proven.has.example", "given.has.example", "PROVEN.has.example." })
        {
            var problem = await jones.AddDomainAsync(host).ProblemAsync(HttpStatusCode.Conflict, Taken);
            answers.Add(JsonSerializer.Serialize(problem.EnumerateObject().Where(member => member.Name != "traceId").Select(member => member.Value)));
        }

        var answer = answers.ShouldHaveSingleItem();
        foreach (var told in new[] { smith.Slug, smith.Id.ToString(), smith.Tenant.Name, "has.example" })
        {
            answer.ShouldNotContain(told, Case.Insensitive);
        }
    }

    [Fact]
    public async Task Another_tenants_domain_is_none_here()
    {
        var smith = await server.CreateTenantAsync("Others Smith");
        var jones = await server.CreateTenantAsync("Others Jones");
        await server.ProveAsync(smith, "proven.others.example");
        await server.ClaimAsync(smith, "claimed.others.example");

        foreach (var host in new[] { "proven.others.example", "claimed.others.example", "nobody.others.example", "127.0.0.1", " ", "a..b" })
        {
            await jones.CheckDomainAsync(host).ProblemAsync(HttpStatusCode.NotFound, Unknown);
            await jones.RemoveDomainAsync(host).ProblemAsync(HttpStatusCode.NotFound, Unknown);
        }

        (await jones.DomainsAsync()).ShouldBeEmpty();
        (await smith.DomainsAsync()).Select(domain => domain.Status).ShouldBe(["claimed", "proven"]);
    }

    [Fact]
    public async Task Of_tenants_that_claim_one_host_at_once_one_gets_it()
    {
        TestTenant[] tenants = [await server.CreateTenantAsync("Race One"), await server.CreateTenantAsync("Race Two"), await server.CreateTenantAsync("Race Three")];
        for (var round = 0; round < 10; round++)
        {
            var host = $"race{round}.example";

            var answers = await Task.WhenAll(tenants.Select(tenant => tenant.AddDomainAsync(host)));

            answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Conflict]);
        }
    }

    [Fact]
    public async Task The_same_claim_of_one_tenant_many_times_at_once_is_made_once()
    {
        var smith = await server.CreateTenantAsync("Claims Once");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => smith.AddDomainAsync("shop.claims-once.example")));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([.. Enumerable.Repeat(HttpStatusCode.OK, 5), HttpStatusCode.Created]);
        (await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(Cancelled)))).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Claims_of_one_tenant_end_at_the_limit_however_many_are_made_at_once()
    {
        var smith = await server.CreateTenantAsync("Limit");
        for (var number = 1; number < 50; number++)
        {
            await smith.AddDomainAsync($"n{number}.limit.example").ShouldBeAsync(HttpStatusCode.Created);
        }

        for (var round = 0; round < 5; round++)
        {
            var hosts = Enumerable.Range(0, 20).Select(number => $"last{number}.round{round}.limit.example").ToList();

            var answers = await Task.WhenAll(hosts.Select(smith.AddDomainAsync));

            answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Created, .. Enumerable.Repeat(HttpStatusCode.Conflict, 19)]);
            (await smith.DomainsAsync()).Count.ShouldBe(50);
            await smith.RemoveDomainAsync(hosts[Array.FindIndex(answers, answer => answer.StatusCode == HttpStatusCode.Created)]).ShouldBeAsync(HttpStatusCode.NoContent);
        }

        await smith.AddDomainAsync("last.limit.example").ShouldBeAsync(HttpStatusCode.Created);
        await smith.AddDomainAsync("n50.limit.example").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:domains:too-many-domains");
        await smith.AddDomainAsync("n7.limit.example").ShouldBeAsync(HttpStatusCode.OK);
        await smith.RemoveDomainAsync("n7.limit.example").ShouldBeAsync(HttpStatusCode.NoContent);
        await smith.AddDomainAsync("n50.limit.example").ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_claim_that_is_not_proven_lapses_after_seven_days_and_a_proven_one_does_not()
    {
        var smith = await server.CreateTenantAsync("Lapse Smith");
        var jones = await server.CreateTenantAsync("Lapse Jones");
        var first = await smith.AddDomainAsync("shop.lapse.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        var own = await smith.AddDomainAsync("own.lapse.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        await server.ProveAsync(smith, "proven.lapse.example");
        (smith, jones) = (await MoveClockAsync(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1), smith), await SignInAnewAsync(jones));
        await jones.AddDomainAsync("shop.lapse.example").ProblemAsync(HttpStatusCode.Conflict, Taken);

        server.Clock.Advance(TimeSpan.FromSeconds(1));

        await smith.CheckDomainAsync("shop.lapse.example").ProblemAsync(HttpStatusCode.NotFound, Unknown);
        await smith.RemoveDomainAsync("shop.lapse.example").ProblemAsync(HttpStatusCode.NotFound, Unknown);
        (await smith.DomainsAsync()).Select(domain => domain.Host).ShouldBe(["proven.lapse.example"]);
        var second = await jones.AddDomainAsync("shop.lapse.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        second.Record.Value.ShouldNotBe(first.Record.Value);
        await smith.AddDomainAsync("shop.lapse.example").ProblemAsync(HttpStatusCode.Conflict, Taken);
        await jones.AddDomainAsync("proven.lapse.example").ProblemAsync(HttpStatusCode.Conflict, Taken);
        (await smith.AddDomainAsync("own.lapse.example").ReadAsync<DomainResponse>(HttpStatusCode.Created)).Record.Value.ShouldNotBe(own.Record.Value);
    }

    [Fact]
    public async Task Claims_that_have_lapsed_are_removed_and_no_others()
    {
        var smith = await server.CreateTenantAsync("Removed Claims");
        await smith.AddDomainAsync("old.removed.example").ShouldBeAsync(HttpStatusCode.Created);
        await server.ProveAsync(smith, "proven.removed.example");
        smith = await MoveClockAsync(TimeSpan.FromDays(7), smith);
        await smith.AddDomainAsync("new.removed.example").ShouldBeAsync(HttpStatusCode.Created);

        await ActivatorUtilities.CreateInstance<ExpiredRows>(server.Services).RemoveAsync(Cancelled);

        (await server.ExecuteAsync("SELECT string_agg(host, ' ' ORDER BY host) FROM platform.domains WHERE host LIKE '%.removed.example'")).ShouldBe("new.removed.example proven.removed.example");
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("member")]
    [InlineData("editor")]
    public async Task Only_admins_see_and_change_domains(string role)
    {
        var smith = await server.CreateTenantAsync($"Domains {role}");
        var host = $"shop.{role}.example";
        await server.ClaimAsync(smith, host);
        var member = await smith.AddMemberAsync(role);

        foreach (var sending in new[] { member.Client.GetAsync("/api/domains", Cancelled), member.Client.AddDomainAsync($"new.{role}.example"), member.Client.PostAsync($"/api/domains/{host}/check", content: null, Cancelled), member.Client.DeleteAsync($"/api/domains/{host}", Cancelled) })
        {
            await sending.ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:not-allowed");
        }

        (await smith.DomainAsync()).Status.ShouldBe("claimed");
    }

    [Fact]
    public async Task Nobody_and_no_tenant_are_told_so()
    {
        var smith = await server.CreateTenantAsync("No Tenant Named");
        using var nowhere = server.Client(smith.Admin.Client.DefaultRequestHeaders.Authorization!.Parameter);

        await nowhere.GetAsync("/api/domains", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:no-tenant");
        await nowhere.AddDomainAsync("shop.nowhere.example").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:no-tenant");
        await server.Nobody.AddDomainAsync("shop.nowhere.example").ShouldBeAsync(HttpStatusCode.Unauthorized);
        await server.Nobody.DeleteAsync("/api/domains/shop.nowhere.example", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_list_is_paged_and_the_typed_client_does_all_of_it()
    {
        var smith = await server.CreateTenantAsync("Typed Client");
        var client = new RowhouseClient(smith.Admin.Client).ForTenant(smith.Slug);
        smith.Admin.Client.DefaultRequestHeaders.Remove("X-Tenant-Id");
        foreach (var host in new[] { "b.typed.example", "a.typed.example", "c.typed.example" })
        {
            var added = await client.AddDomainAsync(new(host), Cancelled);
            server.Dns.Say(added.Record.Name, added.Record.Value);
            server.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await client.CheckDomainAsync("a.typed.example", Cancelled)).Status.ShouldBe("proven");
        await client.RemoveDomainAsync("c.typed.example", Cancelled);
        (await client.DomainsAsync(cancellationToken: Cancelled)).Items.Select(domain => (domain.Host, domain.Status)).ShouldBe([("a.typed.example", "proven"), ("b.typed.example", "claimed")]);
        (await Should.ThrowAsync<RowhouseProblemException>(client.RemoveDomainAsync("c.typed.example", Cancelled))).Type.ShouldBe(Unknown);
        smith.Admin.Client.DefaultRequestHeaders.Add("X-Tenant-Id", smith.Slug);
        foreach (var (sort, expected) in new[] { ("host", "a"), ("-host", "b"), ("addedAt", "b"), ("-addedAt", "a") })
        {
            var first = await smith.Admin.Client.GetAsync($"/api/domains?limit=1&count=true&sort={sort}", Cancelled).ReadAsync<Page<DomainResponse>>();
            var rest = await smith.Admin.Client.GetAsync($"/api/domains?limit=1&sort={sort}&after={first.Next}", Cancelled).ReadAsync<Page<DomainResponse>>();

            (first.Total, first.Items[0].Host, rest.Next).ShouldBe((2, $"{expected}.typed.example", null), sort);
            rest.Items.ShouldHaveSingleItem().Host.ShouldNotBe(first.Items[0].Host);
        }
    }

    [Fact]
    public async Task What_becomes_of_a_domain_is_recorded()
    {
        var smith = await server.CreateTenantAsync("Recorded Domains");
        await server.ProveAsync(smith, "shop.recorded.example");
        await smith.AddDomainAsync("shop.recorded.example").ShouldBeAsync(HttpStatusCode.OK);
        await smith.CheckDomainAsync("shop.recorded.example").ShouldBeAsync(HttpStatusCode.OK);
        await smith.RemoveDomainAsync("shop.recorded.example").ShouldBeAsync(HttpStatusCode.NoContent);

        var audit = await smith.Admin.Client.GetAsync("/api/audit?limit=200", Cancelled).ReadAsync<Page<AuditEntryResponse>>();

        audit.Items.Where(entry => entry.Subject == "shop.recorded.example").Select(entry => (entry.Action, entry.Person!.Id))
            .ShouldBe([("domain.removed", smith.Admin.Id), ("domain.proven", smith.Admin.Id), ("domain.added", smith.Admin.Id)], ignoreOrder: true);
    }

    private async Task<TestTenant> MoveClockAsync(TimeSpan by, TestTenant tenant)
    {
        server.Clock.Advance(by);
        await server.RenewSuperAdminAsync();
        return await SignInAnewAsync(tenant);
    }

    private async Task<TestTenant> SignInAnewAsync(TestTenant tenant) =>
        tenant with { Admin = tenant.Admin with { Client = await server.SignInAsync(tenant.Admin.Email, ServerFixture.Password, tenant.Slug) } };
}
