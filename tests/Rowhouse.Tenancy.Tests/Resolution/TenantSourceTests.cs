using System.Net;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.AspNetCore.Resolution;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Resolution;

public sealed class TenantSourceTests
{
    private const string Claims = "X-Test-Claims";

    [Theory]
    [InlineData("idp|org_id|smith", "smith")]
    [InlineData("idp|org_id|ORG-123-abc", "smith")]
    [InlineData("idp|tenantId|smith", null)]
    [InlineData("other|custom:accountId|smith", null)]
    [InlineData("https://idp.example|custom:accountId|o1", "smith")]
    public async Task A_claim_names_the_tenant_of_its_token(string claim, string? expected)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromClaim("org_id").FromClaim("custom:accountId", "https://idp.example", "frontegg:"));

        var (status, body, _) = await app.SendAsync(headers: (Claims, claim));

        status.ShouldBe(expected is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
        body.ShouldStartWith(expected ?? "{");
    }

    [Fact]
    public async Task A_claim_that_nobody_has_checked_names_none()
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromClaim("org_id"));

        var (status, _, _) = await app.SendAsync(headers: [(Claims, "idp|org_id|smith"), ("X-Test-Unchecked", "yes")]);

        status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("harbor")]
    [InlineData("nobody-has-this-name")]
    public async Task A_token_or_key_of_one_tenant_is_refused_in_another_the_same_whether_it_exists_or_not(string other)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromClaim("org_id").FromApiKey("X-Api-Key").FromHeader("X-Tenant-Id"));
        (string, string)[] credentials = [(Claims, "idp|org_id|smith"), ("X-Api-Key", "key-of-smith")];

        foreach (var credential in credentials)
        {
            var (status, body, _) = await app.SendAsync(headers: [credential, ("X-Tenant-Id", other)]);
            status.ShouldBe(HttpStatusCode.Forbidden);
            body.ShouldContain("urn:rowhouse:tenancy:bound-credential");
            (await app.SendAsync(headers: [credential, ("X-Tenant-Id", "smith")])).Status.ShouldBe(HttpStatusCode.OK);
        }

        (await app.SendAsync("/signup", headers: [credentials[1], ("X-Tenant-Id", other)])).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await app.SendAsync("/signup", headers: [credentials[1], ("X-Tenant-Id", "smith")])).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: [("X-Api-Key", "guessed"), ("X-Tenant-Id", other)])).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("key-of-smith", HttpStatusCode.OK)]
    [InlineData("KEY-OF-SMITH", HttpStatusCode.NotFound)]
    [InlineData("guessed", HttpStatusCode.NotFound)]
    public async Task An_API_key_leads_to_its_tenant(string key, HttpStatusCode expected)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromApiKey("X-Api-Key"));

        (await app.SendAsync(headers: ("X-Api-Key", key))).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task Two_keys_of_different_tenants_are_refused()
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromApiKey("X-Api-Key"));

        (await app.SendAsync(headers: [("X-Api-Key", "key-of-smith"), ("X-Api-Key", "key-of-harbor")])).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("https://smith.pages.example", HttpStatusCode.OK)]
    [InlineData("https://SMITH.pages.example:8443", HttpStatusCode.OK)]
    [InlineData("https://cards.smith.example", HttpStatusCode.OK)]
    [InlineData("https://bücher.example", HttpStatusCode.OK)]
    [InlineData("https://ghost.pages.example", HttpStatusCode.NotFound)]
    [InlineData("https://www.pages.example", HttpStatusCode.BadRequest)]
    [InlineData("https://elsewhere.example", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("://", HttpStatusCode.BadRequest)]
    [InlineData("https://", HttpStatusCode.BadRequest)]
    [InlineData("https://[::1]:80", HttpStatusCode.BadRequest)]
    [InlineData("https://smith.pages.example/path", HttpStatusCode.BadRequest)]
    public async Task A_page_on_a_host_of_its_own_names_the_tenant_by_its_origin(string origin, HttpStatusCode expected)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromOrigin("{tenant}.pages.example"));

        (await app.SendAsync(headers: ("Origin", origin))).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task A_page_of_one_tenant_cannot_work_in_another()
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromOrigin("{tenant}.pages.example").FromPath("/t/{tenant}"));

        (await app.SendAsync("/t/harbor/notes", headers: ("Origin", "https://smith.pages.example"))).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/notes?tenant=smith", HttpStatusCode.OK)]
    [InlineData("/notes?TENANT=Smith", HttpStatusCode.OK)]
    [InlineData("/notes?tenant=smith&tenant=smith", HttpStatusCode.OK)]
    [InlineData("/notes?tenant=smith&tenant=harbor", HttpStatusCode.BadRequest)]
    [InlineData("/notes?tenant=", HttpStatusCode.NotFound)]
    [InlineData("/notes?other=smith", HttpStatusCode.BadRequest)]
    [InlineData("/notes", HttpStatusCode.BadRequest)]
    public async Task The_query_names_a_tenant_where_it_is_switched_on(string path, HttpStatusCode expected)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromQuery("tenant"));

        (await app.SendAsync(path)).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task An_endpoint_has_places_of_its_own_which_agree_with_the_others()
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromHeader("X-Tenant-Id"));

        (await app.SendAsync("/callback?state=State-1")).Body.ShouldBe("smith");
        (await app.SendAsync("/callback?state=state-1")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await app.SendAsync("/callback?state=State-1", headers: ("X-Tenant-Id", "smith"))).Body.ShouldBe("smith");
        (await app.SendAsync("/callback?state=State-1", headers: ("X-Tenant-Id", "harbor"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await app.SendAsync("/notes?state=State-1")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_place_of_ones_own_is_read_like_the_others()
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromHeader("X-Tenant-Id")
            .From((context, mentions) => mentions.Add(IdentifierKind.Name, context.Request.Headers.UserAgent.ToString())));

        (await app.SendAsync(headers: ("User-Agent", "smith"))).Body.ShouldStartWith("smith");
        (await app.SendAsync(headers: [("User-Agent", "smith"), ("X-Tenant-Id", "harbor")])).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/smith", "/t/smith")]
    [InlineData("/Smith/notes?a=b%20c", "/t/Smith/notes?a=b%20c")]
    [InlineData("/smith/a%2541", "/t/smith/a%2541")]
    [InlineData("/smith/a%2Fb", "/t/smith/a%2Fb")]
    [InlineData("/smith//evil.example", "/t/smith//evil.example")]
    public async Task An_old_link_is_sent_to_where_the_tenants_pages_are(string path, string expected)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromPath("/t/{tenant}"));

        var (status, _, response) = await app.SendAsync(path);

        status.ShouldBe(HttpStatusCode.TemporaryRedirect);
        response.Headers.Location?.OriginalString.ShouldBe(expected);
    }

    [Theory]
    [InlineData("/ghost/notes", "GET")]
    [InlineData("/api/notes", "GET")]
    [InlineData("/%2Fsmith/notes", "GET")]
    [InlineData("/smith/notes", "POST")]
    [InlineData("/t", "GET")]
    [InlineData("/org-123-abc/notes", "GET")]
    [InlineData("/harbor/notes", "GET")]
    public async Task What_is_no_old_link_is_not_sent_anywhere(string path, string method)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromPath("/t/{tenant}"));

        (await app.SendAsync(path, method: new(method))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Places_can_be_named_by_a_configuration()
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromList(
            ["host {tenant}.notes.example", "path /t/{tenant}", " header  X-Tenant-Id ", "query tenant", "claim org_id", "claim sub https://idp.example frontegg:", "api-key X-Api-Key", "origin {tenant}.pages.example"]));

        (await app.SendAsync(host: "smith.notes.example")).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync("/t/smith/notes")).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync("/notes?tenant=smith")).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: ("X-Tenant-Id", "smith"))).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: ("X-Api-Key", "key-of-smith"))).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: ("Origin", "https://smith.pages.example"))).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: (Claims, "idp|org_id|smith"))).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: (Claims, "idp|sub|o1"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await app.SendAsync(headers: (Claims, "https://idp.example|sub|o1"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("cookie tenant", "'cookie' is not one of host, origin, path, header, query, claim, api-key")]
    [InlineData("host", "'host' needs a value, for example 'host {tenant}.example.com'")]
    [InlineData("header X-Tenant Id", "it has a word too many, 'Id'")]
    [InlineData("header X:Tenant", "it cannot have ':'")]
    [InlineData("query a=b", "it cannot have '='")]
    [InlineData("host notes.example", "{tenant} exactly once")]
    [InlineData("host {tenant}.no,tes.example", "'no,tes' is no label")]
    [InlineData("path /{tenant}", "fixed segments")]
    public void A_line_that_names_no_place_says_which_part_is_wrong(string line, string part)
    {
        var thrown = Should.Throw<FormatException>(() => TenantSourceList.Parse(["header X-Tenant-Id", line]));

        thrown.Message.ShouldContain($"'{line}'");
        thrown.Message.ShouldContain(part);
        thrown.Message.ShouldNotContain("(Parameter");
    }

    [Fact]
    public void A_line_that_is_there_twice_is_refused() =>
        Should.Throw<FormatException>(() => TenantSourceList.Parse(["header X-Tenant-Id", "header  x-tenant-id"])).Message.ShouldContain("twice");
}
