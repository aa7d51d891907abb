using Microsoft.Extensions.Configuration;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Hosting;
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
    public void Connections_say_where_they_lead_and_no_password() =>
        Read(("ROWHOUSE_DATABASE", Application), ("ROWHOUSE_DATABASE_PLATFORM", Direct))!.ToString().ShouldBe("rowhouse on pool:5432");

    private static PostgresConnections? Read(params (string Key, string Value)[] settings) =>
        ConfiguredConnections.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build());
}
