namespace Rowhouse.Tenancy.Postgres;

/// <summary>A store has tables of tenants that this program knows nothing of: a newer release made them, or a module that is not registered. Whoever knows them has to do the work.</summary>
/// <param name="tables">Their names, schema first, as people read them.</param>
public sealed class UnknownTablesException(string tables) : InvalidOperationException($"The store has tables of tenants that this program does not know: {tables}.")
{
    /// <summary>Their names, schema first, as people read them.</summary>
    public string Tables { get; } = tables;
}
