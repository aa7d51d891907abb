using Rowhouse.ControlPlane;

namespace Rowhouse.Server.Hosting;

/// <summary>What the person who started the server needs next.</summary>
internal static class ReadyMessage
{
    public static async Task WriteAsync(WebApplication app, ServerSettings settings, TextWriter output)
    {
        await output.WriteLineAsync($"Rowhouse is ready: {KestrelSetup.AddressOf(app, settings)}");
        await output.WriteLineAsync($"  e-mail    {settings.AdminEmail}");
        if (FirstPasswordFile.Read(settings.DataFolder) is { } password)
        {
            await output.WriteLineAsync($"  password  {password}   (until you change it)");
        }

        await output.FlushAsync();
    }
}
