using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>A sort of event: the name that is stored, and what it is in this program.</summary>
internal sealed partial record EventType
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowOutOfOrderMetadataProperties = true, // jsonb keeps no order
    };

    public EventType(string kind, Type type)
    {
        if (!KindForm().IsMatch(kind))
        {
            throw new ArgumentException($"'{kind}' is no kind of event: lower-case words with dashes, joined by dots, at most 100 characters.", nameof(kind));
        }

        Kind = kind;
        Type = type;
    }

    public string Kind { get; }

    public Type Type { get; }

    /// <summary>What an event says.</summary>
    /// <exception cref="EventRefusedException">It cannot be kept.</exception>
    public string Write(object happened)
    {
        string payload;
        try
        {
            payload = JsonSerializer.Serialize(happened, Type, json);
        }
        catch (Exception misfit) when (misfit is JsonException or NotSupportedException or ArgumentException) // NaN and infinity are the last
        {
            throw new EventRefusedException(Kind, misfit.Message, misfit);
        }

        var bytes = Encoding.UTF8.GetByteCount(payload);
        return bytes > PublishedEvent.MaxBytes ? throw new EventRefusedException(Kind, $"It has {bytes} bytes of JSON, and {PublishedEvent.MaxBytes} are the most. Let it name what is long, and the handler read that.")
            : Nul().IsMatch(payload) ? throw new EventRefusedException(Kind, "It has the character U+0000, which PostgreSQL does not keep.")
            : payload;
    }

    /// <summary>The event that was kept.</summary>
    /// <exception cref="JsonException">It was written by a program in which this event says something else.</exception>
    public object Read(string payload) => JsonSerializer.Deserialize(payload, Type, json) ?? throw new JsonException($"{Kind} reads an object as null.");

    [GeneratedRegex("^(?=.{1,100}$)[a-z][a-z0-9]*([.-][a-z0-9]+)*\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex KindForm();

    // Behind an even number of backslashes; an odd one is a backslash that somebody wrote.
    [GeneratedRegex(@"[^\\](\\\\)*\\u0000", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Nul();
}
