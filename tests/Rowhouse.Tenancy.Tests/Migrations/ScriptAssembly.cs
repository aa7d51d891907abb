using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;

namespace Rowhouse.Tenancy.Tests.Migrations;

/// <summary>An assembly that has nothing but scripts, and may say what they leave.</summary>
internal sealed class ScriptAssembly((string Name, string Text)[] scripts, string? schema = null) : Assembly
{
    private const string Folder = "Shop.Store.Migrations";

    /// <summary>One whose scripts are numbered as they are given.</summary>
    public static ScriptAssembly Of(IEnumerable<string> scripts, string? schema = null) =>
        new([.. scripts.Select((text, i) => (string.Create(CultureInfo.InvariantCulture, $"{i + 1:D4}_step"), text))], schema);

    /// <summary>The module "bureau" in the control database and "shop" in the store.</summary>
    public static SqlMigrations Migrations(IEnumerable<string> control, IEnumerable<string> store, string? schema = null) =>
        new([new("bureau", Of(control, schema), IsControl: true), new("shop", Of(store), IsControl: false)], new TenantModels([], new ServiceCollection().BuildServiceProvider()));

    public override AssemblyName GetName() => new("Shop");

    public override string[] GetManifestResourceNames() =>
        [.. scripts.Select(script => $"{Folder}.{script.Name}.sql"), .. schema is null ? [] : new[] { $"{Folder}.schema.txt" }];

    public override Stream GetManifestResourceStream(string name) =>
        new MemoryStream(Encoding.UTF8.GetBytes(name is $"{Folder}.schema.txt" ? schema! : scripts.Single(script => name.EndsWith($".{script.Name}.sql", StringComparison.Ordinal)).Text)); // listed only where there is one
}
