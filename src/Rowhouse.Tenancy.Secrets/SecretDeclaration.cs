using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rowhouse.Tenancy.Secrets;

/// <summary>What the application says of a secret: its name.</summary>
internal abstract partial class SecretDeclaration(string name)
{
    public string Name { get; } = name;

    /// <summary>What the envelope of a secret is for.</summary>
    public static string PurposeOf(string name) => $"secret:{name}";

    /// <summary>What is locked while a secret changes.</summary>
    public static string LockOf(string name) => $"secrets:{name}";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    protected static partial Regex NameForm();
}

/// <summary>A secret of one type. Writes it as JSON, and reads it again.</summary>
/// <typeparam name="T">The type.</typeparam>
internal sealed class SecretDeclaration<T> : SecretDeclaration
    where T : class
{
    /// <summary>How many bytes of JSON a secret may have.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>A secret by its name.</summary>
    /// <exception cref="ArgumentException">The name has another form, or the type would print the secret.</exception>
    public SecretDeclaration(string name)
        : base(name)
    {
        if (!NameForm().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is no name of a secret: lower-case letters, digits and dashes, from a letter, at most 63.", nameof(name));
        }

        // A record's own prints every member, and one careless message puts them into a log.
        if (typeof(T).GetMethod(nameof(ToString), Type.EmptyTypes)!.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)) // every type has it
        {
            throw new ArgumentException($"{typeof(T).Name} would print the secret. Give it 'public override string ToString() => nameof({typeof(T).Name});'.", nameof(name));
        }
    }

    /// <summary>A secret as it is sealed; to be overwritten after that.</summary>
    /// <exception cref="TenantSecretRefusedException">It is not valid or too large.</exception>
    public byte[] Write(T secret)
    {
        if (Errors(secret) is [_, ..] errors)
        {
            throw new TenantSecretRefusedException(Name, errors);
        }

        byte[] written;
        try
        {
            written = JsonSerializer.SerializeToUtf8Bytes(secret, json);
        }
        catch (Exception misfit) when (misfit is JsonException or NotSupportedException or ArgumentException)      // whose messages may have values
        {
            throw new TenantSecretRefusedException(Name, [new("It cannot be written as JSON.")]);
        }

        if (written.Length > MaxBytes)
        {
            CryptographicOperations.ZeroMemory(written);
            throw new TenantSecretRefusedException(Name, [new($"It has more than {MaxBytes / 1024} KB as JSON.")]);
        }

        return written;
    }

    /// <summary>A secret from what was sealed.</summary>
    /// <exception cref="TenantSecretUnreadableException">It does not fit.</exception>
    public T Read(ReadOnlySpan<byte> written)
    {
        try
        {
            if (JsonSerializer.Deserialize<T>(written, json) is { } secret && Errors(secret) is [])
            {
                return secret;
            }
        }
        catch (Exception misfit) when (misfit is JsonException or NotSupportedException or ArgumentException or FormatException or InvalidOperationException)
        {
            // What it says may quote what is kept, so it goes no further.
        }

        throw new TenantSecretUnreadableException(Name, typeof(T));
    }

    private static List<ValidationResult> Errors(T secret)
    {
        List<ValidationResult> errors = [];
        Validator.TryValidateObject(secret, new(secret), errors, validateAllProperties: true);
        return errors;
    }
}
