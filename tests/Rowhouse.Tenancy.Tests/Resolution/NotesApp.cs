using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Resolution;
using Rowhouse.Tenancy.Tests.Kernel;

namespace Rowhouse.Tenancy.Tests.Resolution;

/// <summary>An application of somebody else's that uses the kernel over HTTP and nothing else of Rowhouse.</summary>
internal sealed class NotesApp : IAsyncDisposable
{
    private readonly WebApplication web;

    private NotesApp(WebApplication web) => this.web = web;

    public TestCatalogue Catalogue => (TestCatalogue)web.Services.GetRequiredService<ITenantCatalogue>();

    public TenantDirectory Directory => web.Services.GetRequiredService<TenantDirectory>();

    public Tenant Smith { get; private init; } = null!;

    public Tenant Harbor { get; private init; } = null!;

    public static async Task<NotesApp> StartAsync(Action<TenancyBuilder> configure, TenantStatus status = TenantStatus.Active)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer(server => server.PreserveExecutionContext = true); // a test may set the culture
        builder.AddTenancy(tenancy =>
        {
            tenancy.UseCatalogue<TestCatalogue>();
            configure(tenancy);
        });
        var app = builder.Build();
        app.Use((context, next) =>
        {
            // What a test calls a token: its claims, each as issuer|type|value.
            var claims = context.Request.Headers["X-Test-Claims"].Select(claim => claim!.Split('|')).Select(parts => new Claim(parts[1], parts[2], valueType: null, issuer: parts[0])).ToList();
            context.User = new(new ClaimsIdentity(claims, claims.Count > 0 && !context.Request.Headers.ContainsKey("X-Test-Unchecked") ? "test" : null));
            return next(context);
        });
        app.UseBarePathRedirect(except: ["harbor"]);
        app.UseTenancy();
        app.MapGet("/notes", (TenantScope scope, HttpContext context) => $"{scope.Tenant.Slug} {context.Request.PathBase}|{context.Request.Path}");
        app.MapPost("/notes", (TenantScope scope) => scope.Tenant.Slug.Value);
        app.MapGet("/callback", (TenantScope scope) => scope.Tenant.Slug.Value).WithTenantFrom(TenantSources.Query("state", IdentifierKind.OAuthState));
        app.MapGet("/signup", (TenantScope scope) => scope.IsBound ? "bound" : "free").WithoutTenant();
        app.MapGet("/p/{**rest}", (HttpContext context) => $"{context.Request.PathBase.Value}|{context.Request.Path.Value}").WithoutTenant();
        app.MapGet("/free", (HttpContext context) => $"{context.Request.PathBase.Value}|{context.Request.Path.Value}").WithoutTenant();
        var catalogue = (TestCatalogue)app.Services.GetRequiredService<ITenantCatalogue>();
        var smith = Make("smith", status);
        var harbor = Make("harbor", TenantStatus.Active);
        catalogue.Add(smith, new(IdentifierKind.Name, "org-123-abc"), new(IdentifierKind.Host, "cards.smith.example"), new(IdentifierKind.Host, "xn--bcher-kva.example"), Secret(IdentifierKind.ApiKey, "key-of-smith"), Secret(IdentifierKind.OAuthState, "State-1"), new(IdentifierKind.Name, "frontegg:o1"));
        catalogue.Add(harbor, Secret(IdentifierKind.ApiKey, "key-of-harbor"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app) { Smith = smith, Harbor = harbor };
    }

    public async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Response)> SendAsync(
        string path = "/notes", string host = "notes.example", HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        request.Headers.Host = host;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var client = web.GetTestClient();
        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response);
    }

    /// <summary>Waits until the application knows that its catalogue is gone.</summary>
    public async Task LoseCatalogueAsync(DirectoryContact contact)
    {
        Catalogue.GoAway();
        while (Directory.Contact != contact)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private static Identifier Secret(IdentifierKind kind, string text) => Identifier.TryCreate(kind, text, out var identifier) ? identifier : throw new ArgumentException(text, nameof(text));

    private static Tenant Make(string slug, TenantStatus status) => new()
    {
        Id = TenantId.New(TimeProvider.System),
        Slug = Slug.Parse(slug, null),
        Name = slug,
        Status = status,
        Placement = new(PlacementKind.Shared, Placement.SharedStore, "rowhouse", 1),
    };
}
