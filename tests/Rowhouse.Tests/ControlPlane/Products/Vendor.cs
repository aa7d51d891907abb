using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>A vendor with whom products keep workspaces. Whoever asks twice for one gets two.</summary>
public sealed class Vendor : IAsyncDisposable
{
    private readonly WebApplication server;

    private Vendor(WebApplication server)
    {
        this.server = server;
        server.MapGet("/workspaces", (string name, string key) => Workspaces.Values.Where(workspace => workspace.Name == name && workspace.Key == key).ToList());
        server.MapPost("/workspaces", async (Workspace workspace) =>
        {
            if (await BeforeAsync($"make {workspace.Name}") is { } refusal)
            {
                return refusal;
            }

            Workspaces[workspace.Id] = workspace;
            Acts.Enqueue($"made {workspace.Name}");
            return await BeforeAsync($"answer {workspace.Name}") ?? Results.Ok();
        });
        server.MapDelete("/workspaces/{id:guid}", async (Guid id) =>
        {
            if (!Workspaces.TryGetValue(id, out var workspace))
            {
                return Results.NotFound();
            }

            if (await BeforeAsync($"remove {workspace.Name}") is { } refusal)
            {
                return refusal;
            }

            Workspaces.TryRemove(id, out _);
            Acts.Enqueue($"removed {workspace.Name}");
            return Results.NoContent();
        });
    }

    public ConcurrentDictionary<Guid, Workspace> Workspaces { get; } = new();

    /// <summary>What was made and removed, in order.</summary>
    public ConcurrentQueue<string> Acts { get; } = new();

    /// <summary>What happens before it does something, such as <c>make depot smith</c>: it may take its time, or refuse.</summary>
    public ConcurrentDictionary<string, Func<Task<IResult?>>> Before { get; } = new();

    public Uri Address => new(server.Urls.First());

    public static async Task<Vendor> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var built = builder.Build();
        built.Urls.Add("http://127.0.0.1:0");
        var vendor = new Vendor(built);
        await built.StartAsync();
        return vendor;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    public IReadOnlyList<string> ActsOn(string name) => [.. Acts.Where(act => act.EndsWith($" {name}", StringComparison.Ordinal))];

    /// <summary>Waits before it does something, until it is told to go on.</summary>
    public (Task Reached, TaskCompletionSource Go) Hold(string act)
    {
        var (reached, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Before[act] = async () =>
        {
            reached.TrySetResult();
            await go.Task;
            return null;
        };
        return (reached.Task, go);
    }

    private Task<IResult?> BeforeAsync(string act) => Before.TryGetValue(act, out var before) ? before() : Task.FromResult<IResult?>(null);
}

/// <summary>A tenant's place at the vendor's.</summary>
public sealed record Workspace(Guid Id, string Name, string Key);
