using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class TenancyBuilderTests
{
    [Fact]
    public void Tenancy_brings_a_clock_where_the_application_has_none()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.AddTenancy(_ => { });

        builder.Services.BuildServiceProvider().GetRequiredService<TimeProvider>().ShouldBe(TimeProvider.System);
    }

    [Fact]
    public void What_is_added_twice_is_registered_once_and_takes_nothing_from_the_application()
    {
        var clock = new SwiftTimeProvider(2);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddTenancy(_ => { });
        var once = builder.Services.Count;

        builder.AddTenancy(_ => { });

        builder.Services.Count.ShouldBe(once);
        builder.Services.BuildServiceProvider().GetRequiredService<TimeProvider>().ShouldBe(clock);
    }

    [Fact]
    public void The_directory_is_filled_after_whatever_a_later_call_puts_under_its_catalogue()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.AddTenancy(_ => { });

        builder.AddTenancy(tenancy => tenancy.Services.AddSingleton<IHostedService, Opening>());

        builder.Services.Where(service => service.ServiceType == typeof(IHostedService)).Select(service => service.ImplementationType)
            .ShouldBe([typeof(Opening), typeof(DirectoryFollower)]);
    }

    private sealed class Opening : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
