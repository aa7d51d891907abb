using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Rowhouse.Cli.Terminal;

/// <summary>Prints a command's result: a table for people, JSON for machines; and draws progress where a person watches.</summary>
internal sealed class Output(CliEnvironment environment, bool asJson)
{
    private static readonly JsonSerializerOptions JsonForPeople = new(JsonSerializerOptions.Web)
    {
        WriteIndented = true,
        // The terminal is no HTML page: letters stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OnALine = new(JsonForPeople) { WriteIndented = false };

    /// <summary>Whether the result is for a machine.</summary>
    public bool AsJson { get; } = asJson;

    /// <summary>Prints a result.</summary>
    /// <param name="result">As the API answered it.</param>
    /// <param name="forPeople">The same in words.</param>
    public void Print<T>(T result, Func<T, string> forPeople) =>
        environment.Out.WriteLine(AsJson ? JsonSerializer.Serialize(result, JsonForPeople) : forPeople(result));

    /// <summary>Prints one of the results that come one after the other, each on a line.</summary>
    /// <param name="result">As the API told it.</param>
    /// <param name="forPeople">The same in words.</param>
    public void PrintLine<T>(T result, Func<T, string> forPeople) =>
        environment.Out.WriteLine(AsJson ? JsonSerializer.Serialize(result, OnALine) : forPeople(result));

    /// <summary>Prints a list.</summary>
    /// <param name="rows">As the API answered them.</param>
    /// <param name="columns">What to show of each, in order.</param>
    public void PrintTable<T>(IReadOnlyList<T> rows, params IReadOnlyList<(string Title, Func<T, string> Value)> columns)
    {
        if (AsJson)
        {
            environment.Out.WriteLine(JsonSerializer.Serialize(rows, JsonForPeople));
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var (title, _) in columns)
        {
            table.AddColumn(new TableColumn(new Text(title)));
        }

        foreach (var row in rows)
        {
            table.AddRow(columns.Select(column => new Text(column.Value(row))));
        }

        ConsoleOn(environment.Out).Write(table);
    }

    /// <summary>Says something that is not the result.</summary>
    public void Say(string message) => environment.Error.WriteLine(message);

    /// <summary>Runs something long, with a bar where a person watches.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="total">How much there is to do, where it is known.</param>
    /// <param name="work">Does it and reports how much is done.</param>
    public async Task<T> WithProgressAsync<T>(string title, long? total, Func<IProgress<long>?, Task<T>> work)
    {
        if (!environment.IsInteractive || AsJson)
        {
            return await work(null);
        }

        return await ConsoleOn(environment.Error).Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new TransferSpeedColumn(), new ElapsedTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(title), maxValue: Math.Max(total ?? 0, 1));
                task.IsIndeterminate = total is null;
                return await work(new Report(task));
            });
    }

    private static IAnsiConsole ConsoleOn(TextWriter writer)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            // What another program reads is not wrapped at the width of a terminal that is not there.
            console.Profile.Width = 400;
        }

        return console;
    }

    private sealed class Report(ProgressTask task) : IProgress<long>
    {
        void IProgress<long>.Report(long value) => task.Value = value;
    }
}
