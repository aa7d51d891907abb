
namespace Rowhouse.Tests.CardVault;

/// <summary>Data sets that are too large for the repository: beside it in <c>../shared/data</c>, or where <c>ROWHOUSE_SHARED</c> says.</summary>
internal static class SharedData
{
    public static string Find(string path)
    {
        var file = Places().Select(place => Path.Combine(place, "data", path)).FirstOrDefault(File.Exists);
        Assert.SkipUnless(file is not null, $"The data set {path} is not here. Put it into ../shared/data beside the repository or name its folder in ROWHOUSE_SHARED.");
        return file!;       // the line before leaves otherwise
    }

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable("ROWHOUSE_SHARED") is { Length: > 0 } named)
        {
            yield return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Rowhouse.slnx")) && folder.Parent is { } parent)
            {
                yield return Path.Combine(parent.FullName, "shared");
            }
        }
    }
}
