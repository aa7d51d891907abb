using Microsoft.AspNetCore.Identity;

namespace Rowhouse.ControlPlane.People;

internal static class PasswordErrors
{
    /// <summary>What Identity does not like about a password, as the messages of one field.</summary>
    public static Dictionary<string, string[]> On(this IdentityResult result, string field) =>
        new(StringComparer.Ordinal) { [field] = [.. result.Errors.Select(error => error.Description)] };
}
