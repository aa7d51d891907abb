using System.Net;
using System.Text;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>What is no proper request gets a problem that says so, and never more than 4xx.</summary>
public sealed class BadRequestTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("{\"name\":\"a\",}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("{'name':'a'}")]
    [InlineData("""{"name":""")]
    public async Task A_body_that_is_no_such_JSON_is_malformed(string body)
    {
        using var answer = await server.SuperAdmin.PostTextAsync("/api/tenants", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await answer.Content.ReadAsStringAsync(Cancelled));
        (await answer.Content.ReadAsStringAsync(Cancelled)).ShouldNotContain("Rowhouse.Contracts");
    }

    [Fact]
    public async Task Nested_too_deeply_is_malformed() =>
        await server.SuperAdmin.PostTextAsync("/api/tenants", $"{{\"externalIds\":{new string('[', 200)}{new string(']', 200)}}}").ShouldBeAsync(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_member_that_is_not_known_is_named() =>
        (await server.SuperAdmin.PostTextAsync("/api/tenants", "{\"name\":\"Typo\",\"timezone2\":\"x\"}").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid"))
            .Fields().ShouldBe(["timezone2"]);

    [Fact]
    public async Task A_character_that_cannot_be_kept_is_refused_and_nothing_is_kept()
    {
        await server.SuperAdmin.PostTextAsync("/api/tenants", "{\"name\":\"nul\\u0000nul\",\"slug\":\"nul-nul\"}").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:malformed");

        await server.SuperAdmin.GetAsync("/api/tenants/nul-nul", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
        await server.SuperAdmin.GetAsync("/api/tenants/nul%00nul", Cancelled).ShouldBeAsync(HttpStatusCode.BadRequest);
        await server.SuperAdmin.GetAsync("/api/tenants?search=%00", Cancelled).ShouldBeAsync(HttpStatusCode.BadRequest);
        await server.SuperAdmin.GetAsync("/api/tenants?search=%ff%fe", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/api/session", """{"email":"a\u0000@b.example","password":"x"}""")]
    [InlineData("/api/session", """{"email":"a@b.example","password":"x\u0000"}""")]
    [InlineData("/api/session", """{"email":"a@b.example","password":"x","tenant":"\u0000"}""")]
    [InlineData("/api/invitations/read", """{"token":"\u0000"}""")]
    [InlineData("/api/password/set", """{"token":"\u0000","password":"long enough to be one"}""")]
    public async Task A_text_of_nobody_that_the_database_could_not_keep_does_not_get_there(string path, string body) =>
        (await server.Nobody.PostTextAsync(path, body).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:malformed"))
            .GetProperty("detail").GetString().ShouldBe("A text has a NUL (U+0000), which no text here has.");

    [Fact]
    public async Task Neither_does_one_within_a_list_or_an_object() =>
        (await server.SuperAdmin.PostTextAsync("/api/tenants", """{"name":"x","externalIds":["a","\u0000"],"admin":{"email":"a@b.example","name":"\u0000"}}""").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:malformed"))
            .GetProperty("detail").GetString().ShouldBe("A text has a NUL (U+0000), which no text here has.");

    [Theory]
    [InlineData("/openapi/v1.json?x=%00", HttpStatusCode.BadRequest)]
    [InlineData("/api/session?cookie=%00", HttpStatusCode.BadRequest)]
    [InlineData("/api/tenants?%00=x", HttpStatusCode.Unauthorized)]
    [InlineData("/openapi/v1.json?x=%2500", HttpStatusCode.OK)]
    public async Task Neither_does_a_query(string target, HttpStatusCode status) => await server.Nobody.GetAsync(target, Cancelled).ShouldBeAsync(status);

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_it_is_read()
    {
        // The server closes the connection on what it does not read: whoever waits for its word, or has little left to send, hears the answer.
        using var sized = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Headers = { ExpectContinue = true } };
        sized.Content = new StringContent($"{{\"name\":\"{new string('x', 1_100_000)}\"}}", Encoding.UTF8, "application/json");
        await server.SuperAdmin.SendAsync(sized, Cancelled).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "urn:rowhouse:request:too-large");
        using var unsized = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($"{{\"name\":\"{new string('x', 1_000_100)}\"}}")));
        unsized.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = unsized, Headers = { TransferEncodingChunked = true } };
        await server.SuperAdmin.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "urn:rowhouse:request:too-large");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_body_of_another_type_is_refused(string type) =>
        await server.SuperAdmin.PostTextAsync("/api/tenants", "name=x", type).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "urn:rowhouse:request:unsupported-type");

    [Theory]
    [InlineData("limit=many")]
    [InlineData("limit=99999999999")]
    [InlineData("limit=1.5")]
    [InlineData("count=perhaps")]
    [InlineData("limit=1&limit=2")]
    public async Task A_parameter_of_the_wrong_kind_is_refused(string query)
    {
        using var answer = await server.SuperAdmin.GetAsync($"/api/tenants?{query}", Cancelled);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_method_are_problems_too()
    {
        await server.Nobody.GetAsync("/api/nothing", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:request:unknown-address");
        await server.Nobody.GetAsync("/t/ghost/api/nothing", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:request:unknown-address");
        await server.Nobody.PutAsync("/api/me", content: null, Cancelled).ProblemAsync(HttpStatusCode.MethodNotAllowed, "urn:rowhouse:request:method-not-allowed");
        await server.Nobody.PostTextAsync("/nothing", "{}").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:request:unknown-address");
    }

    [Fact]
    public async Task A_problem_is_JSON_also_for_callers_that_ask_for_something_else()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { "Accept", "text/csv" } } };

        await server.Nobody.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
    }

    [Theory]
    [InlineData("{\"email\":\"\",\"password\":\"\"}", new[] { "email", "password" })]
    [InlineData("{}", new[] { "email", "password" })]
    [InlineData("{\"email\":\"no address\",\"password\":null}", new[] { "email", "password" })]
    public async Task A_sign_in_with_nothing_in_it_names_its_fields(string body, string[] fields) =>
        (await server.Nobody.PostTextAsync("/api/session", body).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(fields);
}
