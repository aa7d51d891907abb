using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>Requests that are sent again.</summary>
public sealed class IdempotencyTests(IdempotencyServer server) : IClassFixture<IdempotencyServer>
{
    private const string Cards = "/api/cardvault/cards";
    private const string Collections = "/api/cardvault/collections";
    private const string Things = "/api/probe/things";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_the_tenants_and_the_routes_whoever_sends_it()
    {
        var smith = await server.CreateTenantAsync("Smith Whose", "cardvault");
        var jones = await server.CreateTenantAsync("Jones Whose", "cardvault");
        var other = await smith.AddMemberAsync("editor");
        var viewer = await smith.AddMemberAsync("viewer");
        var card = new { player = "Ken Griffey Jr.", quantity = 1 };

        var first = await SendAsync(smith.Admin.Client, Cards, "k-1", card);
        var made = await first.Content.ReadFromJsonAsync<CardResponse>(Cancelled);
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();

        var again = await SendAsync(smith.Admin.Client, Cards, "k-1", card);
        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        again.Headers.Location.ShouldBe(first.Headers.Location);
        again.Headers.ETag.ShouldBe(first.Headers.ETag);
        (await again.Content.ReadAsStringAsync(Cancelled)).ShouldBe(await first.Content.ReadAsStringAsync(Cancelled));

        var others = await SendAsync(other.Client, Cards, "k-1", card);
        (await others.Content.ReadFromJsonAsync<CardResponse>(Cancelled))!.Id.ShouldBe(made!.Id);
        others.Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        await SendAsync(viewer.Client, Cards, "k-1", card).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:not-allowed");

        var theirs = await SendAsync(jones.Admin.Client, Cards, "k-1", card);
        theirs.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await theirs.Content.ReadFromJsonAsync<CardResponse>(Cancelled))!.Id.ShouldNotBe(made.Id);

