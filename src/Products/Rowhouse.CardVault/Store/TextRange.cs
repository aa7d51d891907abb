using System.Linq.Expressions;
using System.Reflection;

namespace Rowhouse.CardVault.Store;

/// <summary>
/// "Begins with" as a range, <c>key &gt;= 'griff' and key &lt; 'griff…'</c>, on a column that is compared byte by byte. LIKE would not
/// reach an index under row-level security, because it is not leakproof.
/// </summary>
internal static class TextRange
{
    // Above every text that begins with the same letters: no character comes after it.
    private const string End = "\U0010FFFF";

    private static readonly MethodInfo compare = typeof(string).GetMethod(nameof(string.Compare), [typeof(string), typeof(string)])!;      // public API

    public static Expression<Func<T, bool>> Beginning<T>(Expression<Func<T, string>> column, string beginning)
    {
        // A captured object, so that the ends of the range become parameters and the statement stays the same.
        var range = Expression.Constant(new Range(beginning, beginning + End));
        return Expression.Lambda<Func<T, bool>>(
            Expression.AndAlso(
                Expression.GreaterThanOrEqual(Compare(column, Expression.Property(range, nameof(Range.From))), Expression.Constant(0)),
                Expression.LessThan(Compare(column, Expression.Property(range, nameof(Range.To))), Expression.Constant(0))),
            column.Parameters);
    }

    private static MethodCallExpression Compare<T>(Expression<Func<T, string>> column, Expression value) => Expression.Call(compare, column.Body, value);

    private sealed record Range(string From, string To);
}
