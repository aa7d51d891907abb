using System.Reflection;
using Rowhouse.Modules;
using Shouldly;

namespace Rowhouse.Tests.Architecture;

/// <summary>What holds for every module that lies on disk.</summary>
public sealed class ModuleTests
{
    [Fact]
    public void The_kernel_depends_on_nothing_of_ours()
    {
        Project("Rowhouse.Tenancy").References.ShouldBeEmpty();
        Project("Rowhouse.Contracts").References.ShouldBeEmpty();
        Project("Rowhouse.Client").References.ShouldBe(["Rowhouse.Contracts"]);
        Project("Rowhouse.Tenancy").Packages.ShouldAllBe(package => package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) && package.EndsWith(".Abstractions", StringComparison.Ordinal));
        foreach (var library in Solution.Sources.Where(project => project.Name.StartsWith("Rowhouse.Tenancy.", StringComparison.Ordinal)))
        {
            library.References.ShouldBe(["Rowhouse.Tenancy"], library.Name);
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
        string[] modules = [.. Solution.Products.Select(product => product.Name), "Rowhouse.ControlPlane"];

        foreach (var project in Solution.Sources.Where(project => project.Name != "Rowhouse.Server"))
        {
            project.References.Intersect(modules).ShouldBeEmpty(project.Name);
        }

        Project("Rowhouse.Server").References.ShouldBeSubsetOf([.. Solution.Sources.Select(project => project.Name)]);
        modules.ShouldBeSubsetOf(Project("Rowhouse.Server").References);
    }

    [Fact]
    public void A_product_exports_its_module_and_nothing_else()
    {
        foreach (var product in Solution.Products)
        {
            var exported = Assembly.Load(product.Name).GetExportedTypes();

            exported.ShouldHaveSingleItem(product.Name).IsAssignableTo(typeof(IModule)).ShouldBeTrue(product.Name);
        }
    }

    [Fact]
    public void Types_below_the_public_libraries_are_sealed_or_static_or_derived_from()
    {
        foreach (var product in Solution.Products.Append(Project("Rowhouse.ControlPlane")))
        {
            var types = Assembly.Load(product.Name).GetTypes().Where(type => type.IsClass && type.Namespace?.StartsWith("Rowhouse.", StringComparison.Ordinal) == true).ToList();

            types.ShouldNotBeEmpty();
            types.Where(type => !type.IsSealed && !types.Any(other => IsBase(other.BaseType, type))).Select(type => type.FullName).ShouldBeEmpty();
        }
    }

    private static bool IsBase(Type? candidate, Type type) => (candidate is { IsGenericType: true } ? candidate.GetGenericTypeDefinition() : candidate) == type;

    private static Project Project(string name) => Solution.Sources.Single(project => project.Name == name);
}
