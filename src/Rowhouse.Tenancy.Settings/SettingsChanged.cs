namespace Rowhouse.Tenancy.Settings;

/// <summary>A tenant changed a section of its settings, or let it follow the defaults again. Published in the same transaction, where somebody handles it.</summary>
/// <param name="Section">The name of the section.</param>
/// <param name="Version">The version that the section has since.</param>
public sealed record SettingsChanged(string Section, long Version)
{
    /// <summary>The kind of the event.</summary>
    public const string Kind = "settings.changed";
}
