using System.Diagnostics;

namespace Rowhouse.Tenancy.Tests.Embedded;

/// <summary>Another process that works on a data folder.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process process;

    private HostProcess(Process process) => this.process = process;

    /// <summary>What it is: <c>owner</c> or <c>joined</c>.</summary>
    public string Role { get; private set; } = "";

    public static async Task<HostProcess> StartAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Rowhouse.Testing.Host.dll");
        var host = new HostProcess(Process.Start(new ProcessStartInfo("dotnet", [program, dataFolder])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!); // started from a file name: never null
        host.Role = await host.process.StandardOutput.ReadLineAsync(cancellationToken) ?? "";
        return host;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
