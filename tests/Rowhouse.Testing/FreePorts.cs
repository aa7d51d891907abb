using System.Net;
using System.Net.Sockets;

namespace Rowhouse.Testing;

/// <summary>Ports for processes that cannot choose one by themselves.</summary>
public static class FreePorts
{
    /// <summary>A port of 127.0.0.1 that nobody listens on. Somebody else may take it before it is used: start at once.</summary>
    public static int Take()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
