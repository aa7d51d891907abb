using System.Text.Json;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Begins operations, in the unit of work of whoever asks: the operation is there if what it is about is.</summary>
internal sealed class OperationStarter(PlatformDbContext db, OperationSignal signal, TimeProvider clock)
{
    /// <summary>Adds an operation. A tenant has one at a time: whoever saves a second one meets the unique index.</summary>
    /// <param name="kind">The name of the kind.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="data">What its steps know.</param>
    /// <param name="step">The step to begin with: those before it are done.</param>
    public Operation Add(string kind, TenantId tenant, JsonDocument data, int step = 0)
    {
        var now = clock.GetUtcNow();
        var operation = new Operation
        {
            Id = Guid.CreateVersion7(now),
            Kind = kind,
            TenantId = tenant,
            Data = data,
            Step = step,
            CreatedAt = now,
        };
        db.Operations.Add(operation);
        return operation;
    }

    /// <summary>Tells this server's workers, once what was added is saved. Other servers find it when they look.</summary>
    public void Wake() => db.AfterCommit(signal.Set);
}
