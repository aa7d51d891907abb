namespace Rowhouse.Benchmarks;

/// <summary>What an endpoint takes from its scope, such as a context.</summary>
internal sealed class Reader
{
    public string Name { get; } = "Tenant";
}
