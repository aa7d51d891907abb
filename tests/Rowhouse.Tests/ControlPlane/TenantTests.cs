using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class TenantTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_is_made_of_a_name_alone()
    {
        using var answer = await CreateAsync(new { name = "  Ku Bäthrooms & Söhne  " });

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var tenant = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled))!;
        tenant.Name.ShouldBe("Ku Bäthrooms & Söhne");
        tenant.Slug.ShouldBe("ku-bathrooms-sohne");
        (tenant.Status, tenant.CloudType, tenant.ProvisioningStatus).ShouldBe(("active", "public", "active"));
        (tenant.TimeZone, tenant.Currency, tenant.Locale).ShouldBe(("Etc/UTC", "USD", "en"));
        tenant.Placement.Kind.ShouldBe("shared");
        tenant.Products.ShouldBeEmpty();
        answer.Headers.Location!.OriginalString.ShouldBe($"/api/tenants/{tenant.Id}");
        answer.Headers.ETag!.Tag.ShouldBe($"\"{tenant.Version}\"");
        tenant.Id.Version.ShouldBe(7);
    }

    [Fact]
    public async Task A_tenant_is_found_by_id_slug_and_external_id()
    {
        var made = await CreateAsync(new { name = "Found By", externalIds = new[] { "Org-123-ABC", "found-by", "0B0E7A7C-5B7E-4A55-9F8E-0C2D3B1A4F00" }, timeZone = "America/New_York", currency = "GBP", locale = "en-GB" })
            .ReadAsync<TenantResponse>(HttpStatusCode.Created);

        made.ExternalIds.ShouldBe(["0b0e7a7c-5b7e-4a55-9f8e-0c2d3b1a4f00", "found-by", "org-123-abc"]);
        foreach (var name in new[] { made.Id.ToString(), "found-by", "FOUND-BY", "org-123-abc", "0B0E7A7C-5B7E-4A55-9F8E-0C2D3B1A4F00" })
        {
            (await server.SuperAdmin.GetAsync($"/api/tenants/{name}", Cancelled).ReadAsync<TenantResponse>()).Id.ShouldBe(made.Id);
            (await server.SuperAdmin.GetAsync($"/api/accounts/{name}", Cancelled).ReadAsync<TenantResponse>()).Id.ShouldBe(made.Id);
            using var within = new HttpRequestMessage(HttpMethod.Get, "/api/members") { Headers = { { "X-Account-Id", name } } };
            await server.SuperAdmin.SendAsync(within, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        await CreateAsync(new { name = "Taken", slug = "taken", externalIds = new[] { "taken-too" } }).ShouldBeAsync(HttpStatusCode.Created);

        var problem = await CreateAsync(new
        {
            name = " ",
            slug = "taken",
            externalIds = new[] { "taken-too", "with space", "" },
            cloudType = "hybrid",
            products = new[] { "nothing" },
            admin = new { email = "no address", name = "" },
            timeZone = "Mars/Olympus",
            currency = "XQZ",
            locale = "tlh-KLINGON-x",
        }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.Fields().ShouldBe(
        [
            "admin.email", "admin.name", "cloudType", "currency", "externalIds[0]", "externalIds[1]", "externalIds[2]", "locale", "name", "products[0]", "slug", "timeZone",
        ]);
    }

    [Theory]
    [InlineData("Admin")]
    [InlineData("www")]
    [InlineData("127.0.0.1")]
    [InlineData("-front")]
    [InlineData("back-")]
    [InlineData("xn--bcher-kva")]
    [InlineData("under_score")]
    [InlineData("")]
    [InlineData("0b0e7a7c-5b7e-4a55-9f8e-0c2d3b1a4f00")]
    public async Task A_slug_that_cannot_be_is_refused(string slug) =>
        (await CreateAsync(new { name = "Cannot Be", slug }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["slug"]);

    [Fact]
    public async Task A_name_without_letters_asks_for_a_slug() =>
        (await CreateAsync(new { name = "株式会社" }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["slug"]);

    [Fact]
    public async Task Slugs_ids_and_external_ids_share_one_name_space()
    {
        var first = await CreateAsync(new { name = "Name Space", slug = "name-space", externalIds = new[] { "space-one" } }).ReadAsync<TenantResponse>(HttpStatusCode.Created);

        foreach (var (body, field) in new (object, string)[]
        {
            (new { name = "x", slug = "space-one" }, "slug"),
            (new { name = "x", slug = "other", externalIds = new[] { "name-space" } }, "externalIds[0]"),
            (new { name = "x", slug = "other", externalIds = new[] { first.Id.ToString().ToUpperInvariant() } }, "externalIds[0]"),
        })
        {
            (await CreateAsync(body).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:identifier-taken")).Fields().ShouldBe([field]);
        }
    }

    [Fact]
    public async Task A_slug_made_from_a_name_is_numbered_where_it_is_taken()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CreateAsync(new { name = "Same Name" }).ReadAsync<TenantResponse>(HttpStatusCode.Created)));

        answers.Select(tenant => tenant.Slug).Order(StringComparer.Ordinal).ShouldBe(["same-name", "same-name-2", "same-name-3", "same-name-4"]);
    }

    [Fact]
    public async Task Of_two_that_ask_for_one_slug_at_once_one_gets_it()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreateAsync(new { name = "Race", slug = "race" })));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(5);
    }

    [Fact]
    public async Task The_first_admin_gets_a_link_that_looks_the_same_whether_they_are_new_or_not()
    {
        var admin = new { email = "first@admin.localhost", name = "First Admin" };
        var one = await CreateAsync(new { name = "Link One", admin }).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        var two = await CreateAsync(new { name = "Link Two", admin }).ReadAsync<TenantResponse>(HttpStatusCode.Created);

        foreach (var made in new[] { one.Admin!, two.Admin! })
        {
            made.InvitationLink.ShouldStartWith("/invitation#token=");
            (made.Role, made.Status, made.PersonId, made.JoinedAt).ShouldBe(("admin", "invited", null, null));
        }
    }

    [Fact]
    public async Task Suspending_closes_a_tenant_at_once_and_resuming_opens_it_again()
    {
        var tenant = await server.CreateTenantAsync("Closed Today");
        await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        (await PostAsync($"/api/tenants/{tenant.Slug}/suspend").ReadAsync<TenantResponse>()).Status.ShouldBe("suspended");
        await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ProblemAsync(HttpStatusCode.Locked, "urn:rowhouse:tenancy:suspended");
        (await tenant.Admin.Client.GetAsync("/api/me", Cancelled).ReadAsync<MeResponse>()).Tenants.Single().Status.ShouldBe("suspended");
        var problem = await PostAsync($"/api/tenants/{tenant.Id}/suspend").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        problem.GetProperty("state").GetString().ShouldBe("suspended");
        problem.GetProperty("allowed").EnumerateArray().Select(state => state.GetString()).ShouldContain("active");

        (await PostAsync($"/api/accounts/{tenant.Id}/resume").ReadAsync<TenantResponse>()).Status.ShouldBe("active");
        await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await PostAsync($"/api/tenants/{tenant.Id}/resume").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_is_told_by_the_database()
    {
        var tenant = await server.CreateTenantAsync("Answer Lost");
        await using (var owner = NpgsqlDataSource.Create(server.Database.ControlOwner!))
        {
            await using var elsewhere = owner.CreateCommand("UPDATE platform.tenants SET status = $2, version = version + 1 WHERE id = $1");
            elsewhere.Parameters.AddWithValue(tenant.Id);
            elsewhere.Parameters.AddWithValue((short)Tenancy.TenantStatus.Suspended);
            (await elsewhere.ExecuteNonQueryAsync(Cancelled)).ShouldBe(1);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await StatusAsync() is HttpStatusCode.OK)
        {
            await Task.Delay(10, patience.Token);
        }

        (await StatusAsync()).ShouldBe(HttpStatusCode.Locked);
        await PostAsync($"/api/tenants/{tenant.Id}/suspend").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");

        async Task<HttpStatusCode> StatusAsync()
        {
            using var answer = await tenant.Admin.Client.GetAsync("/api/members", Cancelled);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Of_many_that_suspend_at_once_one_does()
    {
        var tenant = await server.CreateTenantAsync("Closed Once");

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostAsync($"/api/tenants/{tenant.Slug}/suspend")));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.Conflict, 4)]);
    }

    [Fact]
    public async Task A_change_of_what_was_not_seen_is_refused()
    {
        var tenant = await server.CreateTenantAsync("Not Seen");
        using var read = await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Slug}", Cancelled);
        var seen = read.Headers.ETag!.Tag;

        await PostAsync($"/api/tenants/{tenant.Slug}/suspend", "\"999\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
        await PostAsync($"/api/tenants/{tenant.Slug}/suspend", "garbage").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:malformed");
        await PostAsync($"/api/tenants/{tenant.Slug}/suspend", seen).ShouldBeAsync(HttpStatusCode.OK);
        await PostAsync($"/api/tenants/{tenant.Slug}/resume", seen).ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
        await PostAsync($"/api/tenants/{tenant.Slug}/resume", "*").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_many_changes_at_once_of_what_was_seen_one_is_made_and_the_others_are_told_that_it_changed()
    {
        var tenant = await server.CreateTenantAsync("Seen By Many");

        foreach (var (seen, change) in new[] { ("\"1\"", "suspend"), ("\"2\"", "resume") })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync($"/api/tenants/{tenant.Slug}/{change}", seen)));

            answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.PreconditionFailed, 7)]);
        }
    }

    [Fact]
    public async Task Members_read_their_own_tenant_and_no_other()
    {
        var own = await server.CreateTenantAsync("Reads Own");
        var other = await server.CreateTenantAsync("Reads Other");

        (await own.Admin.Client.GetAsync($"/api/tenants/{own.Slug}", Cancelled).ReadAsync<TenantResponse>()).Id.ShouldBe(own.Id);
        var hidden = await own.Admin.Client.GetAsync($"/api/tenants/{other.Slug}", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        var missing = await own.Admin.Client.GetAsync("/api/tenants/there-is-none", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        hidden.GetProperty("detail").GetString().ShouldBe(missing.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/tenants")]
    [InlineData("POST", "/api/tenants")]
    [InlineData("POST", "/api/tenants/harbor/suspend")]
    [InlineData("POST", "/api/accounts/harbor/resume")]
    [InlineData("PATCH", "/api/tenants/harbor")]
    [InlineData("DELETE", "/api/tenants/harbor?confirm=harbor")]
    [InlineData("POST", "/api/accounts/harbor/revive")]
    [InlineData("POST", "/api/tenants/harbor/subscriptions")]
    [InlineData("DELETE", "/api/tenants/harbor/subscriptions/cardvault")]
    [InlineData("GET", "/api/platform/audit")]
    public async Task What_runs_the_platform_is_refused_to_a_tenants_admin(string method, string path)
    {
        var tenant = await server.CreateTenantAsync("No Staff");
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? JsonContent.Create(new { name = "x", product = "cardvault" }) : null };

        await tenant.Admin.Client.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:not-allowed");
        using var again = new HttpRequestMessage(new HttpMethod(method), path);
        await server.Nobody.SendAsync(again, Cancelled).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
    }

    [Fact]
    public async Task The_list_is_searched_filtered_sorted_counted_and_paged()
    {
        foreach (var number in Enumerable.Range(1, 5))
        {
            await CreateAsync(new { name = $"Paged 50% {number}", externalIds = new[] { $"paged-external-{number}" } }).ShouldBeAsync(HttpStatusCode.Created);
        }

        await PostAsync("/api/tenants/paged-50-3/suspend").ShouldBeAsync(HttpStatusCode.OK);

        foreach (var sort in new[] { "name", "-name", "slug", "-slug", "createdAt", "-createdAt" })
        {
            List<string> seen = [];
            string? after = null;
            do
            {
                var page = await ListAsync($"search=paged%2050%25&limit=2&count=true&sort={sort}{(after is null ? "" : $"&after={after}")}");
                page.Total.ShouldBe(5);
                page.Items.Count.ShouldBeLessThanOrEqualTo(2);
                seen.AddRange(page.Items.Select(tenant => tenant.Slug));
                after = page.Next;
            }
            while (after is not null);

            string[] expected = ["paged-50-1", "paged-50-2", "paged-50-3", "paged-50-4", "paged-50-5"];
            seen.ShouldBe(sort[0] == '-' ? expected.Reverse() : expected, sort);
        }

        (await ListAsync("search=paged&status=suspended")).Items.Single().Slug.ShouldBe("paged-50-3");
        (await ListAsync("search=paged-external-4")).Items.Single().Slug.ShouldBe("paged-50-4");
        (await ListAsync("search=paged&product=nothing")).Items.ShouldBeEmpty();
        (await ListAsync("search=%25")).Items.ShouldAllBe(tenant => tenant.Name.Contains('%'));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("sort=password", "sort")]
    [InlineData("sort=-", "sort")]
    [InlineData("after=nonsense", "after")]
    [InlineData("after=AAAAAAAAAAAAAAAAAAAA", "after")]
    [InlineData("status=gone", "status")]
    [InlineData("status=2", "status")]
    public async Task A_list_that_cannot_be_given_says_why(string query, string field) =>
        (await server.SuperAdmin.GetAsync($"/api/tenants?{query}", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe([field]);

    [Fact]
    public async Task A_cursor_belongs_to_its_sort_and_cannot_be_changed()
    {
        await server.CreateTenantAsync("Cursor One");
        await server.CreateTenantAsync("Cursor Two");
        var next = (await ListAsync("limit=1&sort=createdAt")).Next!;

        await server.SuperAdmin.GetAsync($"/api/tenants?sort=name&after={next}", Cancelled).ShouldBeAsync(HttpStatusCode.BadRequest);
        await server.SuperAdmin.GetAsync($"/api/tenants?sort=createdAt&after={next[..^4]}AAAA", Cancelled).ShouldBeAsync(HttpStatusCode.BadRequest);
        await server.SuperAdmin.GetAsync($"/api/tenants?sort=createdAt&after={next}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.GetAsync($"/api/tenants?sort=name&after={Forge(["name", "a", "018f0000-0000-7000-8000-000000000000"])}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("createdAt", "yesterday", "018f0000-0000-7000-8000-000000000000")]
    [InlineData("createdAt", null, "018f0000-0000-7000-8000-000000000000")]
    [InlineData("createdAt", "2026-01-01T00:00:00Z", "x")]
    [InlineData("createdAt", "0001-01-01T00:00:00+14:00", "018f0000-0000-7000-8000-000000000000")]
    [InlineData("createdAt", "2026-01-01T00:00:00Z")]
    [InlineData("createdAt", "2026-01-01T00:00:00Z", "018f0000-0000-7000-8000-000000000000", "more")]
    [InlineData("name", "a\0b", "018f0000-0000-7000-8000-000000000000")]
    [InlineData("slug", "no slug", "018f0000-0000-7000-8000-000000000000")]
    public async Task A_cursor_made_by_hand_is_refused_where_it_cannot_be_read(string sort, params string?[] values) =>
        (await server.SuperAdmin.GetAsync($"/api/tenants?sort={sort}&after={Forge([sort, .. values])}", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid"))
            .Fields().ShouldBe(["after"]);

    private static string Forge(string?[] parts)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(parts);
        return System.Buffers.Text.Base64Url.EncodeToString([.. System.Security.Cryptography.SHA256.HashData(payload).AsSpan(0, 8), .. payload]);
    }

    private Task<Page<TenantResponse>> ListAsync(string query) => server.SuperAdmin.GetAsync($"/api/tenants?{query}", Cancelled).ReadAsync<Page<TenantResponse>>();

    private Task<HttpResponseMessage> CreateAsync(object body) => server.SuperAdmin.PostAsJsonAsync("/api/tenants", body, Cancelled);

    private Task<HttpResponseMessage> PostAsync(string path, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return server.SuperAdmin.SendAsync(request, Cancelled);
    }
}
