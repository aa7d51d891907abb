using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;
using Rowhouse.Server;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>An endpoint that says contradictory things of its callers, or too little, never gets to be called.</summary>
public sealed class AccessRulesTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly Permission Read = new("wrong.read", Role.Viewer);

    public static TheoryData<string> Faults => [.. Endpoints.Keys];

    private static Dictionary<string, Action<IEndpointConventionBuilder>> Endpoints { get; } = new()
    {
        ["in a tenant without a permission"] = _ => { },
        ["anonymous in a tenant"] = endpoint => endpoint.AllowAnonymous(),
        ["anonymous with a permission"] = endpoint => endpoint.AllowAnonymous().WithoutTenant().RequirePermission(Read),
        ["anonymous for super-admins"] = endpoint => endpoint.AllowAnonymous().WithoutTenant().RequireSuperAdmin(),
        ["for super-admins in a tenant"] = endpoint => endpoint.RequireSuperAdmin().RequirePermission(Read),
        ["in no tenant with a permission"] = endpoint => endpoint.WithoutTenant().RequirePermission(Read),
        ["in no tenant with a product"] = endpoint => endpoint.WithoutTenant(),
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void It_stops_the_start_and_is_named(string fault)
    {
        var thrown = Should.Throw<InvalidOperationException>(() => ServerHost.Build(server.Settings, builder => builder.Services.AddSingleton(
            new Module(new("wrong", "Wrong", [Read]), api => Endpoints[fault](api.MapGet("/told", () => "told")), _ => { }))));

        thrown.Message.ShouldContain("/api/wrong/told");
    }

    [Fact]
    public async Task One_that_makes_sense_stops_nothing()
    {
        await using var own = ServerHost.Build(server.Settings, builder => builder.Services.AddSingleton(
            new Module(new("right", "Right", [Read]), api => api.MapGet("/told", () => "told").RequirePermission(Read), platform => platform.MapGet("/told", () => "told"))));
        own.ShouldNotBeNull();
    }
}
