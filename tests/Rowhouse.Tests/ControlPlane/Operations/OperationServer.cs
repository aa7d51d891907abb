using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;

namespace Rowhouse.Tests.ControlPlane.Operations;

/// <summary>A server with a kind of operation of three steps, each of which does what a test says.</summary>
public sealed class OperationServer : ServerFixture
{
    /// <summary>A kind in which nothing is left to do once its first step is done.</summary>
    internal const string Hurried = "hurried";

    private static readonly HashSet<string> Ends = ["succeeded", "failed", "cancelled", "stuck"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>What each step did, in order: "+b" for done, "-b" for undone.</summary>
    internal ConcurrentDictionary<Guid, ConcurrentQueue<string>> Done { get; } = new();

    /// <summary>Operations of which a worker was told that they are another's.</summary>
    internal ConcurrentBag<Guid> Lost { get; } = [];

    /// <summary>What happens in a step before it is done, by its name with its sign; and before its kind is told of a new state, by the state.</summary>
    internal ConcurrentDictionary<(Guid Operation, string Step), Func<CancellationToken, Task>> Before { get; } = new();

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new OperationOptions { Lease = TimeSpan.FromSeconds(2), Poll = TimeSpan.FromMilliseconds(100), FirstPause = TimeSpan.FromMilliseconds(20) });
        builder.Services.AddSingleton<OperationKind>(new Probe(this, PlanOf("probe")));
        builder.Services.AddSingleton<OperationKind>(new Probe(this, PlanOf(Hurried)));
        builder.Services.AddSingleton<OperationKind>(new OneWay(this, PlanOf("one-way")));
    }

    /// <summary>Begins an operation on a new tenant.</summary>
    /// <param name="name">The tenant's name.</param>
    /// <param name="before">What happens in its steps.</param>
    internal async Task<Guid> StartAsync(string name, params (string Step, Func<CancellationToken, Task> Does)[] before) =>
        await StartAsync("probe", (await CreateTenantAsync(name)).Id, before);

    internal Task<Guid> StartAsync(string kind, Guid tenant, params (string Step, Func<CancellationToken, Task> Does)[] before) => StartAsync(PlanOf(kind), tenant, before);

    /// <summary>Begins one of a release whose kind has other steps.</summary>
    /// <param name="name">The tenant's name.</param>
    /// <param name="steps">The steps, a letter each.</param>
    internal async Task<Guid> StartOtherAsync(string name, string steps) => await StartAsync(PlanOf("probe", steps), (await CreateTenantAsync(name)).Id, []);

    private async Task<Guid> StartAsync(OperationPlan<Known> plan, Guid tenant, (string Step, Func<CancellationToken, Task> Does)[] before)
    {
        await using var scope = Services.CreateAsyncScope();
        var starter = scope.ServiceProvider.GetRequiredService<OperationStarter>();
        var operation = starter.Add(plan, new TenantId(tenant), new([]));
        foreach (var (step, does) in before)
        {
            Before[(operation.Id, step)] = does;
        }

        await scope.ServiceProvider.GetRequiredService<PlatformDbContext>().SaveChangesAsync(TestContext.Current.CancellationToken);
        starter.Wake();
        return operation.Id;
    }

    internal Task<OperationResponse> GetAsync(Guid id) => SuperAdmin.GetAsync($"/api/operations/{id}", Cancelled).ReadAsync<OperationResponse>();

    /// <summary>Waits until the operation stops.</summary>
    internal async Task<OperationResponse> EndAsync(Guid id)
    {
        OperationResponse? last = null;
        await Eventually.UntilAsync(async () => Ends.Contains((last = await GetAsync(id)).Status), Cancelled);
        return last!; // it has stopped, so it was read
    }

    internal async Task<long> VersionAsync(Guid id)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<PlatformDbContext>>().CreateDbContextAsync(Cancelled);
        return await db.Operations.Where(operation => operation.Id == id).Select(operation => operation.Version).SingleAsync(Cancelled);
    }

    /// <summary>Lets an operation that no worker of this server can end have failed.</summary>
    internal async Task EndBySqlAsync(Guid id)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<PlatformDbContext>>().CreateDbContextAsync(Cancelled);
        await db.Operations.Where(operation => operation.Id == id).ExecuteUpdateAsync(set => set.SetProperty(operation => operation.State, OperationState.Failed), Cancelled);
    }

    internal Task<HttpResponseMessage> RetryAsync(Guid id) => SuperAdmin.PostAsync($"/api/operations/{id}/retry", null, Cancelled);

    /// <summary>What the operation's steps know.</summary>
    internal async Task<IReadOnlyList<string>> KnownAsync(Guid id)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<PlatformDbContext>>().CreateDbContextAsync(Cancelled);
        return OperationPlan<Known>.Read((await db.Operations.AsNoTracking().SingleAsync(operation => operation.Id == id, Cancelled)).Data).Steps;
    }

    internal IReadOnlyList<string> DoneIn(Guid operation) => Done.TryGetValue(operation, out var done) ? [.. done] : [];

    /// <summary>What the steps know: which of them have been done.</summary>
    internal sealed record Known(IReadOnlyList<string> Steps);

    private OperationPlan<Known> PlanOf(string kind, string steps = "abc") => new(
        kind, [.. steps.Select(name => new OperationStep<Known>($"{name}", _ => new Step(this, $"{name}")) { IsDone = known => kind == Hurried && known.Steps.Contains("a") })]);

    private class Probe(OperationServer server, OperationPlan<Known> plan) : OperationKind<Known>(plan)
    {
        public override int MostFailures => 3;

        public override async Task StateChangedAsync(PlatformDbContext db, Rowhouse.ControlPlane.Operations.Operation operation, CancellationToken cancellationToken)
        {
            if (server.Before.TryGetValue((operation.Id, $"{operation.State}"), out var before))
            {
                await before(cancellationToken);
            }

            var told = $"{operation.State}: {operation.Reason}";
            await db.Tenants.Where(tenant => tenant.Id == operation.TenantId).ExecuteUpdateAsync(set => set.SetProperty(tenant => tenant.Name, told), cancellationToken);
        }
    }

    /// <summary>One that goes forward only.</summary>
    private sealed class OneWay(OperationServer server, OperationPlan<Known> plan) : Probe(server, plan)
    {
        public override bool CanBeUndone => false;
    }

    private sealed class Step(OperationServer server, string name) : IOperationStep<Known>
    {
        public async Task DoAsync(OperationRun<Known> run, CancellationToken cancellationToken)
        {
            await ActAsync(run, $"+{name}", cancellationToken);
            run.Data = new([.. run.Data.Steps.Except([name]), name]);
        }

        public async Task UndoAsync(OperationRun<Known> run, CancellationToken cancellationToken)
        {
            await ActAsync(run, $"-{name}", cancellationToken);
            run.Data = new([.. run.Data.Steps.Except([name])]);
        }

        private async Task ActAsync(OperationRun<Known> run, string act, CancellationToken cancellationToken)
        {
            if (server.Before.TryGetValue((run.Id, act), out var before))
            {
                await before(cancellationToken);
            }

            try
            {
                // Deaf to the end of its lease: the token alone keeps it out.
                await run.InControlAsync((_, _) => Task.CompletedTask, CancellationToken.None);
            }
            catch (OperationLostException)
            {
                server.Lost.Add(run.Id);
                throw;
            }

            server.Done.GetOrAdd(run.Id, _ => new()).Enqueue(act);
        }
    }
}
