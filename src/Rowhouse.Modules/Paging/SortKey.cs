using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Modules.Paging;

/// <summary>
/// One order of a list. One comparison of rows, <c>(year, id) &lt; (…)</c>, finds where a page begins; by an index where there is one.
/// </summary>
internal sealed class SortKey<TRow>
{
    // The eighth would be within a tuple of its own.
    private const int MaxValues = 7;

    private static readonly MethodInfo LessThan = ((Func<DbFunctions, ITuple, ITuple, bool>)NpgsqlDbFunctionsExtensions.LessThan).Method;
    private static readonly MethodInfo GreaterThan = ((Func<DbFunctions, ITuple, ITuple, bool>)NpgsqlDbFunctionsExtensions.GreaterThan).Method;

    private readonly Expression<Func<TRow, ITuple>> key;
    private readonly MethodCallExpression values;
    private readonly Func<TRow, ITuple> read;
    private readonly Func<string, object?>[] parsers;

    public SortKey(Expression<Func<TRow, ITuple>> key)
    {
        this.key = key;
        values = key.Body is UnaryExpression { Operand: MethodCallExpression call } && call.Method.DeclaringType == typeof(ValueTuple)
            ? call
            : throw new ArgumentException("An order is made by ValueTuple.Create.", nameof(key));
        if (values.Arguments.Count > MaxValues)
        {
            throw new ArgumentException($"An order has at most {MaxValues} values.", nameof(key));
        }

        parsers = [.. values.Arguments.Select(value => ParserOf(value.Type) ?? throw new ArgumentException($"A value of the order, {value}, cannot be read from text.", nameof(key)))];
        read = key.Compile();
    }

    /// <summary>The values of a row, which compare as the row does.</summary>
    public ITuple Read(TRow row) => read(row);

    /// <summary>The values of a row as text that reads back as the same values.</summary>
    public IEnumerable<string?> Write(TRow row)
    {
        var tuple = read(row);
        return Enumerable.Range(0, tuple.Length).Select(i => Text(tuple[i]));
    }

    /// <summary>Reads the values back. Whoever makes a cursor by hand can write anything into it.</summary>
    public bool TryRead(IReadOnlyList<string?> texts, [NotNullWhen(true)] out ITuple? tuple)
    {
        tuple = null;
        if (texts.Count != parsers.Length)
        {
            return false;
        }

        var parsed = texts.Zip(parsers, (text, parse) => text is null ? null : parse(text)).ToArray();
        tuple = parsed.Contains(null) ? null : (ITuple)values.Method.Invoke(null, parsed)!;     // never null: it makes a value
        return tuple is not null;
    }

    /// <summary>The rows in this order, of those that come after the given ones.</summary>
    public IQueryable<TRow> Order(IQueryable<TRow> rows, bool descending, ITuple? after)
    {
        if (after is not null)
        {
            rows = rows.Where(Beyond(after, descending));
        }

        var (first, next) = descending ? (nameof(Queryable.OrderByDescending), nameof(Queryable.ThenByDescending)) : (nameof(Queryable.OrderBy), nameof(Queryable.ThenBy));
        var ordered = values.Arguments.Select((value, i) => (Value: value, Method: i == 0 ? first : next)).Aggregate(
            rows.Expression,
            (source, by) => Expression.Call(typeof(Queryable), by.Method, [typeof(TRow), by.Value.Type], source, Expression.Quote(Expression.Lambda(by.Value, key.Parameters))));
        return rows.Provider.CreateQuery<TRow>(ordered);
    }

    // The values come as fields of a captured object, so that they become parameters and the statement stays the same.
    private Expression<Func<TRow, bool>> Beyond(ITuple after, bool descending)
    {
        var last = Expression.Constant(after, values.Type);
        var end = Expression.Call(values.Method, values.Arguments.Select((_, i) => Expression.Field(last, $"Item{i + 1}")));
        var beyond = Expression.Call(descending ? LessThan : GreaterThan, Expression.Constant(EF.Functions), key.Body, Expression.Convert(end, typeof(ITuple)));
        return Expression.Lambda<Func<TRow, bool>>(beyond, key.Parameters);
    }

    private static string? Text(object? value) => value switch
    {
        DateTimeOffset or DateTime or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };

    private static Func<string, object?>? ParserOf(Type type)
    {
        if (!type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IParsable<>)))
        {
            return null;
        }

        return ((Func<string, object?>)Parse<int>).Method.GetGenericMethodDefinition().MakeGenericMethod(type).CreateDelegate<Func<string, object?>>();
    }

    private static object? Parse<T>(string text)
        where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value switch
            {
                // What the database takes for a time is in UTC, and for a text without NUL.
                DateTimeOffset time => time.ToUniversalTime(),
                string words when words.Contains('\0', StringComparison.Ordinal) => null,
                _ => value,
            }
            : null;
}
