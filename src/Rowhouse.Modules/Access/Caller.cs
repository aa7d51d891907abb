namespace Rowhouse.Modules.Access;

/// <summary>Who is calling, within the tenant of this scope. Filled by admission before an endpoint runs; empty outside a request.</summary>
public sealed class Caller
{
    private Guid? personId;

    /// <summary>Whether somebody is signed in.</summary>
    public bool IsKnown => personId is not null;

    /// <summary>The person.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in.</exception>
    public Guid PersonId => personId ?? throw new InvalidOperationException("Nobody is signed in on this scope.");

    /// <summary>The person's role in the tenant; <see langword="null"/> where the endpoint needs no tenant.</summary>
    public Role? Role { get; private set; }

    /// <summary>Whether the person runs the platform.</summary>
    public bool IsSuperAdmin { get; private set; }

    /// <summary>Whether the person's role in the tenant has a permission.</summary>
    /// <param name="permission">The permission.</param>
    public bool Can(Permission permission)
    {
        ArgumentNullException.ThrowIfNull(permission);
        return Role >= permission.Lowest;
    }

    /// <summary>Says who is calling; once per scope.</summary>
    /// <param name="person">The person.</param>
    /// <param name="role">The person's role in the scope's tenant.</param>
    /// <param name="superAdmin">Whether the person runs the platform.</param>
    /// <exception cref="InvalidOperationException">Somebody is known already.</exception>
    public void Identify(Guid person, Role? role, bool superAdmin)
    {
        if (IsKnown)
        {
            throw new InvalidOperationException("The caller of this scope is known already.");
        }

        personId = person;
        Role = role;
        IsSuperAdmin = superAdmin;
    }
}
