using System.Reflection;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Rowhouse.Modules;
using Shouldly;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Rowhouse.Tests.Architecture;

/// <summary>What holds for every module that lies on disk.</summary>
public sealed class ModuleTests
{
    private static readonly IReadOnlyList<Assembly> modules = [.. Solution.Products.Append(Project("Rowhouse.ControlPlane")).Select(project => Assembly.Load(project.Name))];

    private static readonly ArchUnitNET.Domain.Architecture code = new ArchLoader().LoadAssemblies([.. modules, typeof(IModule).Assembly]).Build();

    [Fact]
    public void The_kernel_depends_on_nothing_of_ours()
    {
        Project("Rowhouse.Tenancy").References.ShouldBeEmpty();
        Project("Rowhouse.Contracts").References.ShouldBeEmpty();
        Project("Rowhouse.Client").References.ShouldBe(["Rowhouse.Contracts"]);
        Project("Rowhouse.Tenancy").Packages.ShouldAllBe(package => package.StartsWith("System.", StringComparison.Ordinal) || (package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) && package.EndsWith(".Abstractions", StringComparison.Ordinal)));
        foreach (var library in Solution.Sources.Where(project => project.Name.StartsWith("Rowhouse.Tenancy.", StringComparison.Ordinal) && !project.RunsInTheCompiler))
        {
            string[] kernel = library.Name is "Rowhouse.Tenancy.Settings" or "Rowhouse.Tenancy.Secrets" ? ["Rowhouse.Tenancy", "Rowhouse.Tenancy.Postgres"] : ["Rowhouse.Tenancy"]; // settings and secrets are rows
            library.References.ShouldBe(kernel, ignoreOrder: true, library.Name);
        }
    }

    [Fact]
    public void A_product_refers_to_contracts_modules_and_the_kernel_only()
    {
        Solution.Products.ShouldNotBeEmpty();
        foreach (var product in Solution.Products)
        {
            product.References.ShouldAllBe(
                reference => reference == "Rowhouse.Contracts" || reference == "Rowhouse.Modules" || reference.StartsWith("Rowhouse.Tenancy", StringComparison.Ordinal),
                product.Name);
        }
    }

    [Fact]
    public void Only_the_server_knows_every_module()
    {
        string[] names = [.. modules.Select(module => module.GetName().Name!)]; // an assembly that was loaded by its name

        foreach (var project in Solution.Sources.Where(project => project.Name != "Rowhouse.Server" && !project.RunsInTheCompiler))
        {
            project.References.Intersect(names).ShouldBeEmpty(project.Name);
            Assembly.Load(project.Assembly).GetReferencedAssemblies().Select(assembly => assembly.Name!).Intersect(names).ShouldBeEmpty($"{project.Name} uses what it refers to by way of the server.");
        }

        names.ShouldBeSubsetOf(Project("Rowhouse.Server").References);
    }

    [Fact]
    public void A_product_exports_its_module_and_nothing_else()
    {
        Solution.Products.ShouldNotBeEmpty();
        foreach (var product in Solution.Products)
        {
            // As the runtime says it: a public type within a public one is exported as well.
            var exported = Assembly.Load(product.Name).GetExportedTypes().ShouldHaveSingleItem(product.Name);

            exported.IsAssignableTo(typeof(IModule)).ShouldBeTrue(product.Name);
        }
    }

    [Fact]
    public void Types_below_the_public_libraries_are_sealed_or_made_to_be_derived_from()
    {
        foreach (var module in modules)
        {
            var classes = Classes().That().ResideInAssembly(module).And().ResideInNamespaceMatching("^Rowhouse\\.");
            var bases = classes.GetObjects(code).SelectMany(type => type.InheritedClasses).Distinct();

            classes.And().AreNot(bases).And().AreNotAbstract().Should().BeSealed().Check(code);
        }
    }

    private static Project Project(string name) => Solution.Sources.Single(project => project.Name == name);
}
