using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Tenancy.Tests.Resolution;

/// <summary>An application of somebody else's that uses the kernel over HTTP and nothing else of Rowhouse.</summary>
internal sealed class NotesApp : IAsyncDisposable
{
    private readonly WebApplication web;

    private NotesApp(WebApplication web) => this.web = web;

    public Tenant Smith { get; private init; } = null!;

    public Tenant Harbor { get; private init; } = null!;

    public static async Task<NotesApp> StartAsync(Action<TenancyBuilder> configure, TenantStatus status = TenantStatus.Active)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer(server => server.PreserveExecutionContext = true); // a test may set the culture
        builder.AddTenancy(configure);
        var app = builder.Build();
        app.UseTenancy();
        app.MapGet("/notes", (TenantScope scope, HttpContext context) => $"{scope.Tenant.Slug} {context.Request.PathBase}|{context.Request.Path}");
        app.MapPost("/notes", (TenantScope scope) => scope.Tenant.Slug.Value);
        app.MapGet("/signup", (TenantScope scope) => scope.IsBound ? "bound" : "free").WithoutTenant();
        app.MapGet("/p/{**rest}", (HttpContext context) => $"{context.Request.PathBase.Value}|{context.Request.Path.Value}").WithoutTenant();
        app.MapGet("/free", (HttpContext context) => $"{context.Request.PathBase.Value}|{context.Request.Path.Value}").WithoutTenant();
        var directory = app.Services.GetRequiredService<TenantDirectory>();
        var smith = Make("smith", status);
        var harbor = Make("harbor", TenantStatus.Active);
        directory.Apply(new(smith, [new(IdentifierKind.Name, "org-123-abc"), new(IdentifierKind.Host, "cards.smith.example"), new(IdentifierKind.Host, "xn--bcher-kva.example")]));
        directory.Apply(new(harbor, []));
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

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private static Tenant Make(string slug, TenantStatus status) => new()
    {
        Id = TenantId.New(TimeProvider.System),
        Slug = Slug.Parse(slug, null),
        Name = slug,
        Status = status,
        Placement = new(PlacementKind.Shared, Placement.SharedStore, "rowhouse", 1),
    };
}
