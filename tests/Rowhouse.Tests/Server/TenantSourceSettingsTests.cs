using Microsoft.Extensions.Configuration;
using Rowhouse.Server;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed class TenantSourceSettingsTests
{
    [Fact]
    public void Without_a_word_host_path_and_both_headers_name_a_tenant()
    {
        Read().TenantSources.ShouldBe(["host {tenant}.localhost", "path /t/{tenant}", "header X-Tenant-Id", "header X-Account-Id"]);
        Read(("ROWHOUSE_HOST_TEMPLATE", "{tenant}.cards.example")).TenantSources[0].ShouldBe("host {tenant}.cards.example");
    }

    [Fact]
    public void The_places_are_named_in_a_line_or_in_a_list()
    {
        Read(("ROWHOUSE_TENANT_SOURCES", "path  /t/{tenant}, header X-Line")).TenantSources.ShouldBe(["path /t/{tenant}", "header X-Line"]);
        Read(("ROWHOUSE_TENANT_SOURCES:0", "query tenant"), ("ROWHOUSE_TENANT_SOURCES:1", "path /t/{tenant}")).TenantSources.ShouldBe(["query tenant", "path /t/{tenant}"]);
    }

    [Theory]
    [InlineData("ROWHOUSE_TENANT_SOURCES", "header X-Tenant-Id", "path /t/{tenant}")]
    [InlineData("ROWHOUSE_TENANT_SOURCES", "claim org_id, path /t/{tenant}", "neither tokens")]
    [InlineData("ROWHOUSE_TENANT_SOURCES", "api-key X-Api-Key, path /t/{tenant}", "neither tokens")]
    [InlineData("ROWHOUSE_TENANT_SOURCES", "host notes.example, path /t/{tenant}", "'host notes.example'")]
    [InlineData("ROWHOUSE_TENANT_SOURCES", "cookie tenant, path /t/{tenant}", "'cookie'")]
    [InlineData("ROWHOUSE_HOST_TEMPLATE", "notes.example", "'host notes.example'")]
    [InlineData("ROWHOUSE_BARE_PATHS", "yes", "1 or 0")]
    [InlineData("ROWHOUSE_DNS", "dns.example", "'dns.example'")]
    [InlineData("ROWHOUSE_DNS", "192.0.2.53, 192.0.2.54:99999", "'192.0.2.54:99999'")]
    [InlineData("Directory:Capacity", "0", "a number from 1 on")]
    [InlineData("Directory:Capacity", "many", "a number from 1 on")]
    [InlineData("Directory:MaxStale", "-00:01:00", "00:05:00")]
    [InlineData("Directory:MaxStale", "300", "00:05:00")]
    [InlineData("Directory:MaxStale", "02:00:00", "01:00:00")]
    [InlineData("Directory:Poll", "00:00:00", "00:05:00")]
    [InlineData("Directory:Poll", "00:02:00", "at least 4 times")]
    public void A_setting_that_cannot_be_is_named_with_what_it_should_be(string key, string value, string part)
    {
        var thrown = Should.Throw<ServerSettingsException>(() => Read((key, value)));

        thrown.Message.ShouldContain(key.Replace(":", "__", StringComparison.Ordinal));
        thrown.Message.ShouldContain(part);
    }

    [Fact]
    public void The_template_is_said_in_one_place() =>
        Should.Throw<ServerSettingsException>(() => Read(("ROWHOUSE_TENANT_SOURCES", "path /t/{tenant}"), ("ROWHOUSE_HOST_TEMPLATE", "{tenant}.cards.example")))
            .Message.ShouldContain("both set");

    [Fact]
    public void What_a_directory_keeps_can_be_said()
    {
        var directory = Read(("Directory:Capacity", "5000"), ("Directory:MaxStale", "00:01:30")).Directory;

        directory.Capacity.ShouldBe(5000);
        directory.MaxStale.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public void Name_servers_listen_on_port_53_unless_another_is_said()
    {
        Read().NameServers.ShouldBeEmpty();
        Read(("ROWHOUSE_DNS", "192.0.2.53, 192.0.2.54:5353, 2001:db8::53, [2001:db8::54]:5354")).NameServers.Select(server => server.ToString())
            .ShouldBe(["192.0.2.53:53", "192.0.2.54:5353", "[2001:db8::53]:53", "[2001:db8::54]:5354"]);
    }

    private static ServerSettings Read(params (string Key, string Value)[] settings) =>
        ServerSettings.From(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build());
}
