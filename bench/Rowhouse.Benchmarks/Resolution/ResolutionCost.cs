using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Benchmarks.Resolution;

/// <summary>
/// What finding, checking and binding the tenant adds to a request that runs through routing to an endpoint which takes a service of its scope and does nothing with it:
/// a scope and a context of its own for each, 100,000 tenants, all places read.
/// </summary>
internal static class ResolutionCost
{
    private const int Operations = 20_000;

    private static readonly string[] Four = ["host {tenant}.example.com", "path /t/{tenant}", "header X-Tenant-Id", "claim org_id"];

    public static async Task RunAsync(TextWriter output)
    {
        var plain = Build(app => app.UseRouting(), []);
        var rounds = new SyncRounds("Resolution of a request, 100,000 tenants", net: true).Add("routing and endpoint alone", Operations, () => Send(plain, context => Name(context, "app.example.com")));
        foreach (var (name, sources, prepare) in Cases())
        {
            var pipeline = Build(app => app.UseTenancy(), sources);
            rounds.Add(name, Operations, () => Send(pipeline, prepare));
        }

        await rounds.PrintAsync(output);
        await PrintPiecesAsync(output);
    }

    // Each row does what the one above it does, and one thing more.
    private static async Task PrintPiecesAsync(TextWriter output)
    {
        var plain = Build(app => app.UseRouting(), []);
        var rounds = new SyncRounds("Where the time of a header goes", net: true).Add("routing and endpoint alone", Operations, () => Send(plain, Header));
        foreach (var (piece, name) in new[]
        {
            (Piece.Nothing, "two middlewares that do nothing"),
            (Piece.Finding, "… read the header and find the tenant"),
            (Piece.Feature, "… keep it over routing"),
            (Piece.Metadata, "… ask three times what the endpoint says"),
            (Piece.Services, "… take the admission, and bind the tenant to the scope"),
            (Piece.LogScope, "… open the log scope"),
        })
        {
            var pipeline = Build(app => app.UseMiddleware<Before>(piece).UseRouting().UseMiddleware<Behind>(piece), ["header X-Tenant-Id"]);
            rounds.Add(name, Operations, () => Send(pipeline, Header));
        }

        var whole = Build(app => app.UseTenancy(), ["header X-Tenant-Id"]);
        await rounds.Add("**whole, with the judgement and the trace**", Operations, () => Send(whole, Header)).PrintAsync(output);

        static void Header(HttpContext context) => Name(context, "app.example.com", "X-Tenant-Id", "tenant-77");
    }

    private static IEnumerable<(string Name, string[] Sources, Action<HttpContext> Prepare)> Cases()
    {
        const string elsewhere = "app.example.com";
        yield return ("**host**", ["host {tenant}.example.com"], context => Name(context, "tenant-77.example.com"));
        yield return ("host with a port, in capitals", ["host {tenant}.example.com"], context => Name(context, "Tenant-77.Example.com:443"));
        yield return ("domain of its own", ["host {tenant}.example.com"], context => Name(context, "cards.tenant-77.example"));
        yield return ("header", ["header X-Tenant-Id"], context => Name(context, elsewhere, "X-Tenant-Id", "tenant-77"));
        yield return ("path, with its rebase", ["path /t/{tenant}"], context =>
        {
            Name(context, elsewhere);
            context.Request.Path = "/t/tenant-77/notes";
        });
        yield return ("query", ["query tenant"], context =>
        {
            Name(context, elsewhere);
            context.Request.QueryString = new("?tenant=tenant-77");
        });
        yield return ("API key, with its hash", ["api-key X-Api-Key"], context => Name(context, elsewhere, "X-Api-Key", "key-77"));
        yield return ("**four places read, host names it**", Four, context => Name(context, "tenant-77.example.com"));
        yield return ("four places read, host and header agree", Four, context => Name(context, "tenant-77.example.com", "X-Tenant-Id", "tenant-77"));
    }

