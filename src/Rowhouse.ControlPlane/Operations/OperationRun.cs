using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>An operation while somebody works on it.</summary>
/// <typeparam name="TData">What its steps know.</typeparam>
internal sealed class OperationRun<TData>(Guid id, TenantId tenantId, Guid token, bool isTakenOver, TData data, IDbContextFactory<PlatformDbContext> contexts, TimeProvider clock)
    where TData : class
{
    public Guid Id { get; } = id;

    public TenantId TenantId { get; } = tenantId;

    /// <summary>What tells this attempt from others of the operation.</summary>
    public Guid Token { get; } = token;

    /// <summary>Whether another worker has begun this step and was not heard of again. It may be asleep, in a session on a database server.</summary>
    public bool IsTakenOver { get; } = isTakenOver;

    /// <summary>What the steps know. What a step decides is kept with its end: a name is decided by a step before the one that makes the thing.</summary>
    public TData Data { get; set; } = data;

    /// <summary>Changes the control database, as long as the operation is this one's: nothing that was taken over reaches it.</summary>
    /// <exception cref="OperationLostException">Somebody else works on the operation. Nothing was changed.</exception>
    public async Task InControlAsync(Func<PlatformDbContext, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await db.HoldOperationAsync(Id, Token, cancellationToken);
        await work(db, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Opens the operation's session on a database server, where its steps act.</summary>
    /// <param name="server">A connection string of the role that acts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationLostException">Somebody else works on the operation.</exception>
    public Task<ServerSession> OpenServerAsync(string server, CancellationToken cancellationToken) => ServerSession.OpenAsync(server, Id, ConfirmAsync, clock, cancellationToken);

    private async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Operations.AnyAsync(operation => operation.Id == Id && operation.Token == Token, cancellationToken))
        {
            throw new OperationLostException();
        }
    }
}
