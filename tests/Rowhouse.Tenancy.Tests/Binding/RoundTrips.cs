using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>Stands between client and server and counts how often the client speaks after it has been answered.</summary>
internal sealed class RoundTrips : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<CancellationToken, Task<Stream>> connectAsync;
    private int count;

    private RoundTrips(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var (host, port) = (server.Host ?? "localhost", server.Port);
        connectAsync = cancellationToken => ConnectAsync(host, port, cancellationToken);
        listener.Start();
        server.Host = "127.0.0.1";
        server.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        ConnectionString = server.ConnectionString;
        _ = AcceptAsync();
    }

    public string ConnectionString { get; }

    public static RoundTrips To(string connectionString) => new(connectionString);

    /// <summary>How many round trips some work takes.</summary>
    public async Task<int> CountAsync(Func<Task> work)
    {
        var before = Volatile.Read(ref count);
        await work();
        return Volatile.Read(ref count) - before;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        stopping.Dispose();
    }

    private static async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        EndPoint address = host.StartsWith('/') ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{port}") : new DnsEndPoint(host, port);
        var socket = new Socket(address.AddressFamily is AddressFamily.Unix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, address is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(address, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                client.NoDelay = true;
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        await using var server = await connectAsync(stopping.Token);
        var answered = true;
        await Task.WhenAny(
            PumpAsync(client.GetStream(), server, () =>
            {
                if (answered)
                {
                    Interlocked.Increment(ref count);
                }

                answered = false;
            }),
            PumpAsync(server, client.GetStream(), () => answered = true));
    }

    private async Task PumpAsync(Stream from, Stream to, Action moved)
    {
        var buffer = new byte[65536];
        try
        {
            while (await from.ReadAsync(buffer, stopping.Token) is > 0 and var length)
            {
                moved();
                await to.WriteAsync(buffer.AsMemory(0, length), stopping.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One side hung up.
        }
    }
}
