using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Rowhouse.ControlPlane.People;

/// <summary>How passwords are judged and hashed.</summary>
internal static class Passwords
{
    public const int MinLength = 8;

    public static void AddPasswords(this IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<ILookupNormalizer, LowerCaseNormalizer>());
        services.AddIdentityCore<Person>(options =>
            {
                // Length and not composition, after NIST SP 800-63B: rules about digits make people write Password1!.
                options.Password.RequiredLength = MinLength;
                options.Password.RequiredUniqueChars = 4;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
            })
            .AddUserStore<PersonStore>()
            .AddPasswordValidator<NotTheAddress>();

        // Addresses are checked where they come in, and the store keeps them unique: looking first would only race with it.
        services.RemoveAll<IUserValidator<Person>>();
    }

    /// <summary>An address as it is looked up.</summary>
    public static string KeyOf(string email) => email.Trim().ToLowerInvariant();

    private sealed class LowerCaseNormalizer : ILookupNormalizer
    {
        public string? NormalizeName(string? name) => name is null ? null : KeyOf(name);

        public string? NormalizeEmail(string? email) => NormalizeName(email);
    }

    private sealed class NotTheAddress : IPasswordValidator<Person>
    {
        public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) =>
            Task.FromResult(password is null || user.EmailKey.Length == 0 || !password.Contains(user.EmailKey, StringComparison.OrdinalIgnoreCase)
                ? IdentityResult.Success
                : IdentityResult.Failed(new IdentityError { Code = nameof(NotTheAddress), Description = "A password does not contain the e-mail address." }));
    }
}
