using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Rowhouse.Tests.Server;

public sealed class ApiDocumentFailureTests(ApiDocumentFailureTests.ServerWhoseDocumentFailsOnce server) : IClassFixture<ApiDocumentFailureTests.ServerWhoseDocumentFailsOnce>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_that_could_not_be_made_is_made_for_the_next_who_asks()
    {
        await server.Nobody.GetAsync("/openapi/v1.json", Cancelled).ProblemAsync(HttpStatusCode.InternalServerError, "urn:rowhouse:server:failed");

        await server.Nobody.GetAsync("/openapi/v1.json", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    public sealed class ServerWhoseDocumentFailsOnce : ServerFixture
    {
        private int made;

        protected override void Configure(WebApplicationBuilder builder) => builder.Services.Configure<OpenApiOptions>(
            "v1",
            document => document.AddDocumentTransformer((_, _, _) => Interlocked.Increment(ref made) == 1 ? throw new InvalidOperationException("Not now.") : Task.CompletedTask));
    }
}
