using Microsoft.Extensions.Configuration;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Hosting;

public sealed class ConfiguredConnectionsTests
{
    private const string Application = "Host=pool;Database=rowhouse;Password=secret";
    private const string Direct = "Host=server;Database=rowhouse;Password=secret";

    [Fact]
    public void Nothing_configured_means_the_private_server() => Read().ShouldBeNull();

    [Fact]
    public void Blank_settings_are_none() => Read(("ROWHOUSE_DATABASE", " "), ("ROWHOUSE_DATABASE_OWNER", "")).ShouldBeNull();

    [Fact]
    public void Half_a_configuration_is_refused_and_says_what_is_missing()
    {
        Should.Throw<InvalidOperationException>(() => Read(("ROWHOUSE_DATABASE_OWNER", Direct))).Message.ShouldContain("ROWHOUSE_DATABASE is not");
        Should.Throw<InvalidOperationException>(() => Read(("ROWHOUSE_DATABASE_MOVER", Direct))).Message.ShouldContain("ROWHOUSE_DATABASE is not");
        Should.Throw<InvalidOperationException>(() => Read(("ROWHOUSE_DATABASE", Application))).Message.ShouldContain("ROWHOUSE_DATABASE_PLATFORM is not");
    }

    [Fact]
    public void A_way_around_the_pooler_means_that_there_is_one()
    {
        Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Direct), ("ROWHOUSE_DATABASE_DIRECT", Direct))!.ThroughPooler.ShouldBeTrue();
        Read(("ROWHOUSE_DATABASE", Direct), ("ROWHOUSE_DATABASE_PLATFORM", Direct), ("ROWHOUSE_DATABASE_DIRECT", Direct))!.ThroughPooler.ShouldBeFalse();
        Read(("ROWHOUSE_DATABASE", Direct), ("ROWHOUSE_DATABASE_PLATFORM", Direct))!.ThroughPooler.ShouldBeFalse();
    }

    [Fact]
    public void Migrations_take_the_way_around_the_pooler()
    {
        var connections = Read(
            ("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Application), ("ROWHOUSE_DATABASE_OWNER", "Host=pool;Port=6432;Database=rowhouse;Username=owner;Password=own"),
            ("ROWHOUSE_DATABASE_DIRECT", "Host=server;Port=5433;Database=rowhouse;Username=platform;Password=secret"))!;

        new NpgsqlConnectionStringBuilder(connections.Owner!).ShouldSatisfyAllConditions(
            owner => owner.Host.ShouldBe("server"), owner => owner.Port.ShouldBe(5433), owner => owner.Username.ShouldBe("owner"), owner => owner.Password.ShouldBe("own"));
        connections.ThroughPooler.ShouldBeTrue();
        connections.Application.ShouldBe(Application);
    }

    [Fact]
    public void The_owner_reaches_the_control_database_too()
    {
        var connections = Read(
            ("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Application), ("ROWHOUSE_DATABASE_CONTROL", $"{Application};Database=governing"),
            ("ROWHOUSE_DATABASE_OWNER", "Host=pool;Port=6432;Database=rowhouse;Username=owner;Password=own"), ("ROWHOUSE_DATABASE_DIRECT", "Host=server;Port=5433;Database=rowhouse;Username=platform;Password=secret"))!;

        new NpgsqlConnectionStringBuilder(connections.ControlOwner!).ShouldSatisfyAllConditions(
            owner => owner.Host.ShouldBe("server"), owner => owner.Database.ShouldBe("governing"), owner => owner.Username.ShouldBe("owner"), owner => owner.Password.ShouldBe("own"));
    }

    [Fact]
    public void Both_databases_are_on_one_server() =>
        Should.Throw<InvalidOperationException>(() => Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Application), ("ROWHOUSE_DATABASE_CONTROL", Direct)))
            .Message.ShouldContain("lead to different servers");

    [Theory]
    [InlineData("Host=pool;Database=copy", null, false)]
    [InlineData("Host=elsewhere;Database=rowhouse", null, false)]
    [InlineData("Host=pool;Port=6432;Database=rowhouse", null, false)]
    [InlineData("Host=pool;Database=rowhouse;Username=mover", null, true)]
    [InlineData("Host=elsewhere;Database=rowhouse", Direct, true)]
    [InlineData("Host=server;Database=copy", Direct, false)]
    public void The_mover_is_led_to_the_store_and_nowhere_else(string mover, string? direct, bool isRead)
    {
        var read = () => Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Application), ("ROWHOUSE_DATABASE_DIRECT", direct ?? ""), ("ROWHOUSE_DATABASE_MOVER", mover));

        if (isRead)
        {
            new NpgsqlConnectionStringBuilder(read()!.Mover).Host.ShouldBe(direct is null ? "pool" : "server");
        }
        else
        {
            Should.Throw<InvalidOperationException>(read).Message.ShouldContain("ROWHOUSE_DATABASE_MOVER leads to another database than ROWHOUSE_DATABASE_PLATFORM");
        }
    }

    [Fact]
    public void Several_hosts_are_one_server_however_they_are_written()
    {
        const string spelled = "Host=DB1:5433,db2:5433;Username=u;Password=p";

        var connections = Read(("ROWHOUSE_DATABASE", spelled), ("ROWHOUSE_DATABASE_PLATFORM", spelled), ("ROWHOUSE_DATABASE_CONTROL", "Host=db2,db1;Port=5433;Username=u;Password=p"), ("ROWHOUSE_DATABASE_DIRECT", "Host=db1,db2;Port=5433"))!;

        connections.ThroughPooler.ShouldBeFalse();
    }

    [Fact]
    public async Task Behind_a_pooler_no_role_prepares_statements()
    {
        await using var store = new PostgresStore();

        store.Open(new() { Application = Application, Platform = Application, Control = Application, ThroughPooler = true });

        new[] { store.Application, store.Platform, store.Control }.ShouldAllBe(source => new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxAutoPrepare == 0);
    }

    [Fact]
    public void The_installation_names_the_roles()
    {
        Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Direct))!.Roles.ShouldBe(RoleNames.Default);
        Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Direct), ("ROWHOUSE_INSTALLATION", "acme"))!.Roles.Application.ShouldBe("acme_app");
        Should.Throw<InvalidOperationException>(() => Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Direct), ("ROWHOUSE_INSTALLATION", "a-b"))).Message.ShouldContain("ROWHOUSE_INSTALLATION");
    }

    [Fact]
    public void Connections_say_where_they_lead_and_no_password() =>
        Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Direct))!.ToString().ShouldBe("rowhouse on pool:5432");

    private static PostgresConnections? Read(params (string Key, string Value)[] settings) =>
        ConfiguredConnections.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build());
}
