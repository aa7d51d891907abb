namespace Rowhouse.Tenancy.Postgres;

/// <summary>A connection leads to another database than the platform's connection does, so what is done over it would be done to a copy of the store, or to nothing. Nothing was touched, here or there.</summary>
/// <param name="setting">The setting that names the connection.</param>
public sealed class OtherDatabaseException(string setting) : InvalidOperationException($"{setting} leads to another database than the platform's connection does. Nothing was touched, here or there. Use the settings that `rowhouse database init` wrote.")
{
    /// <summary>The setting that names the connection.</summary>
    public string Setting { get; } = setting;
}
