using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.ControlPlane.Sessions;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class PasswordWorkTests : IDisposable
{
    private readonly PasswordWork work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Only_so_many_passwords_are_hashed_at_once_and_whoever_would_wait_too_long_is_told_so()
    {
        var end = new TaskCompletionSource();
        var running = 0;
        var requests = Enumerable.Range(0, 1000).Select(i => SendAsync($"2001:db8:{i}::1", async () =>
        {
            Interlocked.Increment(ref running);
            await end.Task;
        })).ToList();

        var refused = requests.Where(request => request.IsCompleted).ToList();

        running.ShouldBe(Math.Max(2, Environment.ProcessorCount));
        refused.Count.ShouldBeInRange(1, 999 - running);
        foreach (var (status, retryAfter) in await Task.WhenAll(refused))
        {
            (status, retryAfter).ShouldBe((StatusCodes.Status429TooManyRequests, "1"));
        }

        end.SetResult();
        (await Task.WhenAll(requests.Except(refused))).ShouldAllBe(answer => answer.Status == StatusCodes.Status200OK);
        (await SendAsync("2001:db8::1", () => Task.CompletedTask)).Status.ShouldBe(StatusCodes.Status200OK);
    }

    [Theory]
    [InlineData("2001:db8:1:{0:x2}00::1", "2001:db8:2::1")]
    [InlineData("203.0.113.{0}", "203.0.114.1")]
    public async Task A_range_of_networks_leaves_room_for_others(string ofOneRange, string other)
    {
        var end = new TaskCompletionSource();
        var requests = Enumerable.Range(0, 250).Select(i => SendAsync(string.Format(CultureInfo.InvariantCulture, ofOneRange, i), () => end.Task)).ToList();

        requests.Count(request => request.IsCompleted).ShouldBe(130);
        var others = SendAsync(other, () => Task.CompletedTask);

        end.SetResult();
        (await others).Status.ShouldBe(StatusCodes.Status200OK);
        await Task.WhenAll(requests);
    }

    private async Task<(int Status, string RetryAfter)> SendAsync(string from, Func<Task> hash)
    {
        var request = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(from) } };
        var answer = await new PasswordWork.Turn(work).InvokeAsync(EndpointFilterInvocationContext.Create(request), async _ =>
        {
            await hash();
            return null;
        });
        return ((answer as ProblemHttpResult)?.StatusCode ?? StatusCodes.Status200OK, request.Response.Headers.RetryAfter.ToString());
    }
}
