using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Rowhouse.Modules.OpenApi;

/// <summary>The document as it is sent: made once, because anybody may ask for it. Where that fails, the next who asks has it made again.</summary>
internal sealed class ApiDocument([FromKeyedServices(OpenApiSetup.DocumentName)] IOpenApiDocumentProvider provider)
{
    private readonly Lock one = new();
    private Task<byte[]>? bytes;

    public Task<byte[]> Bytes
    {
        get
        {
            lock (one)
            {
                return bytes is { IsFaulted: false, IsCanceled: false } ? bytes : bytes = WriteAsync(provider);
            }
        }
    }

    private static async Task<byte[]> WriteAsync(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync();
        using var written = new MemoryStream();
        await document.SerializeAsJsonAsync(written, OpenApiSpecVersion.OpenApi3_1);
        return written.ToArray();
    }
}
