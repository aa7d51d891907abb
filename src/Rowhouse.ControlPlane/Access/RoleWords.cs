using Rowhouse.Modules.Access;

namespace Rowhouse.ControlPlane.Access;

/// <summary>The words of the API for roles.</summary>
internal static class RoleWords
{
    public static string Of(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>Reads a word that validation has let pass.</summary>
    public static Role Parse(string word) => Enum.Parse<Role>(word, ignoreCase: true);
}
