using Rowhouse.ControlPlane;
using Rowhouse.ControlPlane.Demo;

namespace Rowhouse.Server.Hosting;

/// <summary>What the person who started the server needs next.</summary>
internal static class ReadyMessage
{
    public static async Task WriteAsync(WebApplication app, ServerSettings settings, TextWriter output)
    {
        await output.WriteLineAsync($"Rowhouse is ready: {KestrelSetup.AddressOf(app, settings)}");
        await output.WriteLineAsync($"  e-mail    {settings.AdminEmail}");
        if (PasswordFile.OfFirstAdmin(settings.DataFolder).Read() is { } password)
        {
            await output.WriteLineAsync($"  password  {password}   (until you change it)");
        }

        if (settings.Demo && PasswordFile.OfDemoPeople(settings.DataFolder).Read() is { } demo)
        {
            await output.WriteLineAsync($"  demo      {string.Join(", ", DemoPeople.Admins)}");
            await output.WriteLineAsync($"  password  {demo}   (of all demo people)");
        }

        await output.FlushAsync();
    }
}
