using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class CookieTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Origin => server.Address.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task The_console_signs_in_by_a_cookie_that_no_script_can_read()
    {
        using var answer = await SignInAsync(Origin, "1");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadFromJsonAsync<SessionResponse>(Cancelled))!.Token.ShouldBeNull();
        var cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldStartWith("rowhouse-session=");
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        cookie.ShouldContain("path=/", Case.Insensitive);
        cookie.ShouldNotContain("domain=", Case.Insensitive);
    }

    [Theory]
    [InlineData(null, "1")]
    [InlineData("https://evil.example", "1")]
    [InlineData("null", "1")]
    [InlineData("own", null)]
    [InlineData("own", "true")]
    public async Task A_change_by_cookie_that_the_console_did_not_send_is_refused(string? origin, string? header)
    {
        var from = origin == "own" ? Origin : origin;
        await SignInAsync(from, header).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:cross-site");
        var cookie = await CookieAsync();

        await SendAsync(HttpMethod.Post, "/api/tenants", cookie, from, header).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:cross-site");
        await SendAsync(HttpMethod.Delete, "/api/session", cookie, from, header).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:cross-site");
        await SendAsync(HttpMethod.Get, "/api/me", cookie, from, header).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_back()
    {
        var cookie = await CookieAsync();

        using var answer = await SendAsync(HttpMethod.Delete, "/api/session", cookie, Origin, "1");

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Headers.GetValues("Set-Cookie").Single().ShouldContain("expires=Thu, 01 Jan 1970");
        await SendAsync(HttpMethod.Get, "/api/me", cookie, Origin, "1").ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_needs_no_proof_and_goes_before_a_cookie()
    {
        var cookie = await CookieAsync();
        var tenant = await server.CreateTenantAsync("Token First");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { "Cookie", cookie } } };

        (await tenant.Admin.Client.SendAsync(request, Cancelled).ReadAsync<MeResponse>()).Person.Id.ShouldBe(tenant.Admin.Id);
    }

    private async Task<string> CookieAsync()
    {
        using var answer = await SignInAsync(Origin, "1");
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private Task<HttpResponseMessage> SignInAsync(string? origin, string? header) =>
        SendAsync(HttpMethod.Post, "/api/session?cookie=true", cookie: null, origin, header, new SignInRequest(ServerFixture.AdminEmail, ServerFixture.Password));

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? cookie, string? origin, string? header, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in new[] { ("Cookie", cookie), ("Origin", origin), ("X-Rowhouse-Request", header) })
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return server.Nobody.SendAsync(request, Cancelled);
    }
}
