using System.Runtime.CompilerServices;

namespace Rowhouse.Testing;

/// <summary>Compares a text with the file of that name, seen from the test's folder; <c>UPDATE_SNAPSHOTS=1</c> writes the file instead.</summary>
public static class Snapshot
{
    public static void Match(string actual, string name, [CallerFilePath] string test = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(test)!, name); // a file has a folder
        var text = actual.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(file, text);
            return;
        }

        var expected = File.Exists(file) ? File.ReadAllText(file) : "";
        if (expected == text)
        {
            return;
        }

        // The name may lead to another folder.
        var actualFile = Path.Combine(Directory.CreateTempSubdirectory("rowhouse-snapshot-").FullName, Path.GetFileName(name));
        File.WriteAllText(actualFile, text);
        throw new SnapshotMismatchException(Explain(name, actualFile, expected.Split('\n'), text.Split('\n')));
    }

    private static string Explain(string name, string actualFile, string[] expected, string[] actual)
    {
        var line = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"""
            {name} differs from line {line + 1} on.
              expected: {expected.ElementAtOrDefault(line) ?? "(end)"}
              actual:   {actual.ElementAtOrDefault(line) ?? "(end)"}
            The whole actual text is in {actualFile}. UPDATE_SNAPSHOTS=1 accepts it.
            """;
    }
}

public sealed class SnapshotMismatchException(string message) : Exception(message);
