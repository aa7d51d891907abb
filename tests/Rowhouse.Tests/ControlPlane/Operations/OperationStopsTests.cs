using Rowhouse.ControlPlane;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Tenancy;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Operations;

/// <summary>Who waits for an operation on the server that works on it.</summary>
public sealed class OperationStopsTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly OperationStops stops = new();
    private readonly TenantId tenant = TenantId.New(TimeProvider.System);
    private readonly WorkSignal signal = new();

    [Fact]
    public async Task Whoever_listens_is_told_of_a_stop_that_came_before_the_wait()
    {
        using var listening = stops.Listen(tenant, signal);

        stops.Tell(tenant);

        (await HearsAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue();
        (await HearsAsync(Moment)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_stops_for_another_tenant_is_not_heard()
    {
        using var listening = stops.Listen(tenant, signal);

        stops.Tell(TenantId.New(TimeProvider.System));

        (await HearsAsync(Moment)).ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_has_left_is_not_told()
    {
        stops.Listen(tenant, signal).Dispose();

        stops.Tell(tenant);

        (await HearsAsync(Moment)).ShouldBeFalse();
    }

    private Task<bool> HearsAsync(TimeSpan longest) => signal.WaitAsync(longest, TimeProvider.System, TestContext.Current.CancellationToken);
}
