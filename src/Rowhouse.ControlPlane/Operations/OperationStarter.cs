using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Begins operations, in the unit of work of whoever asks: the operation is there if what it is about is.</summary>
internal sealed class OperationStarter(PlatformDbContext db, OperationSignal signal, TimeProvider clock)
{
    /// <summary>Adds an operation. On a tenant's home there is one at a time, and on each of its products: whoever saves a second one meets the unique index.</summary>
    /// <param name="plan">Its kind, and its steps.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="data">What they know.</param>
    /// <param name="product">The product that it is about; its home where it is none.</param>
    /// <param name="first">The step to begin with, where those before it are done.</param>
    public Operation Add<TData>(OperationPlan<TData> plan, TenantId tenant, TData data, string? product = null, string? first = null)
        where TData : class
    {
        var operation = Make(plan, tenant, data, product, clock.GetUtcNow());
        operation.Step = first is null ? 0 : Array.IndexOf(operation.Steps, first);
        if (operation.Step < 0)
        {
            throw new ArgumentException($"The {plan.Name} has no step '{first}'.", nameof(first));
        }

        return db.Operations.Add(operation).Entity;
    }

    public static Operation Make<TData>(OperationPlan<TData> plan, TenantId tenant, TData data, string? product, DateTimeOffset now)
        where TData : class => new()
    {
        Id = Guid.CreateVersion7(now),
        Kind = plan.Name,
        Steps = [.. plan.StepNames],
        TenantId = tenant,
        Product = product,
        Data = OperationPlan<TData>.Write(data),
        CreatedAt = now,
    };

    /// <summary>Tells this server's workers, once what was added is saved. Other servers find it when they look.</summary>
    public void Wake() => db.AfterCommit(signal.Set);
}
