using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Modules;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>Every answer tells the browser what not to do, also where nobody meant to give it.</summary>
public sealed class SecurityHeadersTests(SecurityHeadersTests.ServerThatFails server) : IClassFixture<SecurityHeadersTests.ServerThatFails>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, HttpStatusCode> Answers => new()
    {
        { "GET /api/platform/faulty/throws", HttpStatusCode.InternalServerError },
        { "GET /api/platform/faulty/throws-late", HttpStatusCode.InternalServerError },
        { "GET /health/live", HttpStatusCode.OK },
        { "GET /docs", HttpStatusCode.OK },
        { "GET /openapi.json", HttpStatusCode.Redirect },
        { "GET /api/nothing", HttpStatusCode.NotFound },
        { "GET /nothing/here.js", HttpStatusCode.NotFound },
        { "GET /api/members", HttpStatusCode.BadRequest },
        { "PUT /api/me", HttpStatusCode.MethodNotAllowed },
        { "POST /api/session", HttpStatusCode.BadRequest },
        { "POST /api/tenants", HttpStatusCode.RequestEntityTooLarge },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_has_them(string line, HttpStatusCode status)
    {
        var parts = line.Split(' ');
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]);
        if (parts[0] is "POST")
        {
            // The answer comes instead of the body, not while it is sent.
            request.Headers.ExpectContinue = true;
            request.Content = new StringContent(status is HttpStatusCode.RequestEntityTooLarge ? new string(' ', 1_100_000) : "{", Encoding.UTF8, "application/json");
        }

        using var answer = await server.SuperAdmin.SendAsync(request, Cancelled);

        answer.StatusCode.ShouldBe(status);
        Header(answer, "X-Content-Type-Options").ShouldBe("nosniff");
        Header(answer, "X-Frame-Options").ShouldBe("DENY");
        Header(answer, "Referrer-Policy").ShouldBe("no-referrer");
        Header(answer, "Cross-Origin-Opener-Policy").ShouldBe("same-origin");
        Header(answer, "Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        Header(answer, "Permissions-Policy").ShouldContain("camera=()");
        Header(answer, "Content-Security-Policy").ShouldContain("frame-ancestors 'none'");
        Header(answer, "Content-Security-Policy").ShouldNotContain("unsafe");
        Header(answer, "Cache-Control").ShouldMatch("no-store|no-cache");
        answer.Headers.Contains("Server").ShouldBeFalse();
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse("plain http on loopback");
    }

    [Fact]
    public async Task A_failure_is_a_problem_that_says_nothing_of_the_server()
    {
        using var answer = await server.SuperAdmin.GetAsync("/api/platform/faulty/throws", Cancelled);

        var body = await answer.Content.ReadAsStringAsync(Cancelled);
        body.ShouldContain("urn:rowhouse:server:failed");
        body.ShouldNotContain("secret of the server");
        body.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("moving", HttpStatusCode.ServiceUnavailable, "urn:rowhouse:tenancy:moving")]
    [InlineData("moving-plainly", HttpStatusCode.ServiceUnavailable, "urn:rowhouse:tenancy:moving")]
    [InlineData("changed-at-once", HttpStatusCode.Conflict, "urn:rowhouse:request:changed-at-once")]
    public async Task What_trying_again_mends_is_no_failure_of_the_server(string path, HttpStatusCode status, string type)
    {
        using var answer = await server.SuperAdmin.GetAsync($"/api/platform/faulty/{path}", Cancelled);

        answer.Headers.Contains("Retry-After").ShouldBe(status is HttpStatusCode.ServiceUnavailable);
        await Task.FromResult(answer).ProblemAsync(status, type);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));

    public sealed class ServerThatFails : ServerFixture
    {
        protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton(new Module(
            new("faulty", "Faulty", []),
            static _ => { },
            static platform =>
            {
                platform.MapGet("/throws", static string () => throw new InvalidOperationException("A secret of the server."));
                platform.MapGet("/moving", static string () => throw new DbUpdateException("Not saved.", new PostgresException("fenced", "ERROR", "ERROR", "RH001")));
                platform.MapGet("/moving-plainly", static string () => throw new PostgresException("fenced", "ERROR", "ERROR", "RH001"));
                platform.MapGet("/changed-at-once", static string () => throw new DbUpdateConcurrencyException("Not the version that was read."));
                platform.MapGet("/throws-late", static string (Microsoft.AspNetCore.Http.HttpContext context) =>
                {
                    context.Response.Headers.ContentSecurityPolicy = "default-src *";
                    throw new InvalidOperationException("A secret of the server.");
                });
            }));
    }
}
