using System.Runtime.CompilerServices;
using Rowhouse.Client.Http;
using Rowhouse.Contracts;

namespace Rowhouse.Client;

/// <summary>Discovery parameters; for super-admins.</summary>
public sealed class ParametersClient
{
    /// <summary>After which a line on which nothing was said is taken for dead: the server says something every 15 seconds.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ApiCaller api;

    internal ParametersClient(ApiCaller api) => this.api = api;

    /// <summary>Parameters at and below a path, page by page.</summary>
    /// <param name="path">A path, or a slash for all; with a slash at its end without the parameter at the path itself.</param>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<ParameterResponse>> ListAsync(string path, string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<ParameterResponse>>(Query.Of("api/parameters", ("path", path), ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Sets a parameter of the platform.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<ParameterResponse> SetAsync(string path, string value, CancellationToken cancellationToken = default) =>
        api.SendAsync<ParameterResponse>(HttpMethod.Put, Query.Of("api/parameters", ("path", path)), new SetParameterRequest { Value = value }, cancellationToken);

    /// <summary>Puts the default of a parameter of the platform back.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<ParameterResponse> UnsetAsync(string path, CancellationToken cancellationToken = default) =>
        api.SendAsync<ParameterResponse>(HttpMethod.Delete, Query.Of("api/parameters", ("path", path)), body: null, cancellationToken);

    /// <summary>
    /// Tells parameters at and below a path as they stand, and then each change, until it is stopped. Where the line breaks it opens the next
    /// and tells what has changed meanwhile.
    /// </summary>
    /// <param name="path">A path, or a slash for all; with a slash at its end without the parameter at the path itself.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Parameters; without a value where they are over.</returns>
    /// <exception cref="RowhouseProblemException">The server refuses.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached at the first time.</exception>
    public async IAsyncEnumerable<ParameterEvent> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var isFirst = true; ; isFirst = false)
        {
            var there = new HashSet<string>(StringComparer.Ordinal);
            var stream = FollowAsync(path, isFirst, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (stream.ConfigureAwait(false))
            {
                while (await stream.MoveNextAsync().ConfigureAwait(false))
                {
                    var (kind, item) = stream.Current;
                    foreach (var change in kind is "current" ? Over(told, there) : Changed(told, there, kind, item))
                    {
                        yield return change;
                    }
                }
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<ParameterEvent> Changed(Dictionary<string, string> told, HashSet<string> there, string kind, ParameterEvent item)
    {
        if (kind is "delete")
        {
            there.Remove(item.Path);
            return told.Remove(item.Path) ? [item] : [];
        }

        if (kind is not "put" || item.Value is null)
        {
            return []; // of a later server
        }

        there.Add(item.Path);
        var isNew = !told.TryGetValue(item.Path, out var before) || before != item.Value;
        told[item.Path] = item.Value;
        return isNew ? [item] : [];
    }

    // What the line before told and this one does not.
    private static List<ParameterEvent> Over(Dictionary<string, string> told, HashSet<string> there)
    {
        List<ParameterEvent> over = [.. told.Keys.Where(path => !there.Contains(path)).Order(StringComparer.Ordinal).Select(path => new ParameterEvent(path, Value: null, Version: null))];
        over.ForEach(item => told.Remove(item.Path));
        return over;
    }

    /// <summary>What one line says. It ends where the line does.</summary>
    private async IAsyncEnumerable<(string Kind, ParameterEvent Item)> FollowAsync(string path, bool isFirst, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Silence);
        var stream = api.FollowAsync<ParameterEvent>(Query.Of("api/parameters/events", ("path", path)), silence.Token).GetAsyncEnumerator(silence.Token);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await stream.MoveNextAsync().ConfigureAwait(false))
                    {
                        yield break;
                    }
                }
                catch (Exception broken) when (!cancellationToken.IsCancellationRequested && IsOfTheLine(broken, isFirst))
                {
                    yield break;
                }

                silence.CancelAfter(Silence);
                yield return stream.Current;
            }
        }
    }

    private static bool IsOfTheLine(Exception broken, bool isFirst) => broken switch
    {
        HttpRequestException => !isFirst,
        RowhouseProblemException refused => !isFirst && (int)refused.Status >= 500,
        _ => broken is IOException or OperationCanceledException,
    };
}
