using System.Net;
using Rowhouse.Tenancy.AspNetCore;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Resolution;

public sealed class CatalogueOutageTests
{
    [Fact]
    public async Task Known_tenants_are_served_and_of_others_nobody_can_tell()
    {
        await using var app = await NotesApp.StartAsync(tenancy => All(tenancy));
        await app.LoseCatalogueAsync(DirectoryContact.Disconnected);

        (await app.SendAsync("/t/smith/notes")).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: ("X-Tenant-Id", "smith"))).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync("/signup")).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var other in new[] { "harbor", "ghost" })
        {
            (await app.SendAsync("/t/smith/notes", headers: ("X-Tenant-Id", other))).Status.ShouldBe(HttpStatusCode.ServiceUnavailable, "known or not, it is answered alike");
            (await app.SendAsync("/t/smith/signup", headers: ("X-Tenant-Id", other))).Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        foreach (var (path, host, header) in new[] { ("/t/ghost/notes", "notes.example", null), ("/notes", "ghost.notes.example", null), ("/notes", "notes.example", "ghost"), ("/notes", "other.example", null), ("/t/smith/notes", "notes.example", "ghost") })
        {
            var (status, body, response) = await app.SendAsync(path, host, headers: header is null ? Array.Empty<(string, string)>() : [("X-Tenant-Id", header)]);
            status.ShouldBe(HttpStatusCode.ServiceUnavailable, path);
            body.ShouldContain("urn:rowhouse:tenancy:catalogue-unreachable");
            response.Headers.RetryAfter.ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task After_too_long_nothing_that_is_known_can_be_relied_on()
    {
        await using var app = await NotesApp.StartAsync(tenancy => All(tenancy).WithDirectory(options => options.MaxStale = TimeSpan.Zero));
        await app.LoseCatalogueAsync(DirectoryContact.Stale);

        (await app.SendAsync("/t/smith/notes")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await app.SendAsync("/signup")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_tenant_that_is_not_in_memory_is_read_when_a_request_names_it()
    {
        await using var app = await NotesApp.StartAsync(tenancy => All(tenancy).WithDirectory(options => options.Capacity = 1));

        foreach (var tenant in new[] { "smith", "harbor", "smith" })
        {
            (await app.SendAsync($"/t/{tenant}/notes", headers: ("X-Tenant-Id", tenant))).Body.ShouldStartWith(tenant);
        }

        (await app.SendAsync(host: "cards.smith.example")).Body.ShouldStartWith("smith");
        (await app.SendAsync("/t/smith/notes", headers: ("X-Tenant-Id", "harbor"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await app.SendAsync("/t/ghost/notes")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_name_that_led_somewhere_once_is_like_any_other_that_leads_nowhere()
    {
        await using var app = await NotesApp.StartAsync(tenancy => All(tenancy));
        app.Directory.Apply(new(app.Harbor, [new(IdentifierKind.Name, "lost")]));
        app.Directory.Apply(new(app.Harbor, []));

        (await app.SendAsync(headers: ("X-Tenant-Id", "lost"))).Status.ShouldBe(HttpStatusCode.NotFound);
        foreach (var other in new[] { "lost", "ghost" })
        {
            (await app.SendAsync("/t/phantom/notes", headers: ("X-Tenant-Id", other))).Status.ShouldBe(HttpStatusCode.BadRequest, other);
            (await app.SendAsync($"/t/{other}/notes", headers: ("X-Tenant-Id", "phantom"))).Status.ShouldBe(HttpStatusCode.BadRequest, other);
        }
    }

    [Fact]
    public async Task A_name_that_is_not_in_memory_may_be_repeated_like_any_other()
    {
        await using var app = await NotesApp.StartAsync(tenancy => All(tenancy).WithDirectory(options => options.Capacity = 1));
        var absent = app.Directory.TryFind(app.Smith.Id, out _) ? "harbor" : "smith";

        (await app.SendAsync("/signup", headers: [.. Enumerable.Repeat(("X-Tenant-Id", absent), 20)])).Status.ShouldBe(HttpStatusCode.OK);
        (await app.SendAsync(headers: [.. Enumerable.Repeat(("X-Tenant-Id", absent), 20)])).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_different_names_that_are_not_in_memory_only_some_are_asked_for()
    {
        await using var app = await NotesApp.StartAsync(tenancy => All(tenancy).WithDirectory(options => options.Capacity = 1));
        string[] lost = [.. Enumerable.Range(0, 20).Select(number => $"lost-{number}")];
        app.Directory.Apply(new(app.Smith, [.. lost.Select(name => new Identifier(IdentifierKind.Name, name))]));
        app.Directory.Apply(new(app.Smith, []));

        (await app.SendAsync(headers: [.. lost.Select(name => ("X-Tenant-Id", name))])).Status.ShouldBe(HttpStatusCode.BadRequest);

        app.Catalogue.Asked.Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_tenant_that_is_not_in_memory_cannot_be_served_without_the_catalogue()
    {
        await using var app = await NotesApp.StartAsync(tenancy => All(tenancy).WithDirectory(options => options.Capacity = 1));
        var absent = app.Directory.TryFind(app.Smith.Id, out _) ? "harbor" : "smith";
        app.Catalogue.GoAway();

        (await app.SendAsync($"/t/{absent}/notes")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    private static TenancyBuilder All(TenancyBuilder tenancy) => tenancy.FromHost("{tenant}.notes.example").FromPath("/t/{tenant}").FromHeader("X-Tenant-Id");
}
