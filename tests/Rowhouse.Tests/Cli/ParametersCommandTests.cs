using System.Text.Json;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;
using Rowhouse.Contracts;
using Shouldly;

namespace Rowhouse.Tests.Cli;

public sealed class ParametersCommandTests(CommandLineFixture cli) : IClassFixture<CommandLineFixture>
{
    private const string Store = "/platform/postgres/default-dedicated-store";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parameters_of_a_tenant_are_printed_and_none_is_said_by_the_exit_code()
    {
        await cli.SignInAsync();
        var tenant = (await cli.RunAsync(["tenants", "create", "Parameter Cards", "--json"])).Json<TenantResponse>();

        var found = await cli.RunAsync(["parameters", "get", $"/accounts/{tenant.Id}/", "--json"]);

        found.Status.ShouldBe(ExitCodes.Done, found.Error);
        found.Json<List<ParameterResponse>>().ShouldContain(parameter => parameter.Path == $"/accounts/{tenant.Id}/provisioning-status" && parameter.Value == "active");
        (await cli.RunAsync(["parameters", "get", $"/accounts/{tenant.Id}/cloud-type"])).Out.ShouldContain("public");
        (await cli.RunAsync(["parameters", "get", "/accounts/nobody/"])).Status.ShouldBe(ExitCodes.Refused);
        var wrong = await cli.RunAsync(["parameters", "get", "accounts"]);
        (wrong.Status, wrong.Error.Contains("begins with a slash", StringComparison.Ordinal)).ShouldBe((ExitCodes.Refused, true));
    }

    [Fact]
    public async Task A_parameter_of_the_platform_is_set_and_unset()
    {
        await cli.SignInAsync();

        (await cli.RunAsync(["parameters", "set", Store, "dedicated"])).Out.ShouldContain($"{Store} = dedicated");
        (await cli.RunAsync(["parameters", "set", Store, "nowhere"])).Error.ShouldContain("dedicated");
        (await cli.RunAsync(["parameters", "set", "/accounts/x/y", "z"])).Error.ShouldContain("/api/tenants");
        (await cli.RunAsync(["parameters", "unset", Store, "--json"])).Json<ParameterResponse>().ShouldSatisfyAllConditions(unset => unset.Value.ShouldBe("least-full"), unset => unset.Version.ShouldBe(2));
    }

    [Fact]
    public async Task A_watcher_is_told_each_change_of_a_value()
    {
        await cli.SignInAsync();
        var token = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(cli.CredentialsFile, Cancelled))!.Values.Single();
        var tenant = (await cli.RunAsync(["tenants", "create", "Watched Cards", "--json"])).Json<TenantResponse>();
        (await cli.RunAsync(["tenants", "protect", tenant.Slug, "--off"])).Status.ShouldBe(ExitCodes.Done);
        using var http = new HttpClient { BaseAddress = cli.Address };
        var client = new RowhouseClient(http);
        client.UseToken(token);

        List<string> told = [];
        await foreach (var change in client.Parameters.WatchAsync($"/accounts/{tenant.Id}/provisioning-status", Cancelled))
        {
            told.Add($"{change.Value ?? "gone"} {change.Version}");
            if (told.Count == 1)
            {
                (await cli.RunAsync(["tenants", "delete", tenant.Slug, "--confirm", tenant.Slug])).Status.ShouldBe(ExitCodes.Done);
            }
            else if (told.Count == 2)
            {
                (await cli.RunAsync(["tenants", "revive", tenant.Slug])).Status.ShouldBe(ExitCodes.Done);
            }
            else
            {
                break;
            }
        }

        told.Count.ShouldBe(3);
        told.Select(line => line.Split(' ')[0]).ShouldBe(["active", "gone", "active"]);
        (await Should.ThrowAsync<RowhouseProblemException>(async () => await client.Parameters.WatchAsync("wrong", Cancelled).GetAsyncEnumerator(Cancelled).MoveNextAsync())).Message.ShouldContain("not valid");
    }
}
