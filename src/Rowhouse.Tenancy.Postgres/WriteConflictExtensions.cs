using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Why the database refused a write, without the types of the driver.</summary>
public static class WriteConflictExtensions
{
    /// <summary>The unique or foreign key constraint, or unique index, that the write would have broken.</summary>
    /// <param name="refused">The refused write.</param>
    /// <returns>Its name; <see langword="null"/> where the write was refused for another reason.</returns>
    public static string? ViolatedConstraint(this DbUpdateException refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return refused.Refusal() is { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation } broken
            ? broken.ConstraintName
            : null;
    }
}
