using System.Net;
using Rowhouse.Tenancy.AspNetCore;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Resolution;

public sealed class TenantOfARequest
{
    [Theory]
    [InlineData("smith.notes.example")]
    [InlineData("SMITH.Notes.Example")]
    [InlineData("smith.notes.example.")]
    [InlineData("smith.notes.example:8443")]
    [InlineData("smith.notes.example.:8443")]
    [InlineData("cards.smith.example")]
    [InlineData("Cards.Smith.Example:443")]
    [InlineData("xn--bcher-kva.example")]
    public async Task A_host_leads_to_its_tenant_however_it_is_spelled(string host)
    {
        await using var app = await NotesApp.StartAsync(All);

        var (status, body, _) = await app.SendAsync(host: host);

        status.ShouldBe(HttpStatusCode.OK);
        body.ShouldBe("smith |/notes");
    }

    [Theory]
    [InlineData("notes.example")]
    [InlineData("localhost")]
    [InlineData("a.b.notes.example")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("[::1]:5080")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]:5080")]
    [InlineData("[fe80::1%25eth0]:5080")]
    [InlineData("[2001:db8::7]:443")]
    [InlineData("www.notes.example")]
    [InlineData("API.notes.example:5080")]
    [InlineData("admin.notes.example.")]
    [InlineData("a.smith.notes.example")]
    [InlineData("smith.notes.example.evil.example")]
    [InlineData("smithnotes.example")]
    [InlineData("other.example")]
    public async Task A_host_outside_the_template_names_no_tenant(string host)
    {
        await using var app = await NotesApp.StartAsync(All);

        var (status, body, response) = await app.SendAsync(host: host);

        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ShouldContain("urn:rowhouse:tenancy:no-tenant");
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("ghost.notes.example", "/notes")]
    [InlineData("notes.example", "/t/ghost/notes")]
    [InlineData("notes.example", "/t//notes")]
    [InlineData("notes.example", "/t/sm%20ith/notes")]
    public async Task A_name_that_leads_nowhere_is_an_unknown_tenant(string host, string path)
    {
        await using var app = await NotesApp.StartAsync(All);

        var (status, body, _) = await app.SendAsync(path, host);

        status.ShouldBe(HttpStatusCode.NotFound);
        body.ShouldContain("urn:rowhouse:tenancy:unknown-tenant");
    }

