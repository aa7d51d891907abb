using System.Globalization;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Modules.Paging;

namespace Rowhouse.CardVault.Cards;

/// <summary>
/// The orders that a list of cards can have: a value that is never null and then the id. One comparison of rows,
/// <c>(year_key, id) &lt; (…)</c>, finds where a page begins; by an index where the column has one.
/// </summary>
internal static class CardSort
{
    public const string Default = "-updatedAt";

    /// <summary>How many values an order has.</summary>
    public const int Keys = 2;

    private static readonly IReadOnlyDictionary<string, ISortColumn> columns = new Dictionary<string, ISortColumn>(StringComparer.Ordinal)
    {
        ["updatedAt"] = new Column<DateTimeOffset>(card => card.UpdatedAt),
        ["createdAt"] = new Column<DateTimeOffset>(card => card.CreatedAt),
        ["player"] = new Column<string>(card => card.PlayerKey),
        ["team"] = new Column<string>(card => card.TeamKey),
        ["set"] = new Column<string>(card => card.SetKey),
        ["number"] = new Column<string>(card => card.NumberKey),
        ["location"] = new Column<string>(card => card.LocationKey),
        ["manufacturer"] = new Column<string>(card => card.ManufacturerKey),
        ["year"] = new Column<int>(card => card.YearKey),
        ["grade"] = new Column<short>(card => card.GradeKey),
        ["quantity"] = new Column<int>(card => card.Quantity),
        ["cost"] = new CostColumn(),
        ["acquiredOn"] = new Column<DateOnly>(card => card.AcquiredOn ?? new DateOnly(1, 1, 2)),
    };

    private interface ISortColumn
    {
        IQueryable<Card> Order(IQueryable<Card> cards, PageOrder order);

        string? Key(Card card);
    }

    public static IReadOnlyCollection<string> Fields { get; } = [.. columns.Keys];

    /// <summary>The page's rows: from where the last page ended, in order, one more than are shown.</summary>
    public static IQueryable<Card> Page(IQueryable<Card> cards, PageOrder order)
    {
        // A constant, and of few sizes: a plan for any limit would take a page for a tenth of what the filter leaves, and walk
        // the order's index past all that it does not. What is read too much the page leaves out.
        var sorted = columns[order.Field].Order(cards, order);
        Expression<Func<int>> size = order.Limit <= PageQuery.DefaultLimit ? () => EF.Constant(PageQuery.DefaultLimit + 1) : () => EF.Constant(PageQuery.MaxLimit + 1);
        return sorted.Provider.CreateQuery<Card>(Expression.Call(typeof(Queryable), nameof(Queryable.Take), [typeof(Card)], sorted.Expression, size.Body));
    }

    /// <summary>Where a page ends that ends with this card.</summary>
    public static IEnumerable<string?> KeysOf(Card card, PageOrder order) => [columns[order.Field].Key(card), PageOrder.Key(card.Id)];

    /// <summary>Costs of one currency stand together: 5,000 yen are not more than 40 dollars.</summary>
    private sealed class CostColumn : ISortColumn
    {
        public string Key(Card card) => $"{card.CostCurrency} {PageOrder.Key(card.CostAmount ?? 0)}";

        public IQueryable<Card> Order(IQueryable<Card> cards, PageOrder order)
        {
            if (order.After is not null)
            {
                var ((currency, amount), id) = (Read(order.After[0]), order.AfterValue<Guid>(1));
                cards = order.Descending
                    ? cards.Where(card => EF.Functions.LessThan(ValueTuple.Create(card.CostCurrency ?? "", card.CostAmount ?? 0, card.Id), ValueTuple.Create(currency, amount, id)))
                    : cards.Where(card => EF.Functions.GreaterThan(ValueTuple.Create(card.CostCurrency ?? "", card.CostAmount ?? 0, card.Id), ValueTuple.Create(currency, amount, id)));
            }

            return order.Descending
                ? cards.OrderByDescending(card => card.CostCurrency ?? "").ThenByDescending(card => card.CostAmount ?? 0).ThenByDescending(card => card.Id)
                : cards.OrderBy(card => card.CostCurrency ?? "").ThenBy(card => card.CostAmount ?? 0).ThenBy(card => card.Id);
        }

        private static (string Currency, long Amount) Read(string? key) =>
            key?.Split(' ') is [var currency, var text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
                ? (currency, amount)
                : throw new BadHttpRequestException("after is not what a page gave as next.");
    }

    private sealed class Column<T>(Expression<Func<Card, T>> column) : ISortColumn
        where T : IParsable<T>
    {
        private readonly Func<Card, T> read = column.Compile();

        public string? Key(Card card) => read(card) is DateOnly date ? date.ToString("O", CultureInfo.InvariantCulture) : PageOrder.Key(read(card));

        public IQueryable<Card> Order(IQueryable<Card> cards, PageOrder order)
        {
            if (order.After is not null)
            {
                cards = cards.Where(Beyond(order.AfterValue<T>(0), order.AfterValue<Guid>(1), order.Descending));
            }

            return order.Descending
                ? cards.OrderByDescending(column).ThenByDescending(card => card.Id)
                : cards.OrderBy(column).ThenBy(card => card.Id);
        }

        private Expression<Func<Card, bool>> Beyond(T value, Guid id, bool descending)
        {
            // The values come as a captured object, so that they become parameters and the statement stays the same.
            var (card, last) = (column.Parameters[0], Expression.Constant(new Last(value, id)));
            var row = Row(column.Body, Expression.Property(card, nameof(Card.Id)));
            var end = Row(Expression.Property(last, nameof(Last.Value)), Expression.Property(last, nameof(Last.Id)));
            var compare = descending ? nameof(NpgsqlDbFunctionsExtensions.LessThan) : nameof(NpgsqlDbFunctionsExtensions.GreaterThan);
            var method = typeof(NpgsqlDbFunctionsExtensions).GetMethod(compare, [typeof(DbFunctions), typeof(ITuple), typeof(ITuple)])!;   // public API of the provider
            return Expression.Lambda<Func<Card, bool>>(Expression.Call(method, Expression.Constant(EF.Functions), row, end), card);
        }

        private static UnaryExpression Row(Expression value, Expression id) =>
            Expression.Convert(Expression.Call(typeof(ValueTuple), nameof(ValueTuple.Create), [typeof(T), typeof(Guid)], value, id), typeof(ITuple));

        private sealed record Last(T Value, Guid Id);
    }
}
