using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Resolution;
using Rowhouse.Tenancy.Tests.Kernel;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Resolution;

public sealed class TenantHostsTests
{
    private const string Zone = "{tenant}.notes.example";

    [Theory]
    [InlineData(Zone, "smith.notes.example", true)]
    [InlineData(Zone, "www.notes.example", true)]
    [InlineData(Zone, "notes.example", true)]
    [InlineData(Zone, "a.smith.notes.example", true)]
    [InlineData(Zone, "example", false)]
    [InlineData(Zone, "xnotes.example", false)]
    [InlineData(Zone, "notes.example.com", false)]
    [InlineData("Smith.{tenant}.Notes.Example", "other.notes.example", true)]
    [InlineData("{tenant}.?.notes.example", "eu.notes.example", true)]
    [InlineData("{tenant}.?.notes.example", "notes.example", false)]
    [InlineData("{tenant}.*.notes.example", "notes.example", true)]
    [InlineData("{tenant}.*.notes.example", "a.b.c.notes.example", true)]
    [InlineData("*.{tenant}.notes.example", "notes.example", true)]
    [InlineData("*.{tenant}.notes.example", "a.b.c.notes.example", true)]
    [InlineData("shop.{tenant}", "shop.smith", true)]
    [InlineData("shop.{tenant}", "shop.smith.example", false)]
    [InlineData("{tenant}.?", "cards.smith", true)]
    [InlineData("{tenant}.?", "cards.smith.example", false)]
    public void What_lies_in_the_domain_of_the_tenants_hosts_is_the_applications_own(string template, string host, bool own) =>
        Make(template).GetRequiredService<TenantHosts>().IsOwn(host).ShouldBe(own);

    [Fact]
    public void A_host_is_the_applications_own_by_any_of_its_templates_and_by_none_where_there_is_none()
    {
        Make(Zone, "{tenant}.cards.example").GetRequiredService<TenantHosts>().IsOwn("cards.example").ShouldBeTrue();
        Make().GetRequiredService<TenantHosts>().IsOwn("cards.example").ShouldBeFalse();
    }

    [Fact]
    public async Task A_host_leads_where_a_request_to_it_would_but_for_names_that_are_not_public()
    {
        using var services = Make(Zone);
        var smith = Tenants.Make("smith");
        services.GetRequiredService<TenantDirectory>().Apply(new(smith, [new(IdentifierKind.Host, "cards.smith.example"), new(IdentifierKind.Name, "org-123")]));
        await services.GetRequiredService<TenantDirectory>().FillAsync(services.GetRequiredService<ITenantCatalogue>(), TestContext.Current.CancellationToken);
        var hosts = services.GetRequiredService<TenantHosts>();

        foreach (var host in new[] { "smith.notes.example", "SMITH.Notes.Example.:443", "cards.smith.example", "Cards.Smith.Example." })
        {
            (await hosts.ResolveAsync(host, TestContext.Current.CancellationToken)).Tenant.ShouldBe(smith, host);
        }

        foreach (var (host, outcome) in new[]
        {
            ("ghost.notes.example", TenantResolutionOutcome.Unknown), ($"{smith.Id}.notes.example", TenantResolutionOutcome.Unknown), ("org-123.notes.example", TenantResolutionOutcome.Unknown), ("www.notes.example", TenantResolutionOutcome.None), ("ghost.example", TenantResolutionOutcome.None), ("127.0.0.1", TenantResolutionOutcome.None), ("", TenantResolutionOutcome.None),
        })
        {
            (await hosts.ResolveAsync(host, TestContext.Current.CancellationToken)).Outcome.ShouldBe(outcome, host);
        }
    }

    private static ServiceProvider Make(params string[] templates)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddTenancy(tenancy =>
        {
            tenancy.FromHeader("X-Tenant-Id");
            foreach (var template in templates)
            {
                tenancy.FromHost(template);
            }
        });
        return builder.Services.BuildServiceProvider();
    }
}
