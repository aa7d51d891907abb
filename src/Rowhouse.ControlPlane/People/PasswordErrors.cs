using Microsoft.AspNetCore.Identity;
using Rowhouse.Modules.Http;

namespace Rowhouse.ControlPlane.People;

internal static class PasswordErrors
{
    /// <summary>What the rules for passwords say of one that somebody wants, beside what else is wrong with the request.</summary>
    public static async Task CheckAsync(this UserManager<Person> people, Person person, string? password, string field, FieldErrors errors)
    {
        if (errors.Has(field))
        {
            return;
        }

        foreach (var validator in people.PasswordValidators)
        {
            foreach (var error in (await validator.ValidateAsync(people, person, password)).Errors)
            {
                errors.Add(field, error.Description);
            }
        }
    }

    /// <summary>What Identity does not like about a password, as the messages of one field.</summary>
    public static Dictionary<string, string[]> On(this IdentityResult result, string field) =>
        new(StringComparer.Ordinal) { [field] = [.. result.Errors.Select(error => error.Description)] };
}
