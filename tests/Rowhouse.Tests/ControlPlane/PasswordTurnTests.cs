using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class PasswordTurnTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly Dictionary<string, (string Path, object Body)> requests = new(StringComparer.Ordinal)
    {
        ["SignIn"] = ("/api/session", new SignInRequest(ServerFixture.AdminEmail, ServerFixture.Password)),
        ["ChangePassword"] = ("/api/password/change", new ChangePasswordRequest("not mine", ServerFixture.Password)),
        ["SetPassword"] = ("/api/password/set", new SetPasswordRequest("none", ServerFixture.Password)),
    };

    [Fact]
    public async Task Every_endpoint_that_takes_a_password_waits_for_its_turn()
    {
        NamesOfThoseThatTakeAPassword().ShouldBe(requests.Keys, ignoreOrder: true);
        var end = new TaskCompletionSource();
        var work = server.Services.GetRequiredService<PasswordWork>();
        // More than may run and wait.
        var others = Enumerable.Range(0, 1000).Select(i => TakeTurnAsync(work, $"2001:db8:{i}::1", end.Task)).ToList();
        try
        {
            foreach (var (path, body) in requests.Values)
            {
                await server.SuperAdmin.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken).ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
            }
        }
        finally
        {
            end.SetResult();
            await Task.WhenAll(others);
        }

        await server.SuperAdmin.PostAsJsonAsync(requests["SignIn"].Path, requests["SignIn"].Body, TestContext.Current.CancellationToken).ShouldBeAsync(HttpStatusCode.OK);
    }

    private IEnumerable<string?> NamesOfThoseThatTakeAPassword() =>
        from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints
        where endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType?.GetProperties().Any(property => property.Name.Contains("Password", StringComparison.Ordinal)) == true
        select endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

    private static async Task TakeTurnAsync(PasswordWork work, string from, Task end) =>
        await new PasswordWork.Turn(work).InvokeAsync(
            EndpointFilterInvocationContext.Create(new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(from) } }),
            async _ =>
            {
                await end;
                return null;
            });
}
