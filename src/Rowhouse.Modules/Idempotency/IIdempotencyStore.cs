namespace Rowhouse.Modules.Idempotency;

/// <summary>
/// Keeps what was answered under an <c>Idempotency-Key</c> in the database that the effect is in, and in its transaction: whatever ends a
/// request half-way, both are there or neither is. One per request; its scope says whose keys they are.
/// </summary>
public interface IIdempotencyStore
{
    /// <summary>Runs a request in one transaction.</summary>
    /// <typeparam name="TResult">What it gives.</typeparam>
    /// <param name="work">The request. What it did is kept when it ends and undone when it throws; it may run again from its beginning.</param>
    /// <param name="cancellationToken">Stops, and undoes what was done.</param>
    Task<TResult> InTransactionAsync<TResult>(Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken);

    /// <summary>Runs a request that was done before, and undoes it, within the transaction: for what it would answer.</summary>
    /// <typeparam name="TResult">What it gives.</typeparam>
    /// <param name="work">The request.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task<TResult> RehearseAsync<TResult>(Func<Task<TResult>> work, CancellationToken cancellationToken);

    /// <summary>Takes a key until the end of the transaction.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Whether nobody else has it.</returns>
    Task<bool> TryLockAsync(IdempotencyKey key, CancellationToken cancellationToken);

    /// <summary>What was answered under a key that was taken.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The answer; <see langword="null"/> where none was kept in the last 24 hours.</returns>
    Task<KeptAnswer?> FindAsync(IdempotencyKey key, CancellationToken cancellationToken);

    /// <summary>Keeps what is answered under a key that was taken and found to be new.</summary>
    /// <param name="key">The key.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task KeepAsync(IdempotencyKey key, KeptAnswer answer, CancellationToken cancellationToken);
}