    [Theory]
    [InlineData("{tenant}.?.example", "smith.eu.example", true)]
    [InlineData("{tenant}.?.example", "smith.example", false)]
    [InlineData("{tenant}.?.example", "smith.eu.west.example", false)]
    [InlineData("{tenant}.*.example", "smith.example", true)]
    [InlineData("{tenant}.*.example", "smith.eu.west.example", true)]
    [InlineData("*.{tenant}.example", "www.smith.example", true)]
    [InlineData("*.{tenant}.example", "smith.example", true)]
    [InlineData("*.{tenant}.example", "smith.example.org", false)]
    [InlineData("?.{tenant}.*", "www.smith", true)]
    [InlineData("?.{tenant}.*", "www.smith.any.where", true)]
    public async Task Wildcards_stand_for_whole_labels(string template, string host, bool fits)
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromHost(template));

        var (status, _, _) = await app.SendAsync(host: host);

        status.ShouldBe(fits ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("notes.example")]
    [InlineData("{tenant}")]
    [InlineData("{tenant}.{tenant}.example")]
    [InlineData("*.{tenant}.*")]
    [InlineData("x{tenant}.example")]
    [InlineData("{tenant}..example")]
    public async Task A_host_template_that_cannot_name_a_tenant_stops_the_start(string template)
    {
        var thrown = await Should.ThrowAsync<ArgumentException>(() => NotesApp.StartAsync(tenancy => tenancy.FromHost(template)));

        thrown.ParamName.ShouldBe("template");
    }

    [Theory]
    [InlineData("/{tenant}")]
    [InlineData("t/{tenant}")]
    [InlineData("/t/{tenant}/")]
    [InlineData("/t/")]
    [InlineData("/{area}/{tenant}")]
    public async Task A_path_template_that_cannot_name_a_tenant_stops_the_start(string template) =>
        await Should.ThrowAsync<ArgumentException>(() => NotesApp.StartAsync(tenancy => tenancy.FromPath(template)));

    [Fact]
    public async Task The_tenant_in_the_path_moves_to_the_path_base()
    {
        await using var app = await NotesApp.StartAsync(All);

        var (_, body, _) = await app.SendAsync("/t/Smith/notes");

        body.ShouldBe("smith /t/Smith|/notes");
    }

    [Fact]
    public async Task A_header_takes_an_id_a_slug_or_an_external_id()
    {
        await using var app = await NotesApp.StartAsync(All);

        foreach (var value in new[] { app.Smith.Id.ToString(), app.Smith.Id.ToString().ToUpperInvariant(), "smith", " SMITH ", "org-123-abc" })
        {
            var (status, body, _) = await app.SendAsync(headers: ("X-Tenant-Id", value));

            status.ShouldBe(HttpStatusCode.OK);
            body.ShouldBe("smith |/notes");
        }
    }

    [Theory]
    [InlineData("smith", "smith")]
    [InlineData("smith", "org-123-abc")]
    public async Task Two_headers_that_agree_are_one(string tenant, string account)
    {
        await using var app = await NotesApp.StartAsync(All);

        var (status, _, _) = await app.SendAsync("/t/smith/notes", headers: [("X-Tenant-Id", tenant), ("X-Account-Id", account)]);

        status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/t/smith/notes", "notes.example", "harbor", null)]
    [InlineData("/t/smith/notes", "notes.example", "ghost", null)]
    [InlineData("/t/ghost/notes", "notes.example", "smith", null)]
    [InlineData("/t/ghost/notes", "notes.example", "phantom", null)]
    [InlineData("/t/smith/notes", "harbor.notes.example", null, null)]
    [InlineData("/notes", "smith.notes.example", null, "harbor")]
    [InlineData("/notes", "notes.example", "smith", "harbor")]
    public async Task Identifiers_that_disagree_are_refused_the_same_whether_the_other_exists_or_not(string path, string host, string? tenant, string? account)
    {
        await using var app = await NotesApp.StartAsync(All);
        (string, string)[] headers = [.. tenant is null ? [] : new[] { ("X-Tenant-Id", tenant) }, .. account is null ? [] : new[] { ("X-Account-Id", account) }];

        var (status, body, _) = await app.SendAsync(path, host, headers: headers);

        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ShouldContain("urn:rowhouse:tenancy:conflicting-tenants");
    }

    [Theory]
    [InlineData("X-Tenant-Id", "X-Tenant-Id")]
    [InlineData("X-Tenant-Id", "x-tenant-ID")]
    public async Task A_header_that_is_sent_twice_must_say_the_same_twice(string once, string again)
    {
        await using var app = await NotesApp.StartAsync(All);

        var (same, _, _) = await app.SendAsync(headers: [(once, "smith"), (again, "smith")]);
        var (other, _, _) = await app.SendAsync(headers: [(once, "smith"), (again, "harbor")]);

        same.ShouldBe(HttpStatusCode.OK);
        other.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_platform_endpoint_is_bound_to_no_tenant_but_refuses_a_disagreement()
    {
        await using var app = await NotesApp.StartAsync(All);

        (await app.SendAsync("/signup")).Body.ShouldBe("free");
        (await app.SendAsync("/t/smith/signup")).Body.ShouldBe("free");
        (await app.SendAsync("/t/ghost/signup")).Body.ShouldBe("free");
        (await app.SendAsync("/t/smith/signup", headers: ("X-Tenant-Id", "harbor"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await app.SendAsync("/t/smith/signup", headers: ("X-Tenant-Id", "org-123-abc"))).Status.ShouldBe(HttpStatusCode.BadRequest, "else a guessed pair is confirmed");
    }

    [Theory]
    [InlineData("/t/smith/p/a%2541", "/t/smith|/p/a%41")]
    [InlineData("/t/smith/p/a%2500", "/t/smith|/p/a%00")]
    [InlineData("/t/smith/p/a%252fb", "/t/smith|/p/a%2fb")]
    [InlineData("/t/sm%2569th/free", "/t/sm%69th|/free")]
    public async Task A_path_is_decoded_once(string path, string expected)
    {
        await using var app = await NotesApp.StartAsync(All);

        (await app.SendAsync(path)).Body.ShouldBe(expected);
    }

    [Theory]
    [InlineData(TenantStatus.Suspended, HttpStatusCode.Locked, "suspended")]
    [InlineData(TenantStatus.Creating, HttpStatusCode.ServiceUnavailable, "provisioning")]
    [InlineData(TenantStatus.Deleted, HttpStatusCode.Gone, "deleted")]
    [InlineData(TenantStatus.Purged, HttpStatusCode.NotFound, "unknown")]
    [InlineData(TenantStatus.Erased, HttpStatusCode.NotFound, "unknown")]
    [InlineData(TenantStatus.Moving, HttpStatusCode.OK, "smith")]
    public async Task A_tenant_that_is_not_open_says_why(TenantStatus state, HttpStatusCode expected, string said)
    {
        await using var app = await NotesApp.StartAsync(All, state);

        var (status, body, response) = await app.SendAsync(headers: ("X-Tenant-Id", "smith"));

        status.ShouldBe(expected);
        body.ShouldContain(said);
        response.Headers.Contains("Retry-After").ShouldBe(expected == HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_wrong_method_and_an_unknown_address_are_told_apart_from_a_missing_tenant()
    {
        await using var app = await NotesApp.StartAsync(All);

        (await app.SendAsync(method: HttpMethod.Delete)).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await app.SendAsync("/nothing")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private static void All(TenancyBuilder tenancy) => tenancy
        .FromHost("{tenant}.notes.example").FromPath("/t/{tenant}").FromHeader("X-Tenant-Id").FromHeader("X-Account-Id");
}
