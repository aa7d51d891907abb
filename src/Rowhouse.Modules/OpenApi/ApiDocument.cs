using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Rowhouse.Modules.OpenApi;

/// <summary>The document as it is sent: made once, because anybody may ask for it.</summary>
internal sealed class ApiDocument([FromKeyedServices(OpenApiSetup.DocumentName)] IOpenApiDocumentProvider provider)
{
    private readonly Lazy<Task<byte[]>> bytes = new(() => WriteAsync(provider));

    public Task<byte[]> Bytes => bytes.Value;

    private static async Task<byte[]> WriteAsync(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync();
        using var written = new MemoryStream();
        await document.SerializeAsJsonAsync(written, OpenApiSpecVersion.OpenApi3_1);
        return written.ToArray();
    }
}
