using System.Net;
using System.Net.Sockets;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Domains;

/// <summary>What the name server says, and what a claim is worth then.</summary>
public sealed class DomainProofTests(DomainServer server) : IClassFixture<DomainServer>
{
    private const string Missing = "urn:rowhouse:domains:record-missing";
    private const string Wrong = "urn:rowhouse:domains:record-wrong";
    private const string Unreachable = "urn:rowhouse:domains:name-server-unreachable";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_record_that_is_set_proves_the_domain_and_once_is_enough()
    {
        var smith = await server.CreateTenantAsync("Is Set");
        var claim = await server.ClaimAsync(smith, "shop.set.example");

        var proven = await smith.CheckDomainAsync("SHOP.set.example.").ReadAsync<DomainResponse>();

        (proven.Status, proven.ExpiresAt, proven.Failure, proven.Record).ShouldBe(("proven", null, null, claim.Record));
        proven.ProvenAt.ShouldNotBeNull();
        (await smith.DomainAsync()).ShouldBe(proven);
        var asked = server.Dns.Asked;
        (await smith.CheckDomainAsync("shop.set.example").ReadAsync<DomainResponse>()).ShouldBe(proven);
        server.Dns.Asked.ShouldBe(asked);
    }

    public static IEnumerable<TheoryDataRow<string, DnsAnswer, string>> Failures { get; } = new (string Says, DnsAnswer Answer, string Failure)[]
    {
        ("no such name", new() { Code = 3 }, "record-missing"),
        ("a name without such records", new(), "record-missing"),
        ("a name that leads to another and nothing there", new() { AliasOf = "nothing.example" }, "record-missing"),
        ("another text", new() { Texts = ["v=spf1 -all"] }, "record-wrong"),
        ("an empty text", new() { Texts = [""] }, "record-wrong"),
        ("the prefix alone", new() { Texts = ["rowhouse-domain-verification="] }, "record-wrong"),
        ("a token that nobody has", new() { Texts = ["rowhouse-domain-verification=00000000000000000000000000000000"] }, "record-wrong"),
        ("a failure", new() { Code = 2 }, "name-server-unreachable"),
        ("a refusal", new() { Code = 5 }, "name-server-unreachable"),
    }.Select(row => new TheoryDataRow<string, DnsAnswer, string>(row.Says, row.Answer, row.Failure) { TestDisplayName = row.Says });

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_record_that_is_not_there_keeps_the_claim_and_says_what_is_wrong(string says, DnsAnswer answer, string failure)
    {
        var smith = await server.CreateTenantAsync("Not There");
        var host = $"{says.Replace(' ', '-')}.example";
        var claim = await smith.AddDomainAsync(host).ReadAsync<DomainResponse>(HttpStatusCode.Created);
        server.Dns.Say(claim.Record.Name, answer);

        await smith.CheckDomainAsync(host).ProblemAsync(failure == "name-server-unreachable" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Conflict, $"urn:rowhouse:domains:{failure}");

        var kept = await smith.DomainAsync();
        kept.CheckedAt.ShouldNotBeNull();
        kept.ShouldBe(claim with { CheckedAt = kept.CheckedAt, Failure = failure });
        server.Clock.Advance(Pause);
        server.Dns.Say(claim.Record.Name, claim.Record.Value);
        (await smith.CheckDomainAsync(host).ReadAsync<DomainResponse>()).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_name_server_that_is_silent_costs_seconds_and_loses_nothing()
    {
        var smith = await server.CreateTenantAsync("Silent");
        var claim = await server.ClaimAsync(smith, "shop.silent.example");
        foreach (var (answer, says) in new[] { (new DnsAnswer { IsSilent = true }, "over UDP"), (new DnsAnswer { Texts = [claim.Record.Value], IsTruncated = true, IsSilentOverTcp = true }, "over TCP") })
        {
            server.Dns.Say(claim.Record.Name, answer);
            var began = TimeProvider.System.GetTimestamp();

            using var refused = await smith.CheckDomainAsync("shop.silent.example");

            await Task.FromResult(refused).ProblemAsync(HttpStatusCode.ServiceUnavailable, Unreachable);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(9), says);
            server.Clock.Advance(Pause);
        }

        server.Dns.Say(claim.Record.Name, claim.Record.Value);
        await smith.CheckDomainAsync("shop.silent.example").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_record_proves_the_claim_that_it_was_made_for_and_no_other()
    {
        var smith = await server.CreateTenantAsync("Token Smith");
        var jones = await server.CreateTenantAsync("Token Jones");
        var smiths = await smith.AddDomainAsync("smith.token.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        var joness = await jones.AddDomainAsync("jones.token.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        server.Dns.Say(smiths.Record.Name, joness.Record.Value);
        await smith.CheckDomainAsync(smiths.Host).ProblemAsync(HttpStatusCode.Conflict, Wrong);

        await smith.RemoveDomainAsync(smiths.Host).ShouldBeAsync(HttpStatusCode.NoContent);
        server.Dns.Say(smiths.Record.Name, smiths.Record.Value);
        await jones.AddDomainAsync(smiths.Host).ShouldBeAsync(HttpStatusCode.Created);
        await jones.CheckDomainAsync(smiths.Host).ProblemAsync(HttpStatusCode.Conflict, Wrong);
    }

    [Theory]
    [InlineData("alias", 0, 255, false)]
    [InlineData("among-others", 20, 255, false)]
    [InlineData("in-pieces", 3, 10, false)]
    [InlineData("over-tcp", 0, 255, true)]
    [InlineData("last-of-a-hundred", 99, 255, true)]
    public async Task A_record_is_found_wherever_a_resolver_finds_it(string how, int others, int piece, bool truncated)
    {
        var smith = await server.CreateTenantAsync("Is Found");
        var claim = await smith.AddDomainAsync($"{how}.found.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        server.Dns.Say(claim.Record.Name, new DnsAnswer
        {
            AliasOf = how == "alias" ? "proofs.elsewhere.example" : null,
            Texts = [.. Enumerable.Range(0, others).Select(number => $"other {number}"), claim.Record.Value],
            Piece = piece,
            IsTruncated = truncated,
        });

        (await smith.CheckDomainAsync(claim.Host).ReadAsync<DomainResponse>()).Status.ShouldBe("proven");
    }

    [Fact]
    public async Task Behind_a_hundred_other_records_nothing_is_looked_for()
    {
        var smith = await server.CreateTenantAsync("Hundred Others");
        var claim = await smith.AddDomainAsync("shop.hundred.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        server.Dns.Say(claim.Record.Name, new DnsAnswer { Texts = [.. Enumerable.Range(0, 100).Select(number => $"other {number}"), claim.Record.Value], IsTruncated = true });

        await smith.CheckDomainAsync(claim.Host).ProblemAsync(HttpStatusCode.Conflict, Wrong);
    }

    [Fact]
    public async Task A_domain_is_looked_for_once_in_five_seconds_however_many_ask()
    {
        var smith = await server.CreateTenantAsync("Once In Five");
        await smith.AddDomainAsync("shop.once.example").ShouldBeAsync(HttpStatusCode.Created);
        var asked = server.Dns.Asked;

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => smith.CheckDomainAsync("shop.once.example")));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Conflict, .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 4)]);
        answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Headers.RetryAfter!.Delta.ShouldBe(Pause);
        server.Dns.Asked.ShouldBe(asked + 1);
        server.Clock.Advance(Pause - TimeSpan.FromSeconds(1));
        await smith.CheckDomainAsync("shop.once.example").ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await smith.CheckDomainAsync("shop.once.example").ProblemAsync(HttpStatusCode.Conflict, Missing);
    }

    [Fact]
    public async Task A_host_that_leads_to_another_tenant_meanwhile_is_not_taken_from_it_and_the_claim_can_be_given_up()
    {
        var smith = await server.CreateTenantAsync("Meanwhile Smith");
        var jones = await server.CreateTenantAsync("Meanwhile Jones");
        await server.ClaimAsync(smith, "shop.meanwhile.example");
        await server.ExecuteAsync($"INSERT INTO platform.identifiers (kind, value, tenant_id, origin) VALUES (1, 'shop.meanwhile.example', '{jones.Id}', 2)");

        await smith.CheckDomainAsync("shop.meanwhile.example").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:domains:taken");

        (await smith.DomainAsync()).Status.ShouldBe("claimed");
        await smith.RemoveDomainAsync("shop.meanwhile.example").ShouldBeAsync(HttpStatusCode.NoContent);
        (await server.ExecuteAsync("SELECT tenant_id FROM platform.identifiers WHERE value = 'shop.meanwhile.example'")).ShouldBe(jones.Id);
    }
}