    // Every request has a host and some header, those without a tenant too.
    private static void Name(HttpContext context, string host, string header = "Accept", string value = "application/json")
    {
        context.Request.Headers.Host = host;
        context.Request.Headers[header] = value;
    }

    private static (RequestDelegate Pipeline, IServiceScopeFactory Scopes) Build(Action<IApplicationBuilder> use, string[] sources)
    {
        var builder = Web.Builder();
        builder.AddTenancy(tenancy => tenancy.FromList(sources));
        builder.Services.AddScoped<Reader>();
        var web = builder.Build();
        var directory = web.Services.GetRequiredService<TenantDirectory>();
        if (sources.Length > 0)
        {
            foreach (var number in Enumerable.Range(0, 100_000))
            {
                var tenant = DirectoryCost.Make(number);
                Identifier.TryCreate(IdentifierKind.ApiKey, $"key-{number}", out var key);
                directory.Apply(new(tenant, number == 77 ? [key, new(IdentifierKind.Host, $"cards.{tenant.Slug}.example")] : []));
            }
        }

        // Routing is put in by hand, so that it stands once and in its place.
        var app = new ApplicationBuilder(web.Services);
        app.Properties["__GlobalEndpointRouteBuilder"] = web;
        ((IEndpointRouteBuilder)web).MapGet("/notes", (RequestDelegate)(context =>
        {
            context.RequestServices.GetRequiredService<Reader>();
            return Task.CompletedTask;
        }));
        use(app);
        app.UseEndpoints(_ => { });
        return (app.Build(), web.Services.GetRequiredService<IServiceScopeFactory>());
    }

    private static void Send((RequestDelegate Pipeline, IServiceScopeFactory Scopes) app, Action<HttpContext> prepare)
    {
        using var scope = app.Scopes.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Method = "GET";
        context.Request.Path = "/notes";
        prepare(context);
        var done = app.Pipeline(context);
        if (!done.IsCompletedSuccessfully || context.Response.StatusCode != StatusCodes.Status200OK || context.GetEndpoint() is null)
        {
            throw new InvalidOperationException($"{context.Response.StatusCode} {done.Exception}");
        }
    }

    /// <summary>What the kernel does for a request, one thing after another.</summary>
    private enum Piece
    {
        Nothing,
        Finding,
        Feature,
        Metadata,
        Services,
        LogScope,
    }

    /// <summary>Stands where the tenant is looked for.</summary>
    private sealed class Before(RequestDelegate next, Piece upTo, TenantDirectory directory)
    {
        public Task InvokeAsync(HttpContext context)
        {
            Tenant? tenant = null;
            if (upTo >= Piece.Finding && !directory.TryFind(IdentifierKind.Name, context.Request.Headers["X-Tenant-Id"].ToString(), out tenant))
            {
                throw new InvalidOperationException("The tenant is not there.");
            }

            if (upTo >= Piece.Feature)
            {
                context.Features[typeof(Tenant)] = tenant;
            }

            return next(context);
        }
    }

    /// <summary>Stands where the tenant is judged and bound.</summary>
    private sealed class Behind(RequestDelegate next, Piece upTo, ILogger<Behind> logger)
    {
        public async Task InvokeAsync(HttpContext context)
        {
            var tenant = upTo >= Piece.Feature ? (Tenant?)context.Features[typeof(Tenant)] : null;
            if (upTo >= Piece.Metadata && context.GetEndpoint() is { } endpoint)
            {
                endpoint.Metadata.GetOrderedMetadata<HttpMethodMetadata>();
                endpoint.Metadata.GetMetadata<TenantMetadata>();
                endpoint.Metadata.GetMetadata<EndpointNameMetadata>();
            }

            if (upTo >= Piece.Services)
            {
                context.RequestServices.GetRequiredService<ITenantAdmission>();
                context.RequestServices.GetRequiredService<TenantScope>().Bind(tenant!); // kept, as every piece before
            }

            using (upTo >= Piece.LogScope ? logger.BeginTenant(tenant!.Id) : null) // the same
            {
                await next(context);
            }
        }
    }
}
