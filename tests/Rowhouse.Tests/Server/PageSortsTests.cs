using Rowhouse.Modules.Paging;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed class PageSortsTests
{
    [Fact]
    public void An_order_is_a_tuple_that_is_made_for_a_row() =>
        Should.Throw<ArgumentException>(() => new PageSorts<Tuple<int, int>> { { "first", row => row } }).Message.ShouldStartWith("An order is made by ValueTuple.Create.");

    [Fact]
    public void An_order_has_at_most_seven_values() =>
        Should.Throw<ArgumentException>(() => new PageSorts<int> { { "many", row => ValueTuple.Create(row, row, row, row, row, row, row, row) } }).Message.ShouldStartWith("An order has at most 7 values.");

    [Fact]
    public void An_order_has_only_values_that_a_cursor_can_carry() =>
        Should.Throw<ArgumentException>(() => new PageSorts<Uri> { { "host", uri => ValueTuple.Create(uri.Host, uri) } }).Message.ShouldStartWith("A value of the order, uri, cannot be read from text.");

    [Fact]
    public void A_cursor_behind_the_longest_text_that_an_index_takes_is_read_back()
    {
        PageSorts<string> sorts = new() { { "name", row => ValueTuple.Create(row, row.Length) } };
        var longest = new string('긹', 2700 / 3);

        new PageQuery { Limit = 1 }.TryRead(sorts, "name", out var order, out _).ShouldBeTrue();
        var next = order.ToPage([longest, "behind it"], row => row, total: null).Next;

        new PageQuery { After = next.ShouldNotBeNull() }.TryRead(sorts, "name", out _, out _).ShouldBeTrue();
    }
}
