using System.Net.Http.Json;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>Long work as an operator sees it from the command line.</summary>
public sealed class OperationsCommandTests(CommandLineFixture cli) : IClassFixture<CommandLineFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operations_of_a_tenant_are_listed_and_followed_to_their_end()
    {
        await cli.SignInAsync();
        var made = await cli.RunAsync(["tenants", "create", "Followed Bank", "--cloud", "private", "--product", "cardvault", "--json"]);
        (made.Status, made.Json<TenantResponse>().Status).ShouldBe((ExitCodes.Done, "active"), made.Error);

        var listed = (await cli.RunAsync(["operations", "list", "followed-bank", "--json"])).Json<List<OperationResponse>>().ShouldHaveSingleItem();
        (listed.Kind, listed.Status).ShouldBe(("provision", "succeeded"));
        (await cli.RunAsync(["operations", "list", "followed-bank"])).Out.ShouldSatisfyAllConditions(list => list.ShouldContain(listed.Id.ToString()), list => list.ShouldContain("provision"));

        var followed = await cli.RunAsync(["operations", "follow", listed.Id.ToString()]);
        followed.Status.ShouldBe(ExitCodes.Done, followed.Error);
        followed.Out.ShouldSatisfyAllConditions(said => said.ShouldContain($"provision {listed.Id}  succeeded"), said => said.ShouldContain("reference-data: succeeded"));
        (await cli.RunAsync(["operations", "retry", listed.Id.ToString()])).Status.ShouldBe(ExitCodes.Refused);
        (await cli.RunAsync(["operations", "follow", Guid.Empty.ToString()])).ShouldSatisfyAllConditions(unknown => unknown.Status.ShouldBe(ExitCodes.Refused), unknown => unknown.Error.ShouldNotBeEmpty());
    }

    [Fact]
    public async Task What_failed_ends_with_1_and_its_reason_and_is_retried_as_an_operation_or_as_a_tenant()
    {
        await cli.SignInAsync();
        foreach (var (name, slug) in new[] { ("First Broken Bank", "first-broken-bank"), ("Second Broken Bank", "second-broken-bank") })
        {
            await ExecuteAsync("REVOKE SELECT ON catalogue.cards FROM rowhouse_platform");
            var failed = await cli.RunAsync(["tenants", "create", name, "--cloud", "private"]);
            (failed.Status, failed.Out.Contains("permission denied", StringComparison.Ordinal)).ShouldBe((ExitCodes.Refused, true), failed.Out + failed.Error);
            var id = (await cli.RunAsync(["operations", "list", slug, "--json"])).Json<List<OperationResponse>>().ShouldHaveSingleItem().Id.ToString();
            (await cli.RunAsync(["operations", "follow", id])).ShouldSatisfyAllConditions(said => said.Status.ShouldBe(ExitCodes.Refused), said => said.Out.ShouldContain("permission denied"));
            (await cli.RunAsync(["tenants", "retry", slug])).Status.ShouldBe(ExitCodes.Refused);

            await ExecuteAsync("GRANT SELECT ON catalogue.cards TO rowhouse_platform");
            if (slug.StartsWith("first", StringComparison.Ordinal))
            {
                (await cli.RunAsync(["operations", "retry", id])).ShouldSatisfyAllConditions(said => said.Status.ShouldBe(ExitCodes.Done, said.Error), said => said.Out.ShouldContain(id));
                (await cli.RunAsync(["operations", "follow", id])).Status.ShouldBe(ExitCodes.Done);
            }
            else
            {
                (await cli.RunAsync(["tenants", "retry", slug])).ShouldSatisfyAllConditions(said => said.Status.ShouldBe(ExitCodes.Done, said.Error), said => said.Out.ShouldContain("active"));
            }

            (await cli.RunAsync(["tenants", "show", slug, "--json"])).Json<TenantResponse>().Status.ShouldBe("active");
        }
    }

    [Fact]
    public async Task One_that_is_under_way_is_cancelled_once()
    {
        await cli.SignInAsync();
        await using var held = await cli.HoldReferenceDataAsync();
        using var answer = await cli.AskAsync("Cancelled Bank");
        var tenant = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        var id = (await cli.RunAsync(["operations", "list", tenant.Slug, "--json"])).Json<List<OperationResponse>>().ShouldHaveSingleItem().Id.ToString();

        (await cli.RunAsync(["operations", "cancel", id])).Status.ShouldBe(ExitCodes.Done);
        await held.DisposeAsync();

        (await cli.RunAsync(["operations", "follow", id])).ShouldSatisfyAllConditions(said => said.Status.ShouldBe(ExitCodes.Refused), said => said.Out.ShouldContain("cancelled: It was cancelled."));
        (await cli.RunAsync(["operations", "cancel", id])).ShouldSatisfyAllConditions(again => again.Status.ShouldBe(ExitCodes.Refused), again => again.Error.ShouldNotBeEmpty());
        (await cli.RunAsync(["tenants", "show", tenant.Slug, "--json"])).Json<TenantResponse>().Status.ShouldBe("failed");
    }

    private async Task ExecuteAsync(string sql) => await HomeWork.ExecuteAsync(await new PostgresFixture().SuperuserAsync(cli.Database.Application), sql);
}
