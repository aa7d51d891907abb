using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Rowhouse.ControlPlane.People;
using Rowhouse.Server;
using Rowhouse.Tests.Server;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>A server whose callers choose their network by a header, on a clock that the test moves, with a hasher that it can hold.</summary>
public sealed class ServerOfManyNetworks : ServerFixture
{
    /// <summary>The header that names the network a request comes from.</summary>
    public const string Network = "X-Test-Network";

    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    internal CountingHasher Hasher { get; } = new();

    protected override ServerSettings Configure(ServerSettings settings) => settings with { SignInBurst = new ServerSettings().SignInBurst };

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        builder.Services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<Person>>(Hasher));
        builder.Services.AddSingleton<IStartupFilter>(new NetworkOfHeader());
    }

    private sealed class NetworkOfHeader : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext context, RequestDelegate rest) =>
            {
                if (IPAddress.TryParse(context.Request.Headers[Network], out var address))
                {
                    context.Connection.RemoteIpAddress = address;
                }

                return rest(context);
            });
            next(app);
        };
    }
}

/// <summary>The real hasher, which says how often it was asked and can be made to wait.</summary>
internal sealed class CountingHasher : IPasswordHasher<Person>
{
    private readonly PasswordHasher<Person> real = new();
    private readonly ConcurrentDictionary<string, (TaskCompletionSource Reached, ManualResetEventSlim Go)> held = new();
    private int all;

    public int All => Volatile.Read(ref all);

    /// <summary>Makes the next check or hash for an address wait until it is let go.</summary>
    public (Task Reached, Action Release) HoldNext(string email)
    {
        var hold = (Reached: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), Go: new ManualResetEventSlim());
        held[email] = hold;
        return (hold.Reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), hold.Go.Set);
    }

    public string HashPassword(Person user, string password)
    {
        Wait(user);
        return real.HashPassword(user, password);
    }

    public PasswordVerificationResult VerifyHashedPassword(Person user, string hashedPassword, string providedPassword)
    {
        Interlocked.Increment(ref all);
        var result = real.VerifyHashedPassword(user, hashedPassword, providedPassword);
        Wait(user);
        return result;
    }

    private void Wait(Person user)
    {
        if (held.TryRemove(user.EmailKey, out var hold))
        {
            hold.Reached.SetResult();
            hold.Go.Wait(TimeSpan.FromSeconds(30));
        }
    }
}
