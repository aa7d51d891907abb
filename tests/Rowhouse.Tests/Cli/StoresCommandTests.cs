using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>Another server becomes a store by two commands.</summary>
public sealed class StoresCommandTests(CommandLineFixture cli) : IClassFixture<CommandLineFixture>
{
    [Fact]
    public async Task A_server_becomes_a_store_takes_a_tenant_is_changed_and_stays_while_somebody_lives_there()
    {
        await using var other = await OtherServer.StartAsync();
        await cli.SignInAsync();

        var roles = await cli.RunAsync(["database", "homes", "--renew", "--admin", "-"], other.Administrator);
        roles.Status.ShouldBe(ExitCodes.Done, roles.Error);
        var added = await cli.RunAsync(["stores", "add", "north", "--region", "eu-north", "--capacity", "5", "--connections", "-", "--json"], roles.Out);
        added.Status.ShouldBe(ExitCodes.Done, added.Error);
        added.Json<StoreResponse>().Region.ShouldBe("eu-north");
        var made = await cli.RunAsync(["tenants", "create", "Up North", "--cloud", "private", "--store", "north", "--json"]);
        made.Status.ShouldBe(ExitCodes.Done, made.Error);
        made.Json<TenantResponse>().Placement.Store.ShouldBe("north");

        var changed = await cli.RunAsync(["stores", "change", "north", "--closed", "--capacity", "0", "--region", "", "--json"]);
        changed.Json<StoreResponse>().ShouldSatisfyAllConditions(store => store.Open.ShouldBeFalse(), store => store.Capacity.ShouldBeNull(), store => store.Region.ShouldBeNull());
        var listed = await cli.RunAsync(["stores", "list"]);
        listed.Out.ShouldContain("north");
        listed.Out.ShouldContain("shared");
        var removed = await cli.RunAsync(["stores", "remove", "north"]);
        removed.Status.ShouldBe(ExitCodes.Refused);
        removed.Error.ShouldContain("are kept there: 1.");

        // Run again, the roles keep their passwords unless that is asked for; then the store is led there by the new ones.
        var kept = await cli.RunAsync(["database", "homes", "--admin", "-"], other.Administrator);
        kept.Status.ShouldBe(ExitCodes.Refused);
        kept.Error.ShouldContain("--renew");
        var again = await cli.RunAsync(["database", "homes", "--renew", "--admin", "-"], other.Administrator);
        again.Out.ShouldNotBe(roles.Out);
        (await cli.RunAsync(["stores", "change", "north", "--open", "--connections", "-"], again.Out)).Status.ShouldBe(ExitCodes.Done);
        (await cli.RunAsync(["tenants", "create", "Further North", "--cloud", "private", "--store", "north"])).Status.ShouldBe(ExitCodes.Done);
    }

    [Fact]
    public async Task The_installations_own_server_gets_no_new_passwords()
    {
        var result = await cli.RunAsync(["database", "homes", "--admin", "-"], await new PostgresFixture().AdminAsync());

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("Nothing was changed");
    }

    [Fact]
    public async Task The_connections_are_written_to_a_new_file_that_only_its_owner_can_read()
    {
        await using var other = await OtherServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("rowhouse-homes-");
        var file = Path.Combine(folder.FullName, "homes.json");
        try
        {
            var result = await cli.RunAsync(["database", "homes", "--renew", "--admin", "-", "--output", file], other.Administrator);

            result.Status.ShouldBe(ExitCodes.Done, result.Error);
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var connections = JsonSerializer.Deserialize<StoreConnectionsRequest>(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), JsonSerializerOptions.Web).ShouldNotBeNull();
            result.Out.ShouldNotContain(connections.Owner.ShouldNotBeNull());
            connections.ToString().ShouldBe(nameof(StoreConnectionsRequest));
            (await cli.RunAsync(["database", "homes", "--renew", "--admin", "-", "--output", file], other.Administrator)).Status.ShouldBe(ExitCodes.Refused);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_is_no_set_of_connections_is_said_without_quoting_it()
    {
        await cli.SignInAsync();

        var result = await cli.RunAsync(["stores", "add", "wrong", "--connections", "-"], "Host=db;Password=hush");

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("rowhouse database homes");
        result.Error.ShouldContain("\"mover\": …");
        result.Error.ShouldNotContain("hush");
        var both = await cli.RunAsync(["stores", "change", "wrong", "--open", "--closed"]);
        both.Status.ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public async Task Migrating_names_the_store_that_cannot_be_reached_and_does_the_others()
    {
        await using var other = await OtherServer.StartAsync();
        await cli.SignInAsync();
        var roles = await cli.RunAsync(["database", "homes", "--renew", "--admin", "-"], other.Administrator);
        (await cli.RunAsync(["stores", "add", "away", "--connections", "-"], roles.Out)).Status.ShouldBe(ExitCodes.Done);
        var connections = JsonSerializer.Deserialize<StoreConnectionsRequest>(roles.Out, JsonSerializerOptions.Web).ShouldNotBeNull();
        connections.Owner.ShouldNotBeNull();

        var reached = await MigrateAsync();
        reached.ShouldNotContainKey("away");
        await other.WithoutAsync(async () => (await MigrateAsync()).ShouldContainKey("away"));
        (await cli.RunAsync(["stores", "remove", "away"])).Status.ShouldBe(ExitCodes.Done);

        Task<IReadOnlyDictionary<string, string>> MigrateAsync() =>
            cli.Services.GetRequiredService<PostgresDatabase>().Homes.PrepareAddedAsync(TestContext.Current.CancellationToken);
    }
}
