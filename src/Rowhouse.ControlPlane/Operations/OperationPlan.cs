using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>What a kind of operation is called, its steps in order, and how what they know is kept.</summary>
/// <typeparam name="TData">What they know: an immutable record, kept as JSON.</typeparam>
internal sealed class OperationPlan<TData>(string name, params IReadOnlyList<OperationStep<TData>> steps)
    where TData : class
{
    /// <summary>The name under which operations are kept; it can never change.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The names of the steps. An operation keeps those that it began with, so one can be added. A step stays, doing nothing if need be, as long as an operation
    /// that has it may still be worked on or retried.
    /// </summary>
    public IReadOnlyList<string> StepNames { get; } = [.. steps.Select(step => step.Name)];

    public static JsonDocument Write(TData data) => JsonSerializer.SerializeToDocument(data, JsonSerializerOptions.Web);

    public static TData Read(JsonDocument data) => data.Deserialize<TData>(JsonSerializerOptions.Web) ?? throw new InvalidOperationException("An operation's data is null.");

    /// <summary>The step of this name, which is one of the plan's.</summary>
    public OperationStep<TData> Find(string step) => steps.Single(known => known.Name == step);

    /// <summary>Whether there is nothing to do in a step of this name; of one of another release nobody here knows.</summary>
    public bool IsDone(string step, TData data) => steps.FirstOrDefault(known => known.Name == step)?.IsDone(data) is true;
}

/// <summary>A step of a plan, made anew each time from the services of a scope.</summary>
/// <typeparam name="TData">What it knows.</typeparam>
internal sealed record OperationStep<TData>(string Name, Func<IServiceProvider, IOperationStep<TData>> Make)
    where TData : class
{
    /// <summary>Whether, by what the steps before it know, there is nothing to do: then it is passed over when the one before it ends. Undone it is all the same.</summary>
    public Func<TData, bool> IsDone { get; init; } = _ => false;

    public static OperationStep<TData> Of<TStep>(string name)
        where TStep : class, IOperationStep<TData> => new(name, services => ActivatorUtilities.CreateInstance<TStep>(services));
}
