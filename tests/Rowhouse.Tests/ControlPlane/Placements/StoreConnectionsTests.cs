using Rowhouse.ControlPlane.Placements;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Placements;

/// <summary>Where the server of a store is.</summary>
public sealed class StoreConnectionsTests
{
    [Theory]
    [InlineData("Host=db", "db:5432")]
    [InlineData("Host=db;Port=6432", "db:6432")]
    [InlineData("Host=db1,db2:5433;Port=6432", "db1:6432,db2:5433")]
    [InlineData("Host=db1, db2", "db1:5432,db2:5432")]
    [InlineData("Host=::1", "[::1]:5432")]
    [InlineData("Host=[::1]:5433,[::2]", "[::1]:5433,[::2]:5432")]
    public void An_address_has_each_host_with_its_port(string connection, string address) => Of(connection).Address.ShouldBe(address);

    [Theory]
    [InlineData("Host=db1,db2", "db2:5432,db3:5432", true)]
    [InlineData("Host=DB1", "db1:5432", true)]
    [InlineData("Host=db1;Port=5433", "db1:5432", false)]
    [InlineData("Host=db1", "db10:5432", false)]
    [InlineData("Host=::1", "[::1]:5432", true)]
    public void Two_that_have_a_host_in_common_are_at_one_server(string connection, string other, bool isAt) => Of(connection).IsAt(other).ShouldBe(isAt);

    private static StoreConnections Of(string platform) => new(platform, "", "", "");
}
