using System.Text;
using FsCheck.Xunit;
using Rowhouse.CardVault.Csv;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class CsvTableTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "a|b 1|2")]
    [InlineData("\uFEFFa;b\r\n1;2\r\n", "a|b 1|2")]
    [InlineData("a\tb\n1\t2", "a|b 1|2")]
    [InlineData("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "a|b x, y|say \"hi\"")]
    [InlineData("a,b\n\n1,\n", "a|b 1|")]
    [InlineData("\n\na;b\n1;2\n", "a|b 1|2")]
    [InlineData("\uFEFF\r\na;b\n1;2\n", "a|b 1|2")]
    public async Task Files_of_every_common_kind_are_read(string text, string expected) =>
        string.Join(' ', (await ReadAsync(Encoding.UTF8.GetBytes(text))).Select(row => string.Join('|', row))).ShouldBe(expected);

    [Fact]
    public async Task A_row_knows_the_line_it_begins_on()
    {
        await using var table = await CsvTable.OpenAsync(new MemoryStream("a,b\r\n\"two\r\nlines\",1\r\nx,2\r\n"u8.ToArray()), TestContext.Current.CancellationToken);

        (await table.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        table.Line.ShouldBe(2);
        (await table.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        table.Line.ShouldBe(4);
        table.Row.ShouldBe(2);
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_is_refused_with_line_and_byte()
    {
        var refused = await RefusedAsync([.. "a,b\nJos"u8, 0xe9, .. ",1\n"u8]);

        refused.Message.ShouldContain("line 2, byte offset 7");
        refused.TooLarge.ShouldBeFalse();
    }

    [Fact]
    public async Task UTF_16_is_refused_with_and_without_its_mark()
    {
        (await RefusedAsync([0xff, 0xfe, .. Encoding.Unicode.GetBytes("a,b\n1,2\n")])).Message.ShouldContain("line 1, byte offset 0");
        (await RefusedAsync(Encoding.Unicode.GetBytes("a,b\n1,2\n"))).Message.ShouldContain("line 1, byte offset 1");
    }

    [Fact]
    public async Task A_million_columns_are_refused_before_they_are_in_memory()
    {
        var wide = Encoding.UTF8.GetBytes(new string(',', 1_000_000));
        foreach (var file in new[] { wide, [.. "a,b\n"u8, .. wide] })
        {
            (await RefusedAsync(file)).TooLarge.ShouldBeTrue();
            Allocations.Of(() => ReadAsync(file)).ShouldBeLessThan(1_000_000);
        }
    }

    [Theory]
    [InlineData("\"", "is a quote not closed")]
    [InlineData("\"a\nb\"", "200 columns")]
    [InlineData("\n\n", "200 columns")]
    [InlineData("\uFEFF\n", "200 columns")]
    [InlineData("long", "first line")]
    public async Task A_header_without_end_is_refused_before_it_is_in_memory(string beginning, string reason)
    {
        var file = Encoding.UTF8.GetBytes((beginning == "long" ? new string('x', 70_000) : beginning) + new string(',', 900_000));

        (await RefusedAsync(file)).Message.ShouldContain(reason, Case.Insensitive);
        Allocations.Of(() => ReadAsync(file)).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public async Task A_header_may_have_line_ends_and_separators_within_quotes() =>
        (await ReadAsync(Encoding.UTF8.GetBytes($"\"a\n{new string(',', CsvLimits.Columns)}\",b\n1,2\n")))[1].ShouldBe(["1", "2"]);

    [Fact]
    public async Task A_field_that_is_too_long_is_refused() =>
        (await RefusedAsync(Encoding.UTF8.GetBytes($"a,b\n{new string('x', CsvLimits.FieldBytes + 1)},1\n"))).TooLarge.ShouldBeTrue();

    [Fact]
    public async Task A_quote_that_is_not_closed_is_refused() =>
        (await RefusedAsync("a,b\n1,\"open\n2,3\n"u8.ToArray())).Message.ShouldContain("line 2");

    [Fact]
    public async Task An_empty_file_is_refused() => (await RefusedAsync([])).Message.ShouldContain("empty");

    [Fact]
    public async Task What_is_text_is_let_through_wherever_the_reads_cut_it()
    {
        var bytes = Encoding.UTF8.GetBytes("José Ramírez, 大谷翔平 🎴");
        for (var size = 1; size <= bytes.Length; size++)
        {
            await using var guarded = new Utf8GuardStream(new SlicedStream(bytes, size), 1000);
            using var copy = new MemoryStream();
            await guarded.CopyToAsync(copy, TestContext.Current.CancellationToken);
            copy.ToArray().ShouldBe(bytes);
        }
    }

    [Property]
    public async Task<bool> The_guard_lets_through_what_is_UTF_8_and_nothing_else(byte[] bytes, int cut)
    {
        var valid = IsText(new(false, throwOnInvalidBytes: true), bytes);
        var passed = true;
        try
        {
            using var copy = new MemoryStream();
            await new Utf8GuardStream(new SlicedStream(bytes, Math.Abs(cut % 5) + 1), 100_000).CopyToAsync(copy, 64, CancellationToken.None);
        }
        catch (CsvRefusedException)
        {
            passed = false;
        }

        return passed == valid;
    }

    private static bool IsText(UTF8Encoding strict, byte[] bytes)
    {
        try
        {
            return !strict.GetString(bytes).Contains('\0', StringComparison.Ordinal);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static async Task<CsvRefusedException> RefusedAsync(byte[] file) => await Should.ThrowAsync<CsvRefusedException>(() => ReadAsync(file));

    private static async Task<List<List<string>>> ReadAsync(byte[] file)
    {
        await using var table = await CsvTable.OpenAsync(new MemoryStream(file), TestContext.Current.CancellationToken);
        List<List<string>> rows = [[.. table.Columns]];
        while (await table.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add([.. Enumerable.Range(0, table.Fields).Select(field => table.Field(field) ?? "")]);
        }

        return rows;
    }

    private sealed class SlicedStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
