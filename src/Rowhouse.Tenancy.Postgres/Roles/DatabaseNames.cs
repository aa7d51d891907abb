namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>What the databases of an installation on one server are called.</summary>
/// <param name="Store">The shared store: tenants' rows.</param>
/// <param name="Control">The control database, where the control plane keeps what is its own; <see langword="null"/> where there is no control plane.</param>
public sealed record DatabaseNames(string Store, string? Control = null)
{
    /// <summary>Both, named after an installation: <c>rowhouse_shared</c> and <c>rowhouse_control</c>.</summary>
    /// <param name="roles">The roles of the installation.</param>
    public static DatabaseNames Of(RoleNames roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return new($"{roles.Installation}_shared", $"{roles.Installation}_control");
    }

    /// <summary>Those that there are.</summary>
    internal IReadOnlyList<string> All => Control is null ? [Store] : [Store, Control];
}
