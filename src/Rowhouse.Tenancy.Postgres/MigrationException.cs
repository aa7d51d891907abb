namespace Rowhouse.Tenancy.Postgres;

/// <summary>The schema of a database cannot be brought to where the program is. Nothing was changed.</summary>
public sealed class MigrationException : InvalidOperationException
{
    internal MigrationException(string script, string reason, Exception? inner = null)
        : base($"{script}: {reason}", inner) => Script = script;

    /// <summary>The script that stands in the way, as <c>module/0001_name</c>.</summary>
    public string Script { get; }
}
