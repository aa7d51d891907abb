using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>Looks at, or changes, every command after the kernel has bound the tenant in it.</summary>
internal sealed class Commands(Action<DbCommand> look) : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        look(command);
        return new(result);
    }
}
