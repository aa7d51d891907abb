using System.Reflection;

namespace Rowhouse.Tests.Architecture;

/// <summary>The files of <c>eng</c> that say what must not be called, read as the analyzer reads them.</summary>
internal sealed class BannedSymbols
{
    private readonly List<(char Kind, string Name)> symbols = [];

    private BannedSymbols(IEnumerable<string> lines)
    {
        foreach (var symbol in lines.Where(line => line.Length > 0).Select(line => line.Split(';')[0]))
        {
            // Every overload of a method: the analyzer is as strict where all are listed.
            symbols.Add((symbol[0], symbol[2..].Split('(')[0].Split("``")[0]));
        }
    }

    /// <summary>What products must not call.</summary>
    public static BannedSymbols OfProducts { get; } = new(new[] { "BannedSymbols.Products.txt", "BannedSymbols.Isolation.txt" }.SelectMany(file => File.ReadAllLines(Path.Combine(Solution.Root, "eng", file))));

    public int Count => symbols.Count;

    /// <summary>Whether a type itself is banned, or its namespace.</summary>
    public bool Has(Type type) => Find(type) is not null;

    /// <summary>The banned symbol that a member is or belongs to.</summary>
    public string? Find(MemberInfo member)
    {
        var type = member as Type ?? member.DeclaringType;
        if (type is null)
        {
            return null;
        }

        var typeName = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName?.Replace('+', '.') ?? type.Name;
        var memberName = member is Type ? null : $"{typeName}.{(member.Name.StartsWith("get_", StringComparison.Ordinal) ? member.Name[4..] : member.Name)}";
        foreach (var (kind, name) in symbols)
        {
            var found = kind switch
            {
                'N' => type.Namespace == name || type.Namespace?.StartsWith($"{name}.", StringComparison.Ordinal) == true,
                'T' => typeName == name,
                _ => memberName == name,
            };
            if (found)
            {
                return name;
            }
        }

        return null;
    }
}
