using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// Refuses a command with a text that PostgreSQL cannot keep before it is sent. A statement that Npgsql prepares in the very
/// execution in which the server refuses such a text counts as prepared although its columns were never described, and every
/// later execution on that connection fails, whoever's it is: seen with Npgsql 10.0.0 and 10.0.3.
/// </summary>
internal sealed class TextGuard : CommandInterceptor
{
    private const string NulInJson = "\\u0000";

    /// <summary>Looks at all parameters, those that are lists of texts or JSON among them.</summary>
    /// <exception cref="UnstorableTextException">A parameter has a text with NUL in it.</exception>
    public static void Check(DbCommand command)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            var refused = parameter.Value switch
            {
                string text => text.Contains('\0', StringComparison.Ordinal),
                string?[] texts => Array.Exists(texts, text => text?.Contains('\0', StringComparison.Ordinal) is true),
                IEnumerable<string?> texts => texts.Any(text => text?.Contains('\0', StringComparison.Ordinal) is true),
                JsonDocument document => document.RootElement.GetRawText().Contains(NulInJson, StringComparison.Ordinal),
                _ => false,
            };
            if (refused)
            {
                throw new UnstorableTextException();
            }
        }
    }

    protected override void Before(DbCommand command, CommandEventData eventData) => Check(command);
}
