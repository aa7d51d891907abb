using System.Text.Json;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Tenancy;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Operations;

/// <summary>What an operation remembers of those who worked on it.</summary>
public sealed class OperationStateTests
{
    private static readonly OperationFailure Failure = new("The shelf is full.", IsForGood: false);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    public void Whoever_waits_is_heard_of_and_those_who_died_in_the_step_are_not(int begun, int died)
    {
        var operation = Make(begun);

        operation.Wait(Failure, DateTimeOffset.UnixEpoch);

        (operation.Attempts, operation.Failures, operation.Reason).ShouldBe((died, 1, "The shelf is full."));
    }

    [Fact]
    public void Once_a_step_is_done_nobody_has_died_in_the_next()
    {
        var operation = Make(begun: 3);

        operation.EndStep(JsonDocument.Parse("{}"));

        (operation.Attempts, operation.NextStep).ShouldBe((1, "b"));
    }

    [Fact]
    public void What_waits_for_another_server_has_not_failed()
    {
        var operation = Make(begun: 1);

        operation.Wait(Failure with { IsDelay = true }, DateTimeOffset.UnixEpoch);

        operation.Failures.ShouldBe(0);
    }

    private static Rowhouse.ControlPlane.Operations.Operation Make(int begun) => new()
    {
        Id = Guid.Empty,
        Kind = "probe",
        Steps = ["a", "b"],
        TenantId = TenantId.New(TimeProvider.System),
        Data = JsonDocument.Parse("{}"),
        CreatedAt = DateTimeOffset.UnixEpoch,
        Attempts = begun,
    };
}
