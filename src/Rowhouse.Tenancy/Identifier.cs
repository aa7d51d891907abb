namespace Rowhouse.Tenancy;

/// <summary>A (kind, value) pair that leads to one tenant. Values are compared as they are: <see cref="TryCreate"/> brings them to their normal form.</summary>
/// <param name="Kind">What sort of value it is.</param>
/// <param name="Value">The value in its normal form.</param>
public readonly record struct Identifier(IdentifierKind Kind, string Value)
{
    /// <summary>The longest value that can lead to a tenant, in characters; no look-up is made for a longer one.</summary>
    public const int MaxLength = 512;

    /// <summary>Makes an identifier of a text as somebody sent or typed it.</summary>
    /// <param name="kind">What sort of value it is.</param>
    /// <param name="text">The text.</param>
    /// <param name="identifier">The identifier, its value in the normal form of its kind.</param>
    /// <returns><see langword="false"/> when no value of this kind reads like that.</returns>
    public static bool TryCreate(IdentifierKind kind, string? text, out Identifier identifier)
    {
        if (text is not null && TryNormalise(kind, text.AsMemory(), out var value))
        {
            identifier = new(kind, value.ToString());
            return true;
        }

        identifier = default;
        return false;
    }

    /// <summary>The normal form of a value; a part of the text itself where nothing has to be changed.</summary>
    internal static bool TryNormalise(IdentifierKind kind, ReadOnlyMemory<char> text, out ReadOnlyMemory<char> value)
    {
        value = default;
        return text.Length <= MaxLength && kind switch
        {
            IdentifierKind.Name => IdentifierForms.TryName(text, out value),
            IdentifierKind.Host => HostName.TryNormalise(text, out value),
            IdentifierKind.ApiKey => IdentifierForms.TrySecret(text, out value),
            IdentifierKind.WhatsAppPhoneNumberId => IdentifierForms.TryDigits(text, out value),
            IdentifierKind.PhoneNumber => IdentifierForms.TryPhoneNumber(text, out value),
            IdentifierKind.ShopDomain => HostName.TryNormalise(text, out value),
            IdentifierKind.OAuthState => IdentifierForms.TrySecret(text, out value),
            _ => false,
        };
    }
}

/// <summary>What sort of value leads to a tenant. The numbers are stored; do not change them.</summary>
public enum IdentifierKind
{
    /// <summary>The tenant's id, slug or an external id: they share one name space. Visible ASCII in lower case.</summary>
    Name = 0,

    /// <summary>A whole host name of the tenant's own. Lower case, as IDNA writes it in ASCII (RFC 5891), without port and final dot.</summary>
    Host = 1,

    /// <summary>An API key. Its normal form is the SHA-256 of the key in lower-case hexadecimal digits: who can read identifiers has no key.</summary>
    ApiKey = 2,

    /// <summary>The <c>phone_number_id</c> by which WhatsApp's Cloud API names a line. Digits.</summary>
    WhatsAppPhoneNumberId = 3,

    /// <summary>A telephone number in E.164's form: <c>+</c> and at most 15 digits, the first of them not 0.</summary>
    PhoneNumber = 4,

    /// <summary>The domain of a shop at its host, for example <c>smith.myshopify.com</c>. In the form of <see cref="Host"/>.</summary>
    ShopDomain = 5,

    /// <summary>The <c>state</c> of an OAuth flow (RFC 6749, 4.1.1) that was begun for a tenant. In the form of <see cref="ApiKey"/>.</summary>
    OAuthState = 6,
}
