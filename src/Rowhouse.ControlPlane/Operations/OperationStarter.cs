using System.Text.Json;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Begins operations, in the unit of work of whoever asks: the operation is there if what it is about is.</summary>
internal sealed class OperationStarter(PlatformDbContext db, OperationSignal signal, TimeProvider clock)
{
    /// <summary>Adds an operation. On a tenant's home there is one at a time, and on each of its products: whoever saves a second one meets the unique index.</summary>
    /// <param name="kind">The name of the kind.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="data">What its steps know.</param>
    /// <param name="product">The product that it is about; its home where it is none.</param>
    /// <param name="step">The step to begin with: those before it are done.</param>
    public Operation Add(string kind, TenantId tenant, JsonDocument data, string? product = null, int step = 0)
    {
        var operation = Make(kind, tenant, data, product, clock.GetUtcNow());
        operation.Step = step;
        db.Operations.Add(operation);
        return operation;
    }

    public static Operation Make(string kind, TenantId tenant, JsonDocument data, string? product, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Kind = kind,
        TenantId = tenant,
        Product = product,
        Data = data,
        CreatedAt = now,
    };

    /// <summary>Tells this server's workers, once what was added is saved. Other servers find it when they look.</summary>
    public void Wake() => db.AfterCommit(signal.Set);
}