/// <summary>A server that is told of no name server.</summary>
public sealed class SystemNameServerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Without_a_word_those_of_the_system_are_asked()
    {
        var smith = await server.CreateTenantAsync("System Dns");
        await smith.AddDomainAsync("shop.system.example").ShouldBeAsync(HttpStatusCode.Created);

        using var answer = await smith.CheckDomainAsync("shop.system.example");

        // What they say depends on the machine; that they are asked does not. Nothing answers with the token of this claim.
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Conflict, HttpStatusCode.ServiceUnavailable);
        (await smith.DomainAsync()).Failure.ShouldNotBeNull();
    }
}

/// <summary>A server whose name servers, of which there are several, all say nothing.</summary>
public sealed class SilentNameServersTests(SilentNameServersTests.Fixture server) : IClassFixture<SilentNameServersTests.Fixture>
{
    [Fact]
    public async Task However_many_are_silent_a_check_ends_after_seconds()
    {
        var smith = await server.CreateTenantAsync("All Silent");
        await smith.AddDomainAsync("shop.all-silent.example").ShouldBeAsync(HttpStatusCode.Created);
        var began = TimeProvider.System.GetTimestamp();

        await smith.CheckDomainAsync("shop.all-silent.example").ProblemAsync(HttpStatusCode.ServiceUnavailable, "urn:rowhouse:domains:name-server-unreachable");

        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(9), "each of them has four seconds");
    }

    public sealed class Fixture : ServerFixture
    {
        private readonly UdpClient[] deaf = [.. Enumerable.Range(0, 4).Select(_ => new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))];

        protected override ServerSettings Configure(ServerSettings settings) => settings with { NameServers = [.. deaf.Select(server => (IPEndPoint)server.Client.LocalEndPoint!)] };

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            Array.ForEach(deaf, server => server.Dispose());
        }
    }
}
