using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Outbox;
using Shouldly;
using NetHost = Microsoft.Extensions.Hosting.Host;

namespace Rowhouse.Tenancy.Tests.Outbox;

public sealed class OutboxOptionsTests
{
    public static TheoryData<string, Action<OutboxOptions>> Impossible { get; } = new()
    {
        { nameof(OutboxOptions.SweepEvery), options => options.SweepEvery = TimeSpan.Zero },
        { nameof(OutboxOptions.Parallelism), options => options.Parallelism = 0 },
        { nameof(OutboxOptions.BatchSize), options => options.BatchSize = 0 },
        { nameof(OutboxOptions.BatchSize), options => options.BatchSize = 1001 },
        { nameof(OutboxOptions.LongestTurn), options => options.LongestTurn = TimeSpan.FromSeconds(-1) },
        { nameof(OutboxOptions.HandlerTimeout), options => options.HandlerTimeout = Timeout.InfiniteTimeSpan },
        { nameof(OutboxOptions.HandlerTimeout), options => options.HandlerTimeout = TimeSpan.FromDays(1) },
        { nameof(OutboxOptions.FirstPause), options => options.FirstPause = TimeSpan.FromHours(1) },
        { nameof(OutboxOptions.LongestPause), options => options.LongestPause = TimeSpan.FromDays(60) },
        { nameof(OutboxOptions.MaxAttempts), options => options.MaxAttempts = 0 },
        { nameof(OutboxOptions.Memory), options => options.Memory = TimeSpan.Zero },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_figure_outside_its_bounds_is_refused_by_name(string option, Action<OutboxOptions> set)
    {
        var refused = Should.Throw<ArgumentOutOfRangeException>(() => NetHost.CreateEmptyApplicationBuilder(new()).WithOutbox(set));

        refused.ParamName.ShouldBe(option);
        refused.Message.ShouldContain($"{option} is from");
    }

    [Fact]
    public void A_second_call_goes_on_from_what_the_first_has_set()
    {
        var builder = NetHost.CreateEmptyApplicationBuilder(new());

        builder.WithOutbox(options => options.BatchSize = 7).WithOutbox(options => options.Parallelism = 9);

        using var host = builder.Build();
        var options = host.Services.GetRequiredService<OutboxOptions>();
        options.BatchSize.ShouldBe(7);
        options.Parallelism.ShouldBe(9);
    }
}
