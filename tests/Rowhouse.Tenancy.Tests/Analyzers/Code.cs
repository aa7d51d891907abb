using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Rowhouse.Tenancy.Analyzers;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Analyzers;

/// <summary>Code of an application, compiled against the libraries and looked at by every rule.</summary>
internal static class Code
{
    private const string Application = """
        global using System;
        global using System.Collections;
        global using System.Collections.Concurrent;
        global using System.Collections.Frozen;
        global using System.Collections.Generic;
        global using System.Collections.Immutable;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.EntityFrameworkCore;
        global using Microsoft.EntityFrameworkCore.Infrastructure;
        global using Microsoft.EntityFrameworkCore.Storage;
        global using Microsoft.Extensions.DependencyInjection;
        global using Rowhouse.Tenancy;
        global using Rowhouse.Tenancy.Postgres;

        public sealed class Note { public Guid Id { get; init; } public string Title { get; set; } = ""; public List<Label> Labels { get; } = []; }
        public sealed class Label { public Guid Id { get; init; } public string Name { get; set; } = ""; }
        public sealed class Country : ISharedReference { public string Code { get; init; } = ""; }
        public class NotesDb(DbContextOptions options) : TenantDbContext(options) { public DbSet<Note> Notes => Set<Note>(); public DbSet<Country> Countries => Set<Country>(); }
        public class PlainDb(DbContextOptions options) : DbContext(options) { public DbSet<Note> Notes => Set<Note>(); }
        """;

    private static readonly CSharpParseOptions parsing = new(LanguageVersion.Latest);

    private static readonly ImmutableArray<MetadataReference> references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!) // the host of .NET sets it
            .Split(Path.PathSeparator)
            .Where(file => !Path.GetFileName(file).StartsWith("Rowhouse.Tenancy.Tests", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    // Shared, so that the libraries are read once.
    private static readonly CSharpCompilation empty =
        CSharpCompilation.Create("Application", [], references, new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>Every analyzer of the package.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } =
        [.. typeof(Rules).Assembly.GetTypes().Where(type => type.GetCustomAttributes(typeof(DiagnosticAnalyzerAttribute), inherit: false).Length > 0).Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)]; // no Nullable

    /// <summary>Exactly what stands between <c>[|</c> and <c>|]</c> is reported, by one rule.</summary>
    public static async Task IsReportedAsync(DiagnosticDescriptor rule, string marked, string? library = null)
    {
        var (source, expected) = Unmark(marked);
        expected.ShouldNotBeEmpty();

        var found = await AnalyzeAsync(source, library: library);

        found.Select(diagnostic => (diagnostic.Id, Text(source, diagnostic))).ShouldBe(expected.Select(span => (rule.Id, source.Substring(span.Start, span.Length))), ignoreOrder: true, marked);
        found.Select(diagnostic => diagnostic.Location.SourceSpan).ShouldBe(expected, ignoreOrder: true, marked);
    }

    /// <summary>Nothing is reported by any rule.</summary>
    public static async Task IsQuietAsync(string source) =>
        (await AnalyzeAsync(source)).Select(diagnostic => $"{diagnostic.Id} {Text(source, diagnostic)}").ShouldBeEmpty(source);

    /// <summary>Statements of a method that is given contexts of both kinds.</summary>
    public static string Method(string statements, string members = "") => $$"""
        public sealed class Work
        {
            {{members}}
            public async Task Run(NotesDb db, PlainDb plain, DbContext some, DatabaseFacade facade, IQueryable<Note> query, DbSet<Note> set, bool yes, CancellationToken cancelled)
            {
                {{statements}}
                await Task.Yield();
            }
        }
        """;

    public static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(string source, string path = "Work.cs", bool withKernel = true, string application = Application, string? library = null)
    {
        var compilation = empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText(application, parsing), CSharpSyntaxTree.ParseText(source, parsing, path));
        if (library is not null)
        {
            compilation = compilation.AddReferences(Build(library));
        }

        if (!withKernel)
        {
            compilation = compilation.RemoveReferences(references.Where(reference => Path.GetFileName(reference.Display)!.StartsWith("Rowhouse", StringComparison.Ordinal))); // references of files
        }

        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity is DiagnosticSeverity.Error).ShouldBeEmpty(source);

        return await compilation
            .WithAnalyzers(Analyzers, new CompilationWithAnalyzersOptions(new([]), (exception, analyzer, _) => throw new InvalidOperationException($"{analyzer} failed.", exception), concurrentAnalysis: true, logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync();
    }

    private static PortableExecutableReference Build(string library)
    {
        using var image = new MemoryStream();
        CSharpCompilation.Create("Library", [CSharpSyntaxTree.ParseText(library, parsing)], references, new(OutputKind.DynamicallyLinkedLibrary)).Emit(image).Success.ShouldBeTrue(library);
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    private static string Text(string source, Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree?.FilePath.Length > 0 ? source.Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length) : diagnostic.ToString();

    private static (string Source, List<TextSpan> Spans) Unmark(string marked)
    {
        var spans = new List<TextSpan>();
        for (var start = marked.IndexOf("[|", StringComparison.Ordinal); start >= 0; start = marked.IndexOf("[|", StringComparison.Ordinal))
        {
            var end = marked.IndexOf("|]", start, StringComparison.Ordinal) - 2;
            marked = marked.Remove(start, 2).Remove(end, 2);
            spans.Add(TextSpan.FromBounds(start, end));
        }

        return (marked, spans);
    }
}
