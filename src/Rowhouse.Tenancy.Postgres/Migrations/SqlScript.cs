using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Rowhouse.Tenancy.Postgres.Migrations;

/// <summary>One numbered step of a module's schema.</summary>
/// <param name="Module">Whose schema it is.</param>
/// <param name="Number">Its place, from 1, without gaps.</param>
/// <param name="Name">What it is about.</param>
/// <param name="Text">The SQL.</param>
internal sealed partial record SqlScript(string Module, int Number, string Name, string Text)
{
    /// <summary>SHA-256 of the text with Unix line ends, so that a checkout on Windows is the same script.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\n"))));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Module}/{Number:D4}_{Name}");

    /// <summary>The scripts <c>…/Migrations/…NNNN_name.sql</c> that are embedded in an assembly, in order.</summary>
    /// <exception cref="MigrationException">A number is there twice or missing.</exception>
    public static IReadOnlyList<SqlScript> Embedded(string module, Assembly assembly)
    {
        var scripts = new List<SqlScript>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (ResourceName().Match(resource) is { Success: true } match)
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!); // its name was just listed
                scripts.Add(new(module, int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["name"].Value, reader.ReadToEnd()));
            }
        }

        scripts.Sort((left, right) => left.Number.CompareTo(right.Number));
        for (var i = 0; i < scripts.Count; i++)
        {
            if (scripts[i].Number != i + 1)
            {
                throw new MigrationException(scripts[i].ToString(), $"Scripts are numbered from 0001 without gaps, and this one stands where {i + 1:D4} should.");
            }
        }

        return scripts;
    }

    [GeneratedRegex(@"\.Migrations\.(?:.+\.)?(?<number>\d{4})_(?<name>[a-z0-9_]+)\.sql$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ResourceName();
}
