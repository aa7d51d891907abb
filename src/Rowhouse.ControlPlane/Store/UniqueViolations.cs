using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Rowhouse.ControlPlane.Store;

internal static class UniqueViolations
{
    /// <summary>Whether somebody else was a moment quicker with the same key.</summary>
    public static bool IsUniqueViolation(this DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}
