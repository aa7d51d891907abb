namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>The queries that are embedded beside this class.</summary>
internal static class KernelResource
{
    public static async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(KernelResource).Assembly.GetManifestResourceStream(typeof(KernelResource), name)!); // built in
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
