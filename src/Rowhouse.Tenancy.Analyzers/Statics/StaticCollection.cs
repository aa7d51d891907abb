using Microsoft.CodeAnalysis;
using Rowhouse.Tenancy.Analyzers.Caches;
using Rowhouse.Tenancy.Analyzers.Scopes;

namespace Rowhouse.Tenancy.Analyzers.Statics;

/// <summary>A static field or property with a collection that could change.</summary>
internal sealed class StaticCollection
{
    private StaticCollection(ISymbol member, CollectionKind kind, bool isClosed)
    {
        Member = member;
        Kind = kind;
        IsClosed = isClosed;
    }

    public ISymbol Member { get; }

    public CollectionKind Kind { get; }

    /// <summary>Whether only the outermost type that it stands in can change it, so that all its uses are seen.</summary>
    public bool IsClosed { get; }

    /// <summary>The ones that a type and those within it declare.</summary>
    public static IEnumerable<StaticCollection> In(INamedTypeSymbol type, TenancyTypes types, CacheTypes caches)
    {
        foreach (var member in type.GetMembers())
        {
            if (member is INamedTypeSymbol nested)
            {
                foreach (var inner in In(nested, types, caches))
                {
                    yield return inner;
                }
            }
            else if (Of(member, types, caches) is { } found)
            {
                yield return found;
            }
        }
    }

    private static StaticCollection? Of(ISymbol member, TenancyTypes types, CacheTypes caches)
    {
        var (type, writer) = member switch
        {
            IFieldSymbol { IsStatic: true, IsConst: false, IsImplicitlyDeclared: false } field => (field.Type, field.IsReadOnly ? null : field),
            IPropertySymbol { IsStatic: true } property when property.HasStorage() => (property.Type, (ISymbol?)property.SetMethod),
            _ => (null, null),
        };

        // One of each thread is as a local variable is. What holds a tenant has a rule of its own.
        if (type is null || member.HasAttribute("ThreadStaticAttribute") || HeldTenant.In(member, types) is not null)
        {
            return null;
        }

        return CollectionKinds.Of(type, caches) switch
        {
            CollectionKind.None => null,
            CollectionKind.Fixed => writer is null ? null : new(member, CollectionKind.Fixed, IsPrivate(writer)),
            CollectionKind.Mutable => new(member, CollectionKind.Mutable, IsPrivate(member)),
            _ => new(member, CollectionKind.Cache, isClosed: false),
        };
    }

    private static bool IsPrivate(ISymbol member)
    {
        for (var symbol = member; symbol is not null and not INamespaceSymbol; symbol = symbol.ContainingSymbol)
        {
            if (symbol.DeclaredAccessibility is Accessibility.Private)
            {
                return true;
            }
        }

        return false;
    }
}
