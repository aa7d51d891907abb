using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Binding;

internal static class Refusals
{
    /// <summary>What the database said, whether the driver tells it or EF Core, which puts it inside an exception of its own, and that in another where it may be gone at the next try.</summary>
    /// <returns><see langword="null"/> where the database refused nothing.</returns>
    public static PostgresException? Refusal(this Exception? exception) =>
        exception is null or PostgresException ? exception as PostgresException : Refusal(exception.InnerException);
}
