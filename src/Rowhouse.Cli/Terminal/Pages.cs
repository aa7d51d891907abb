using Rowhouse.Contracts;

namespace Rowhouse.Cli.Terminal;

internal static class Pages
{
    /// <summary>All that a list has.</summary>
    /// <param name="readAsync">Reads the page after the last one's <c>next</c>.</param>
    public static async Task<List<T>> ReadAllAsync<T>(Func<string?, Task<Page<T>>> readAsync)
    {
        List<T> all = [];
        string? after = null;
        do
        {
            var page = await readAsync(after);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }
}
