using Microsoft.CodeAnalysis;

namespace Rowhouse.Tenancy.Analyzers.Caches;

/// <summary>The caches of .NET and FusionCache, which know no tenant.</summary>
internal sealed class CacheTypes(Compilation compilation)
{
    private readonly INamedTypeSymbol? memory = compilation.GetTypeByMetadataName("Microsoft.Extensions.Caching.Memory.IMemoryCache");
    private readonly INamedTypeSymbol? distributed = compilation.GetTypeByMetadataName("Microsoft.Extensions.Caching.Distributed.IDistributedCache");
    private readonly INamedTypeSymbol? hybrid = compilation.GetTypeByMetadataName("Microsoft.Extensions.Caching.Hybrid.HybridCache");
    private readonly INamedTypeSymbol? runtime = compilation.GetTypeByMetadataName("System.Runtime.Caching.ObjectCache");
    private readonly INamedTypeSymbol? fusion = compilation.GetTypeByMetadataName("ZiggyCreatures.Caching.Fusion.IFusionCache");

    public bool Has(ITypeSymbol? type) =>
        type.IsOrImplements(memory) || type.IsOrImplements(distributed) || type.IsOrImplements(fusion)
        || type.IsOrDerivesFrom(hybrid)
        || type.IsOrDerivesFrom(runtime);
}
