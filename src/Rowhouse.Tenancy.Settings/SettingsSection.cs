using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rowhouse.Tenancy.Settings.Store;

namespace Rowhouse.Tenancy.Settings;

/// <summary>What the application says of a section: its name and its defaults.</summary>
internal abstract partial record SettingsSection(string Name)
{
    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    protected static partial Regex NameForm();

    // Behind an even number of backslashes; an odd one is a backslash that somebody wrote.
    [GeneratedRegex(@"[^\\](\\\\)*\\u0000", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    protected static partial Regex Nul();
}

/// <summary>A section of one type. Lays what a tenant has set over the defaults, and tells the two apart again.</summary>
/// <typeparam name="T">The type.</typeparam>
internal sealed record SettingsSection<T> : SettingsSection
    where T : class
{
    /// <summary>How many bytes of JSON a tenant may set in a section.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly JsonObject defaults;

    /// <summary>Distinguishes the section from what another release of the application makes of it: its members and their defaults, as 64 hexadecimal digits.</summary>
    public string Edition { get; }

    /// <summary>A section with its defaults.</summary>
    /// <exception cref="ArgumentException">The name has another form, or the defaults are not valid or cannot be kept as JSON.</exception>
    public SettingsSection(string name, T defaults)
        : base(name)
    {
        if (!NameForm().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is no name of a section: lower-case letters, digits and dashes, from a letter, at most 63.", nameof(name));
        }

        this.defaults = Write(defaults);
        Edition = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(this.defaults.ToJsonString())));
        if (Errors(Read(this.defaults)) is [_, ..] errors)
        {
            throw new ArgumentException($"The defaults of '{name}' are not valid: {string.Join(" ", errors.Select(error => error.ErrorMessage))}", nameof(defaults));
        }
    }

    /// <summary>The settings of a tenant. They are new objects at each call, so that nobody changes what others read.</summary>
    /// <param name="overrides">What the tenant has set, if anything.</param>
    /// <exception cref="TenantSettingsUnreadableException">It does not fit.</exception>
    public CurrentSettings<T> Of(SectionOverrides? overrides)
    {
        var members = defaults.DeepClone().AsObject();
        if (overrides is not null)
        {
            foreach (var (member, value) in JsonNode.Parse(overrides.Members)!.AsObject()) // never JSON's null
            {
                members[member] = value?.DeepClone();
            }
        }

        T settings;
        try
        {
            settings = Read(members);
        }
        catch (JsonException misfit)
        {
            throw new TenantSettingsUnreadableException(Name, misfit.Message, misfit);
        }

        return Errors(settings) is [_, ..] errors
            ? throw new TenantSettingsUnreadableException(Name, string.Join(" ", errors.Select(error => error.ErrorMessage)))
            : new(settings, overrides?.Version ?? 0);
    }

    /// <summary>What of some settings a tenant has set: the members that differ from the defaults.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>A JSON object.</returns>
    /// <exception cref="TenantSettingsRefusedException">They are not valid or too large.</exception>
    public JsonObject OverridesOf(T settings)
    {
        if (settings is null)
        {
            throw new InvalidOperationException($"A change of the settings of '{Name}' made none.");
        }

        JsonObject members;
        try
        {
            members = Write(settings);
        }
        catch (Exception misfit) when (misfit is JsonException or NotSupportedException or ArgumentException)      // NaN and infinity are the last
        {
            throw new TenantSettingsRefusedException(Name, [new(misfit.Message)]);
        }

        if (Errors(settings) is [_, ..] errors)
        {
            throw new TenantSettingsRefusedException(Name, errors);
        }

        var overrides = new JsonObject();
        foreach (var (member, value) in members)
        {
            if (!defaults.ContainsKey(member) || !JsonNode.DeepEquals(value, defaults[member]))
            {
                overrides[member] = value?.DeepClone();
            }
        }

        var text = overrides.ToJsonString();
        return Encoding.UTF8.GetByteCount(text) > MaxBytes ? throw new TenantSettingsRefusedException(Name, [new($"They have more than {MaxBytes / 1024} KB as JSON.")])
            : Nul().IsMatch(text) ? throw new TenantSettingsRefusedException(Name, [new("They have the character U+0000, which PostgreSQL does not keep.")])
            : overrides;
    }

    private static T Read(JsonObject members) => members.Deserialize<T>(json) ?? throw new JsonException($"{typeof(T)} reads an object as null.");

    private static JsonObject Write(T settings) =>
        JsonSerializer.SerializeToNode(settings, json) as JsonObject ?? throw new ArgumentException($"{typeof(T)} is not written as a JSON object.", nameof(settings));

    private static List<ValidationResult> Errors(T settings)
    {
        List<ValidationResult> errors = [];
        Validator.TryValidateObject(settings, new(settings), errors, validateAllProperties: true);
        return errors;
    }
}
