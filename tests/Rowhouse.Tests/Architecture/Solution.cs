using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Rowhouse.Tests.Architecture;

/// <summary>The projects of the repository as they lie on disk.</summary>
internal static class Solution
{
    public static readonly string Root = FindRoot();

    /// <summary>All projects under <c>src</c>.</summary>
    public static IReadOnlyList<Project> Sources { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Project.Read)];

    /// <summary>The products: every project under <c>src/Products</c>.</summary>
    public static IReadOnlyList<Project> Products { get; } =
        [.. Sources.Where(project => project.File.Contains($"{Path.DirectorySeparatorChar}Products{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

    private static string FindRoot([CallerFilePath] string file = "")
    {
        var folder = new FileInfo(file).Directory;
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rowhouse.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not lie in the repository that they were built from.");
    }
}

/// <summary>A project and what it refers to.</summary>
internal sealed record Project(string Name, string Assembly, string File, IReadOnlyList<string> References, IReadOnlyList<string> Packages, bool RunsInTheCompiler)
{
    public static Project Read(string file)
    {
        var xml = XDocument.Load(file);
        return new(
            Path.GetFileNameWithoutExtension(file),
            xml.Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(file),
            file,
            // What is only built along, to be packed or to run inside the compiler, its code cannot use.
            [.. xml.Descendants("ProjectReference").Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))],
            [.. xml.Descendants("PackageReference").Select(reference => (string)reference.Attribute("Include")!)],
            xml.Descendants("IsRoslynComponent").Any());
    }
}