        (await SendAsync(smith.Admin.Client, Collections, "k-1", new { name = "Same key" })).StatusCode.ShouldBe(HttpStatusCode.Created);
        await SendAsync(smith.Admin.Client, Cards, "k-1", card with { quantity = 2 }).ProblemAsync(HttpStatusCode.UnprocessableEntity, "urn:rowhouse:request:key-reused");
        (await CountAsync(smith, Cards)).ShouldBe(1);
        (await CountAsync(jones, Cards)).ShouldBe(1);
    }

    [Fact]
    public async Task Who_may_not_do_it_does_not_get_the_answer_either_and_nothing_is_done_in_asking()
    {
        var tenant = await server.CreateTenantAsync("May Not", "cardvault");
        var owner = await tenant.AddMemberAsync("member");
        var other = await tenant.AddMemberAsync("member");
        var editor = await tenant.AddMemberAsync("editor");
        var collection = (await (await SendAsync(owner.Client, Collections, key: null, new { name = "Owner's" })).Content.ReadFromJsonAsync<CollectionResponse>(Cancelled))!;
        var card = new { player = "Whose", collectionId = collection.Id };
        await SendAsync(owner.Client, Cards, "k-may", card).ShouldBeAsync(HttpStatusCode.Created);

        await SendAsync(other.Client, Cards, "k-may", card).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:cardvault:not-yours");
        (await SendAsync(editor.Client, Cards, "k-may", card)).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        (await CountAsync(tenant, Cards)).ShouldBe(1);

        // Of the same person as well, when the role is another one by now.
        var anothers = await SendAsync(editor.Client, Cards, "k-role", card);
        anothers.StatusCode.ShouldBe(HttpStatusCode.Created);
        await tenant.Admin.Client.PatchAsJsonAsync($"/api/members/{editor.MemberId}", new { role = "member" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await SendAsync(editor.Client, Cards, "k-role", card).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:cardvault:not-yours");
        (await CountAsync(tenant, Cards)).ShouldBe(2);
    }

    [Fact]
    public async Task A_key_is_of_one_path_and_query()
    {
        var first = await server.CreateTenantAsync("Path One");
        var second = await server.CreateTenantAsync("Path Two");
        var wanted = new { product = "cardvault" };

        await SendAsync(server.SuperAdmin, $"/api/tenants/{first.Slug}/subscriptions", "k-path", wanted).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(server.SuperAdmin, $"/api/tenants/{second.Slug}/subscriptions", "k-path", wanted).ProblemAsync(HttpStatusCode.UnprocessableEntity, "urn:rowhouse:request:key-reused");
        await SendAsync(server.SuperAdmin, $"/api/tenants/{first.Slug}/subscriptions?more=1", "k-path", wanted).ProblemAsync(HttpStatusCode.UnprocessableEntity, "urn:rowhouse:request:key-reused");
    }

    [Fact]
    public async Task A_handler_that_is_refused_by_the_database_may_look_why()
    {
        server.Meanwhile = () => Task.CompletedTask;
        await SendAsync(server.Jones.Admin.Client, Things, "k-look-1", new { name = "Looked At" }).ShouldBeAsync(HttpStatusCode.Created);

        await SendAsync(server.Jones.Admin.Client, Things, "k-look-2", new { name = "Looked At" }).ShouldBeAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task An_answer_in_a_home_is_over_after_a_day_and_goes()
    {
        var tenant = await server.CreateTenantAsync("Home Day", "cardvault");
        await SendAsync(tenant.Admin.Client, Cards, "k-home-1", new { player = "Day" }).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(tenant.Admin.Client, Cards, "k-home-2", new { player = "Day" }).ShouldBeAsync(HttpStatusCode.Created);
        await using var superuser = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(server.Database.Application));
        await using (var age = superuser.CreateCommand("set session_replication_role = replica; update idempotency.keys set kept_at = kept_at - interval '24 hours 1 second' where key like 'k-home-%'"))
        {
            (await age.ExecuteNonQueryAsync(Cancelled)).ShouldBe(2);
        }

        (await SendAsync(tenant.Admin.Client, Cards, "k-home-1", new { player = "Day" })).Headers.Contains("Idempotency-Replayed").ShouldBeFalse();

        (await CountAsync(tenant, Cards)).ShouldBe(3);
        await using var left = superuser.CreateCommand("select string_agg(key, ' ' order by key) from idempotency.keys where key like 'k-home-%'");
        (await left.ExecuteScalarAsync(Cancelled)).ShouldBe("k-home-1");
    }

    [Fact]
    public async Task Without_a_key_every_request_has_its_effect()
    {
        var tenant = await server.CreateTenantAsync("Without Key", "cardvault");

        for (var request = 0; request < 2; request++)
        {
            (await SendAsync(tenant.Admin.Client, Cards, key: null, new { player = "Twice" })).StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        (await CountAsync(tenant, Cards)).ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_breaks_while_the_answer_is_kept_leaves_neither_the_effect_nor_the_answer()
    {
        var tenant = await server.CreateTenantAsync("Breaks", "cardvault");
        var superuser = await new PostgresFixture().SuperuserAsync(server.Database.Application);
        await HomeWork.ExecuteAsync(superuser, """
            CREATE SEQUENCE idempotency.deaths;
            CREATE FUNCTION idempotency.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                IF new.key = 'k-breaks' AND nextval('idempotency.deaths') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                RETURN new;
            END $$;
            CREATE TRIGGER die BEFORE INSERT ON idempotency.keys FOR EACH ROW EXECUTE FUNCTION idempotency.die();
            """);
        try
        {
            await SendAsync(tenant.Admin.Client, Cards, "k-breaks", new { player = "Once" }).ShouldBeAsync(HttpStatusCode.ServiceUnavailable);
            (await CountAsync(tenant, Cards)).ShouldBe(0);

            using var again = await SendAsync(tenant.Admin.Client, Cards, "k-breaks", new { player = "Once" });

            (again.StatusCode, again.Headers.Contains("Idempotency-Replayed")).ShouldBe((HttpStatusCode.Created, false));
            (await CountAsync(tenant, Cards)).ShouldBe(1);
        }
        finally
        {
            await HomeWork.ExecuteAsync(superuser, "DROP FUNCTION idempotency.die() CASCADE; DROP SEQUENCE idempotency.deaths");
        }
    }

    [Fact]
    public async Task Ten_at_once_have_one_effect()
    {
        for (var round = 0; round < 5; round++)
        {
            var tenant = await server.CreateTenantAsync($"Ten At Once {round}", "cardvault");

            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SendAsync(tenant.Admin.Client, Cards, "k-10", new { player = "Once" })));

            foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            {
                refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
                refused.Headers.RetryAfter.ShouldNotBeNull();
            }

            answers.Count(answer => answer.StatusCode == HttpStatusCode.Created && !answer.Headers.Contains("Idempotency-Replayed")).ShouldBe(1);
            (await CountAsync(tenant, Cards)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task While_one_is_worked_on_the_others_are_told_to_come_again_and_other_keys_wait_for_nobody()
    {
        var working = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        server.Meanwhile = () => { working.TrySetResult(); return go.Task; };
        var first = SendAsync(server.Smith.Admin.Client, Things, "k-wait", new { name = "Waits" });
        await working.Task.WaitAsync(Cancelled);
        server.Meanwhile = () => Task.CompletedTask;

        var refused = await SendAsync(server.Smith.Admin.Client, Things, "k-wait", new { name = "Waits" });
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        await SendAsync(server.Smith.Admin.Client, Things, "k-wait-not", new { name = "Does not wait" }).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(server.Jones.Admin.Client, Things, "k-wait", new { name = "Waits" }).ShouldBeAsync(HttpStatusCode.Created);

        go.SetResult();
        await first.ShouldBeAsync(HttpStatusCode.Created);
        (await SendAsync(server.Smith.Admin.Client, Things, "k-wait", new { name = "Waits" })).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
    }

    [Fact]
    public async Task What_fails_leaves_neither_its_effect_nor_its_key()
    {
        server.Meanwhile = () => throw new InvalidOperationException("The test says so.");
        await SendAsync(server.Smith.Admin.Client, Things, "k-fails", new { name = "Fails" }).ProblemAsync(HttpStatusCode.InternalServerError, "urn:rowhouse:server:failed");
        server.Meanwhile = () => Task.CompletedTask;
        (await NamesAsync(server.Smith)).ShouldNotContain("Fails");

        var again = await SendAsync(server.Smith.Admin.Client, Things, "k-fails", new { name = "Fails" });

        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await NamesAsync(server.Smith)).Count(name => name == "Fails").ShouldBe(1);
    }

    [Fact]
    public async Task What_is_refused_may_be_mended_and_sent_under_the_same_key()
    {
        var tenant = await server.CreateTenantAsync("Mended", "cardvault");
        await SendAsync(tenant.Admin.Client, Collections, key: null, new { name = "Taken" }).ShouldBeAsync(HttpStatusCode.Created);

        await SendAsync(tenant.Admin.Client, Collections, "k-mend", new { name = "" }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
        await SendAsync(tenant.Admin.Client, Collections, "k-mend", new { name = "Taken" }).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:cardvault:duplicate-collection");
        await SendAsync(tenant.Admin.Client, Collections, "k-mend", new { name = "Free" }).ShouldBeAsync(HttpStatusCode.Created);
        (await SendAsync(tenant.Admin.Client, Collections, "k-mend", new { name = "Free" })).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tab\there")]
    [InlineData(null)]
    public async Task A_key_that_is_none_is_refused_before_anything_happens(string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Cards) { Content = JsonContent.Create(new { player = "Nobody" }) };
        foreach (var value in key is null ? ["one", "two"] : new[] { key })
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", value);
        }

        var problem = await server.Smith.Admin.Client.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:malformed");

        problem.GetProperty("detail").GetString()!.ShouldContain("Idempotency-Key");
    }

    [Fact]
    public async Task The_longest_key_is_taken_and_a_longer_one_is_not()
    {
        await SendAsync(server.Jones.Admin.Client, Collections, new('k', 255), new { name = "Longest key" }).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(server.Jones.Admin.Client, Collections, new('k', 256), new { name = "Longer key" }).ShouldBeAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Many_who_make_a_tenant_under_one_key_make_one()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SendAsync(server.SuperAdmin, "/api/tenants", "k-tenant", new { name = "One Tenant" })));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created || answer.StatusCode == HttpStatusCode.Conflict);
        var made = new HashSet<Guid>();
        foreach (var answer in answers.Where(answer => answer.StatusCode == HttpStatusCode.Created))
        {
            made.Add((await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled))!.Id);
        }

        made.Count.ShouldBe(1);
        var page = await server.SuperAdmin.GetFromJsonAsync<Page<TenantResponse>>("/api/tenants?search=one%20tenant", Cancelled);
        page!.Items.Count.ShouldBe(1);
        var again = await SendAsync(server.SuperAdmin, "/api/tenants", "k-tenant", new { name = "One Tenant" });
        again.Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        again.Headers.ETag!.Tag.ShouldBe("\"1\"");
        await SendAsync(server.SuperAdmin, "/api/tenants", "k-tenant", new { name = "Another Tenant" }).ProblemAsync(HttpStatusCode.UnprocessableEntity, "urn:rowhouse:request:key-reused");
    }

    [Fact]
    public async Task Many_who_make_tenants_of_one_name_under_keys_of_their_own_make_them_all()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => SendAsync(server.SuperAdmin, "/api/tenants", $"k-many-{number}", new { name = "Many Of A Name" })));

        var slugs = new List<string>();
        foreach (var answer in answers)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            slugs.Add((await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled))!.Slug);
        }

        slugs.Distinct().Count().ShouldBe(6);
        foreach (var slug in slugs)
        {
            await server.SuperAdmin.GetAsync($"/api/tenants/{slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task What_is_shown_once_is_neither_shown_again_nor_kept()
    {
        var invited = new { email = "once@smith-keys.localhost", name = "Shown Once", role = "viewer" };
        var first = await SendAsync(server.Smith.Admin.Client, "/api/members", "k-link", invited).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        first.InvitationLink.ShouldNotBeNull();

        var again = await SendAsync(server.Smith.Admin.Client, "/api/members", "k-link", invited);
        var body = await again.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        body.GetProperty("id").GetGuid().ShouldBe(first.Id);
        body.TryGetProperty("invitationLink", out _).ShouldBeFalse();

        var tenant = new { name = "Linked Tenant", admin = new { email = "first@linked.localhost", name = "First Admin" } };
        var made = await SendAsync(server.SuperAdmin, "/api/tenants", "k-link", tenant).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        made.Admin!.InvitationLink.ShouldNotBeNull();
        var repeated = await (await SendAsync(server.SuperAdmin, "/api/tenants", "k-link", tenant)).Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        repeated.GetProperty("admin").GetProperty("email").GetString().ShouldBe("first@linked.localhost");
        repeated.GetProperty("admin").TryGetProperty("invitationLink", out _).ShouldBeFalse();

        await using var control = NpgsqlDataSource.Create(server.Database.Control!);
        await using var bodies = control.CreateCommand("select string_agg(body, '') from platform.idempotency_keys");
        var kept = (string)(await bodies.ExecuteScalarAsync(Cancelled))!;
        kept.ShouldContain("first@linked.localhost");
        kept.ShouldNotContain(ServerFixture.TokenOf(first.InvitationLink));
        kept.ShouldNotContain(ServerFixture.TokenOf(made.Admin.InvitationLink));
    }

    [Fact]
    public async Task A_second_invitation_and_a_taken_domain_are_explained_under_a_key_too()
    {
        var invited = new { email = "twice@smith-keys.localhost", name = "Twice", role = "viewer" };
        await SendAsync(server.Smith.Admin.Client, "/api/members", "k-t1", invited).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(server.Smith.Admin.Client, "/api/members", "k-t2", invited).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:members:already-member");

        await SendAsync(server.Smith.Admin.Client, "/api/domains", "k-t3", new { host = "keys.example" }).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(server.Smith.Admin.Client, "/api/domains", "k-t3", new { host = "keys.example" }).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(server.Jones.Admin.Client, "/api/domains", "k-t3", new { host = "keys.example" }).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:domains:taken");
    }

    [Fact]
    public async Task A_person_of_the_platform_does_not_get_anothers_answer()
    {
        (await SendAsync(server.SuperAdmin, "/api/tenants", "k-mine", new { name = "Mine" })).StatusCode.ShouldBe(HttpStatusCode.Created);
        var other = await server.Smith.AddMemberAsync("admin");
        await using (var control = NpgsqlDataSource.Create(server.Database.Control!))
        {
            await using var promote = control.CreateCommand("update platform.people set super_admin = true where id = $1");
            promote.Parameters.Add(new() { Value = other.Id });
            await promote.ExecuteNonQueryAsync(Cancelled);
        }

        using var client = await server.SignInAsync(other.Email, ServerFixture.Password);
        var theirs = await SendAsync(client, "/api/tenants", "k-mine", new { name = "Mine" });

        theirs.StatusCode.ShouldBe(HttpStatusCode.Created);
        theirs.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await theirs.Content.ReadFromJsonAsync<TenantResponse>(Cancelled))!.Slug.ShouldBe("mine-2");
    }

    [Fact]
    public async Task After_a_day_a_key_is_new_again()
    {
        await SendAsync(server.SuperAdmin, "/api/tenants", "k-day", new { name = "Of The Day" }).ShouldBeAsync(HttpStatusCode.Created);
        await using (var owner = NpgsqlDataSource.Create(server.Database.ControlOwner!))
        {
            await using var age = owner.CreateCommand("update platform.idempotency_keys set kept_at = kept_at - interval '24 hours 1 second' where key = 'k-day'");
            (await age.ExecuteNonQueryAsync(Cancelled)).ShouldBe(1);
        }

        var next = await SendAsync(server.SuperAdmin, "/api/tenants", "k-day", new { name = "Of The Day" });

        next.StatusCode.ShouldBe(HttpStatusCode.Created);
        next.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await SendAsync(server.SuperAdmin, "/api/tenants", "k-day", new { name = "Of The Day" })).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string? key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await client.SendAsync(request, Cancelled);
    }

    private static async Task<int> CountAsync(TestTenant tenant, string path) =>
        (await tenant.Admin.Client.GetFromJsonAsync<JsonElement>($"{path}?count=true", Cancelled)).GetProperty("total").GetInt32();

    private static async Task<List<string?>> NamesAsync(TestTenant tenant) =>
        [.. (await tenant.Admin.Client.GetFromJsonAsync<JsonElement>($"{Collections}?limit=200", Cancelled)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString())];
}
