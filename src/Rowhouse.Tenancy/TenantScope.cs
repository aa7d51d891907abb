using System.Diagnostics;
using System.Reflection;

namespace Rowhouse.Tenancy;

/// <summary>
/// What a dependency-injection scope knows of its tenant. It is bound once, for the whole life of the scope;
/// a second binding throws, also to the same tenant. What the scope knows of it can be renewed, never the tenant. There is no ambient tenant: whoever has the scope has the tenant.
/// </summary>
public sealed class TenantScope
{
    private Tenant? tenant;

    /// <summary>Whether a tenant is bound.</summary>
    public bool IsBound => tenant is not null;

    /// <summary>The tenant of this scope.</summary>
    /// <exception cref="TenantNotBoundException">None is bound; the message names the place that asked.</exception>
    public Tenant Tenant => tenant ?? throw TenantNotBoundException.AtCaller();

    /// <summary>Binds the tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <exception cref="InvalidOperationException">A tenant is bound already.</exception>
    internal void Bind(Tenant tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (Interlocked.CompareExchange(ref this.tenant, tenant, null) is not null)
        {
            throw new InvalidOperationException("This scope belongs to a tenant already. Enter another tenant in a scope of its own.");
        }
    }

    /// <summary>Takes in what has become of the tenant meanwhile, for example that it moved. Older news change nothing.</summary>
    /// <param name="tenant">The same tenant.</param>
    /// <exception cref="InvalidOperationException">It is another tenant.</exception>
    /// <exception cref="TenantNotBoundException">None is bound.</exception>
    internal void Renew(Tenant tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (Tenant.Id != tenant.Id)
        {
            throw new InvalidOperationException("This scope belongs to another tenant. Enter another tenant in a scope of its own.");
        }

        if (tenant.Version > Tenant.Version)
        {
            this.tenant = tenant;
        }
    }
}

/// <summary>Something asked for the tenant of a scope that has none.</summary>
public sealed class TenantNotBoundException : InvalidOperationException
{
    private TenantNotBoundException(string message)
        : base(message)
    {
    }

    internal static TenantNotBoundException AtCaller()
    {
        // The first frame outside the kernel is the place to mend. A failure path: the cost of a stack walk does not matter.
        var place = new StackTrace(fNeedFileInfo: true).GetFrames()
            .FirstOrDefault(frame => frame.GetMethod() is { } method && !IsKernel(method));
        var where = place?.GetMethod() is { } caller
            ? $"{NameOf(caller)}{(place.GetFileName() is { } file ? $" ({Path.GetFileName(file)}:{place.GetFileLineNumber()})" : "")}"
            : "an unknown place";
        return new($"No tenant is bound in this scope; {where} asked for it. Bind one by a request that names a tenant, or by {nameof(ITenantScopes)}.{nameof(ITenantScopes.EnterAsync)}.");
    }

    // Of what the compiler makes of lambdas and asynchronous methods, the method that somebody wrote.
    private static string NameOf(MethodBase method)
    {
        var type = method.DeclaringType;
        var name = method.Name;
        while (type is { DeclaringType: { } outer } && type.Name.StartsWith('<'))
        {
            name = Written(type.Name) ?? name;
            type = outer;
        }

        return $"{type?.FullName}.{Written(name) ?? name}";

        // <Read>d__1, <<Read>b__0>d, or <>c, which has none.
        static string? Written(string made) =>
            made.StartsWith('<') && made.TrimStart('<') is var bare && bare.IndexOf('>', StringComparison.Ordinal) is > 0 and var end ? bare[..end] : null;
    }

    // A method without a type was compiled at run time, from a query for example: somebody else asked for it.
    private static bool IsKernel(MethodBase method) =>
        method.DeclaringType is null
        || method.DeclaringType.Assembly.GetName().Name is { } name
        && (name.StartsWith("Rowhouse.Tenancy", StringComparison.Ordinal) && !name.EndsWith(".Tests", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Extensions.DependencyInjection", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
            || name.StartsWith("System.", StringComparison.Ordinal));
}
