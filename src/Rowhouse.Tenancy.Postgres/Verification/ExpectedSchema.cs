using System.Reflection;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>What a module's scripts leave of its schema in the control database, as the file beside them says.</summary>
/// <param name="Name">The schema's name, which is the module's.</param>
/// <param name="Text">The lines that <c>schema.sql</c> answers, with roles written as scripts write them; empty where the file is missing.</param>
internal sealed record ExpectedSchema(string Name, string Text)
{
    /// <summary>The <c>…/Migrations/schema.txt</c> that is embedded in an assembly.</summary>
    public static ExpectedSchema Embedded(string module, Assembly assembly)
    {
        var resource = assembly.GetManifestResourceNames().SingleOrDefault(name => name.EndsWith(".Migrations.schema.txt", StringComparison.Ordinal));
        if (resource is null)
        {
            return new(module, "");
        }

        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!); // its name was just listed
        return new(module, reader.ReadToEnd());
    }
}
