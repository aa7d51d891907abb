using System.Reflection;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Tenancy.Http;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Tenancy.Settings;
using Shouldly;
using Snapshooter.Xunit3;

namespace Rowhouse.Tenancy.Tests.PublicApi;

/// <summary>What others build on: a change shows in the difference of its snapshots.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries => [.. new[] { typeof(TenantId), typeof(ITenantAdmission), typeof(TenantCacheOptions), typeof(TenantHttpClientExtensions), typeof(TenantDbContext), typeof(TenantSettingsHostExtensions), typeof(TenantSecretHostExtensions) }.Select(type => type.Assembly.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_surface_of_a_library_changes_on_purpose_only(string library)
    {
        var lines = Assembly.Load(library).GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Describe).ToList();

        lines.Count.ShouldBeGreaterThan(1);
        Snapshot.Match(string.Join('\n', lines), library);
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{Kind(type)} {Name(type)}{Bases(type)}";
        var members = type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(Describe).OfType<string>().Order(StringComparer.Ordinal);
        foreach (var member in members)
        {
            yield return $"    {member}";
        }
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"{Static(field.IsStatic)}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsVisible) =>
            $"{Static(property.GetAccessors(nonPublic: true)[0].IsStatic)}{Name(property.PropertyType)} {property.Name} {{ {string.Join(' ', property.GetAccessors(nonPublic: true).Where(IsVisible).Select(Accessor))} }}",
        ConstructorInfo constructor when IsVisible(constructor) => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when IsVisible(method) && !method.Name.Contains('<', StringComparison.Ordinal) => $"{Static(method.IsStatic)}{Name(method.ReturnType)} {method.Name}{Generic(method.GetGenericArguments())}({Parameters(method)})",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Accessor(MethodInfo accessor) => accessor.Name.StartsWith("get_", StringComparison.Ordinal)
        ? "get;"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init;" : "set;";

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        var bases = type.GetInterfaces().Where(contract => contract.IsPublic).Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object))
        {
            bases.Insert(0, Name(parent));
        }

        return bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}";
    }

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")}"));

    private static string Generic(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Name))}>";

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.HasElementType)
        {
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : "&"); // it has one
        }

        var name = (type.DeclaringType is { } outer ? $"{Name(outer)}." : "") + type.Name.Split('`')[0];
        return name + Generic(type.GetGenericArguments());
    }
}
