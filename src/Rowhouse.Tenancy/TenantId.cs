using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rowhouse.Tenancy;

/// <summary>
/// The id of a tenant: a version 7 UUID (RFC 9562), so that ids sort by the time they were made.
/// <see langword="default"/> is an id that is not set; reading its <see cref="Value"/> throws.
/// </summary>
[JsonConverter(typeof(TenantIdJsonConverter))]
public readonly record struct TenantId : IParsable<TenantId>, IComparable<TenantId>
{
    private readonly Guid value;

    /// <summary>Wraps an existing id.</summary>
    /// <param name="value">The id; not empty.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is <see cref="Guid.Empty"/>.</exception>
    public TenantId(Guid value)
    {
        if (value == Guid.Empty)
        {
            throw new ArgumentException("A tenant id cannot be the empty UUID.", nameof(value));
        }

        this.value = value;
    }

    /// <summary>The id.</summary>
    /// <exception cref="InvalidOperationException">The id is not set.</exception>
    public Guid Value => IsSet ? value : throw new InvalidOperationException("The tenant id is not set.");

    /// <summary>Whether this is an id at all; <see langword="false"/> for <see langword="default"/>.</summary>
    public bool IsSet => value != Guid.Empty;

    /// <summary>A new id, made from the clock.</summary>
    /// <param name="clock">Where the time in the id comes from.</param>
    public static TenantId New(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new(Guid.CreateVersion7(clock.GetUtcNow()));
    }

    /// <inheritdoc/>
    public static TenantId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException("A tenant id is a UUID that is not empty.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TenantId result)
    {
        if (Guid.TryParse(s, provider, out var parsed) && parsed != Guid.Empty)
        {
            result = new(parsed);
            return true;
        }

        result = default;
        return false;
    }

    /// <inheritdoc/>
    public int CompareTo(TenantId other) => value.CompareTo(other.value);

    /// <summary>The id in its usual form of 36 characters.</summary>
    public override string ToString() => value.ToString();

    private sealed class TenantIdJsonConverter : JsonConverter<TenantId>
    {
        public override TenantId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id) && id != Guid.Empty
                ? new(id)
                : throw new JsonException("A tenant id is a UUID that is not empty.");

        public override void Write(Utf8JsonWriter writer, TenantId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}
