using Rowhouse.Tenancy.Analyzers;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed class StaticCollectionTests
{
    [Theory]
    [InlineData("public static readonly Dictionary<string, int> [|table|] = [];")]
    [InlineData("internal static readonly List<string> [|table|] = [];")]
    [InlineData("public static IDictionary<string, int> [|Table|] { get; } = new Dictionary<string, int>();")]
    [InlineData("public static ConcurrentDictionary<string, int> [|Table|] { get; private set; } = new();")]
    [InlineData("public static ConcurrentDictionary<TenantId, int> [|Table|] { get; } = new();")]
    [InlineData("public static readonly Lazy<Dictionary<string, int>> [|table|] = new(() => []);")]
    [InlineData("public static readonly ImmutableDictionary<string, int>.Builder [|table|] = ImmutableDictionary.CreateBuilder<string, int>();")]
    [InlineData("public static readonly Hashtable [|table|] = [];")]
    [InlineData("public static readonly Queue<string> [|table|] = new();")]
    [InlineData("public static readonly PriorityQueue<string, int> [|table|] = new();")]
    [InlineData("public static readonly BlockingCollection<string> [|table|] = [];")]
    [InlineData("public static IReadOnlyList<string> [|Table|] { get; set; } = [];")]
    [InlineData("public static ImmutableArray<string> [|table|] = [];")]
    [InlineData("public sealed class Own : Dictionary<string, int>; public static readonly Own [|table|] = [];")]
    [InlineData("private static Microsoft.Extensions.Caching.Memory.IMemoryCache? [|cache|];")]
    [InlineData("private static readonly Microsoft.Extensions.Caching.Memory.MemoryCache [|cache|] = new(new Microsoft.Extensions.Caching.Memory.MemoryCacheOptions());")]
    public Task What_others_can_reach_and_change_is_reported(string members) => Code.IsReportedAsync(Rules.StaticCollection, Code.Method("", members));

    [Theory]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "table.Add(\"a\", 1);")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "table[\"a\"] = 1;")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "table[\"a\"]++;")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "table[\"a\"] += 1;")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "Change(table); static void Change(Dictionary<string, int> given) => given.Clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "var other = table; other.Clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "Dictionary<string, int> other; other = table; other.Clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "object other = table; ((IDictionary)other).Clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "((IDictionary<string, int>)table).Clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "if (table is { } other) { other.Clear(); }")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "if (table is IDictionary other) { other.Clear(); }")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "Action clear = table.Clear; clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "table?.Clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "Parallel.Invoke(() => table.Remove(\"a\"));")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "_ = System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(table, \"a\");")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "_ = AddTo(table); static bool AddTo(IDictionary<string, int> given) => given.TryAdd(\"a\", 1);")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "(yes ? table : []).Clear();")]
    [InlineData("private static readonly Dictionary<string, int> [|table|] = [];", "_ = table.GetAlternateLookup<ReadOnlySpan<char>>().TryAdd(\"a\", 1);")]
    [InlineData("private static readonly List<int> [|table|] = [];", "table[^1] = 1;")]
    [InlineData("private static readonly List<int> [|table|] = [];", "table.Capacity = 10;")]
    [InlineData("private static readonly ConcurrentDictionary<string, int> [|table|] = new();", "_ = table.GetOrAdd(\"a\", 1);")]
    [InlineData("private static readonly Lazy<List<string>> [|table|] = new(() => []);", "table.Value.Add(\"a\");")]
    [InlineData("private static List<string>? [|table|];", "table ??= [];")]
    [InlineData("private static List<string> [|table|] = [];", "table = [\"a\"];")]
    [InlineData("private static IReadOnlyList<string> [|table|] = [];", "table = [\"a\"];")]
    [InlineData("private static string[]? [|table|];", "table ??= [\"a\"];")]
    [InlineData("private static ImmutableDictionary<string, int> [|table|] = ImmutableDictionary<string, int>.Empty;", "table = table.Add(\"a\", 1);")]
    [InlineData("private static ImmutableDictionary<string, int> [|table|] = ImmutableDictionary<string, int>.Empty;", "ImmutableInterlocked.TryAdd(ref table, \"a\", 1);")]
    [InlineData("private static FrozenDictionary<string, int>? [|table|];", "(table, _) = (FrozenDictionary<string, int>.Empty, 1);")]
    [InlineData("private static List<string> [|Table|] { get; } = [];", "Table.Add(\"a\");")]
    [InlineData("public static IReadOnlyList<string> [|Table|] { get; private set; } = [];", "Table = [\"a\"];")]
    [InlineData("private static class Inner { public static readonly List<string> [|table|] = []; }", "Inner.table.Add(\"a\");")]
    [InlineData("private static readonly List<string> [|table|] = []; private sealed class Inner { public void Add() => table.Add(\"a\"); }", "new Inner().Add();")]
    [InlineData("private static readonly List<string> [|table|] = []; private readonly int added = Add(); private static int Add() { table.Add(\"a\"); return 1; }", "_ = added;")]
    [InlineData("private static readonly List<string> [|table|] = []; private static readonly Action add = () => table.Add(\"a\");", "add();")]
    [InlineData("private static readonly List<string> [|table|] = []; public static List<string> Table => table;", "")]
    [InlineData("private static readonly List<string> [|table|] = []; public static ref readonly List<string> Table => ref table;", "")]
    public Task A_private_one_is_reported_where_its_type_changes_it_or_gives_it_away(string members, string statement) => Code.IsReportedAsync(Rules.StaticCollection, Code.Method(statement, members));

    [Theory]
    [InlineData("_ = table[\"a\"] + table.Count;")]
    [InlineData("_ = table.TryGetValue(\"a\", out var found) ? found : 0;")]
    [InlineData("_ = table.ContainsKey(\"a\") && table.Keys.Contains(\"a\");")]
    [InlineData("foreach (var (key, value) in table) { _ = key + value; }")]
    [InlineData("foreach (var key in table.Keys) { _ = key; }")]
    [InlineData("_ = table.Where(pair => pair.Value > 1).Select(pair => pair.Key).ToList();")]
    [InlineData("_ = from pair in table where pair.Value > 1 select pair.Key;")]
    [InlineData("string[] keys = [.. table.Keys]; (string, int)[] pairs = [.. table.Select(pair => (pair.Key, pair.Value))]; KeyValuePair<string, int>[] all = [.. table];")]
    [InlineData("_ = new Dictionary<string, int>(table); _ = table.ToFrozenDictionary(); _ = new System.Collections.ObjectModel.ReadOnlyDictionary<string, int>(table);")]
    [InlineData("IReadOnlyDictionary<string, int> view = table; _ = view.Count; _ = table.GetValueOrDefault(\"a\");")]
    [InlineData("var other = table; _ = other[\"a\"];")]
    [InlineData("_ = table == null || table is { Count: 0 }; lock (table) { } _ = nameof(table);")]
    [InlineData("Func<string, bool> has = table.ContainsKey; _ = has(\"a\");")]
    [InlineData("_ = table?.Count; _ = table!.Count;")]
    [InlineData("_ = table.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(\"a\", out _);")]
    [InlineData("Func<int> later = () => table[\"a\"]; _ = later();")]
    public Task A_private_table_that_is_only_read_is_not_reported(string statement) =>
        Code.IsQuietAsync(Code.Method(statement, "private static readonly Dictionary<string, int> table = new() { [\"a\"] = 1 };"));

    [Theory]
    [InlineData("_ = table[\"a\"].Contains(\"b\") && table[\"a\"].Count > 0;")]
    [InlineData("_ = table.TryGetValue(\"a\", out var found) && found.Contains(\"b\");")]
    [InlineData("foreach (var (key, value) in table) { _ = value.Count; }")]
    [InlineData("foreach (var pair in table) { _ = pair.Value.Count; }")]
    public Task Nor_is_one_whose_collections_are_only_read(string statement) =>
        Code.IsQuietAsync(Code.Method(statement, "private static readonly Dictionary<string, HashSet<string>> table = new() { [\"a\"] = [\"b\"] };"));

    [Theory]
    [InlineData("table[\"a\"].Add(\"b\");")]
    [InlineData("if (table.TryGetValue(\"a\", out var found)) { found.Add(\"b\"); }")]
    [InlineData("HashSet<string>? found; if (table.TryGetValue(\"a\", out found)) { found.Add(\"b\"); }")]
    [InlineData("foreach (var (key, value) in table) { value.Add(key); }")]
    [InlineData("foreach (var pair in table) { pair.Value.Clear(); }")]
    [InlineData("table.Values.ToList().ForEach(value => value.Clear());")]
    [InlineData("foreach (var value in table.Values) { value.Clear(); }")]
    public Task But_one_whose_collections_change_is_reported(string statement) =>
        Code.IsReportedAsync(Rules.StaticCollection, Code.Method(statement, "private static readonly Dictionary<string, HashSet<string>> [|table|] = new() { [\"a\"] = [\"b\"] };"));

    [Theory]
    [InlineData("private static readonly Dictionary<string, int> table = []; static Work() { table.Add(\"a\", 1); table[\"b\"] = 2; foreach (var i in new[] { 1 }) { table.TryAdd(\"c\", i); } }")]
    [InlineData("private static readonly List<string> table; static Work() { table = []; table.Add(\"a\"); }")]
    [InlineData("private static readonly List<string> table = []; private static readonly bool added = table.Remove(\"a\");")]
    [InlineData("private static string[] table; static Work() { table = [\"a\"]; }")]
    public Task What_is_filled_while_the_type_is_made_is_not_reported(string members) => Code.IsQuietAsync(Code.Method("", members));

    [Theory]
    [InlineData("public static readonly string[] Table = [\"a\"];")]
    [InlineData("public static readonly FrozenDictionary<string, int> Table = FrozenDictionary<string, int>.Empty;")]
    [InlineData("public static readonly ImmutableArray<string> Table = [\"a\"]; public static ImmutableHashSet<string> Set { get; } = [];")]
    [InlineData("public static IReadOnlyList<string> Table { get; } = [\"a\"]; public static readonly IReadOnlyDictionary<string, int> Map = new Dictionary<string, int>(); public static IEnumerable<string> Names { get; } = [];")]
    [InlineData("public static readonly System.Collections.ObjectModel.ReadOnlyCollection<string> Table = new([\"a\"]);")]
    [InlineData("public static readonly System.Runtime.CompilerServices.ConditionalWeakTable<object, string> Table = new();")]
    [InlineData("public static readonly ThreadLocal<List<string>> Table = new(); public static readonly AsyncLocal<Dictionary<string, int>> Flow = new(); [ThreadStatic] public static List<string>? scratch;")]
    [InlineData("public static readonly IComparer<string> Order = StringComparer.Ordinal; public static readonly IEqualityComparer<string> Same = StringComparer.Ordinal; public static readonly Comparer<int> Numbers = Comparer<int>.Default;")]
    [InlineData("public static List<string> Fresh => []; public static Dictionary<string, int> Make() => [];")]
    [InlineData("public static readonly Func<List<string>> Make = () => []; public static string Text = \"\"; public const string Name = \"\"; public static int Count;")]
    [InlineData("public List<string> Own { get; } = []; private readonly Dictionary<string, int> own = [];")]
    [InlineData("private static class Inner { public static readonly Dictionary<string, int> Table = new() { [\"a\"] = 1 }; } public int A => Inner.Table[\"a\"];")]
    public Task What_cannot_change_or_is_not_shared_is_not_reported(string members) => Code.IsQuietAsync(Code.Method("", members));

    [Fact]
    public Task The_parts_of_a_type_are_looked_at_together() => Code.IsReportedAsync(Rules.StaticCollection, """
        public static partial class Prices { private static readonly Dictionary<string, int> [|known|] = []; private static readonly Dictionary<string, int> fixedOnes = new() { ["a"] = 1 }; }
        public static partial class Prices { public static int Of(string name) { known[name] = 1; return fixedOnes[name]; } }
        public static class Prices<T> { private static readonly List<T> [|known|] = []; public static void Add(T one) => known.Add(one); }
        public interface IPrices { private static readonly List<string> [|known|] = []; static void Add(string one) => known.Add(one); }
        public record struct Price(int Value) { private static readonly List<Price> [|known|] = []; public readonly void Keep() => known.Add(this); }
        """);
}
