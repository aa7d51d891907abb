using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Modules.OpenApi;
using Rowhouse.Modules.Problems;

namespace Rowhouse.Modules;

/// <summary>What all endpoints of a host share: problems, JSON, the document.</summary>
public static class ApiHostExtensions
{
    /// <summary>Registers what all endpoints share.</summary>
    /// <param name="builder">The application that is being built.</param>
    public static IHostApplicationBuilder AddApi(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddProblems();
        builder.Services.AddJson();
        builder.Services.AddApiDocument();
        builder.Services.TryAddSingleton<KeptJson>();
        return builder;
    }

    /// <summary>Turns failures and empty refusals of everything behind it into problems.</summary>
    /// <param name="app">The application.</param>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseExceptionHandler().UseStatusCodePages();

    /// <summary>
    /// Refuses queries and bodies of which no endpoint could make sense, takes in the others whole (408 where one does not come in
    /// time, 429 where a person sends too many files), and then asks admission once more. Stands before the endpoints and behind
    /// whoever decides who may call them.
    /// </summary>
    /// <param name="app">The application.</param>
    public static void UseReadableRequests(this IApplicationBuilder app)
    {
        app.UseQueryTexts();
        app.UseJsonBodies();
        app.UseMiddleware<WholeBodies>();
    }

    /// <summary>Maps the document that describes the API: <c>/openapi/v1.json</c>.</summary>
    /// <param name="endpoints">The application.</param>
    public static void MapApiDocument(this IEndpointRouteBuilder endpoints) => OpenApiSetup.MapApiDocument(endpoints);
}
