namespace Rowhouse.Modules.Access;

/// <summary>A role of a member in a tenant, each with all that the lower ones may. The numbers are stored; do not change them.</summary>
public enum Role
{
    /// <summary>Reads.</summary>
    Viewer = 0,

    /// <summary>Works on their own things.</summary>
    Member = 1,

    /// <summary>Works on everybody's things.</summary>
    Editor = 2,

    /// <summary>Runs the tenant: members and settings too.</summary>
    Admin = 3,
}

/// <summary>Something a role allows.</summary>
/// <param name="Name">Its name, <c>{module}.{things}.{act}</c>.</param>
/// <param name="Lowest">The lowest built-in role that has it.</param>
public sealed record Permission(string Name, Role Lowest);
